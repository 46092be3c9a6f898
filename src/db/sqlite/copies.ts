// Copies of a store beside it. They are told from stores by their headers: VACUUM INTO writes a file without a log, and
// whoever opens one as a store gives it a log for good (https://sqlite.org/fileformat2.html, offset 18).
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { applicationId } from "./connection.ts";
import { readHeader } from "./file-bytes.ts";

const withoutLog = 1;

/** Never looks into a file that may be open as a store: to close it again would drop that store's locks. */
export function listCopies(file: string): string[] {
  const real = realpathSync(file);
  const folder = dirname(real);
  const { ino } = statSync(real);
  return (
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name))
      .map(({ name }) => join(folder, name))
      // A hard link is the store itself.
      .filter(
        (path) => statSync(path).ino !== ino && !existsSync(`${path}-wal`) && !existsSync(`${path}-shm`),
      )
      .filter(isCopy)
      .sort()
  );
}

function isCopy(path: string): boolean {
  try {
    const header = readHeader(path);
    return (
      header.toString("latin1", 0, 15) === "SQLite format 3" &&
      header[18] === withoutLog &&
      header.readUInt32BE(68) === applicationId
    );
  } catch {
    // Not ours to read.
    return false;
  }
}
