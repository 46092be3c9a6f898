// Copies of a store beside it. They are told from stores by their headers: VACUUM INTO writes a file without a log, and
// whoever opens one as a store gives it a log for good (https://sqlite.org/fileformat2.html, offset 18).
import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { applicationId } from "./connection.ts";

const withoutLog = 1;

/** Never looks into a file that may be open as a store: to close it again would drop that store's locks. */
export function listCopies(file: string): string[] {
  const real = realpathSync(file);
  const folder = dirname(real);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name))
    .map(({ name }) => join(folder, name))
    .filter((path) => path !== real && !existsSync(`${path}-wal`) && !existsSync(`${path}-shm`))
    .filter(isCopy)
    .sort();
}

function isCopy(path: string): boolean {
  const header = Buffer.alloc(100);
  try {
    const descriptor = openSync(path, "r");
    try {
      readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Not ours to read.
    return false;
  }
  return (
    header.toString("latin1", 0, 15) === "SQLite format 3" &&
    header[18] === withoutLog &&
    header.readUInt32BE(68) === applicationId
  );
}
