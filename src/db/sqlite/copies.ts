// Copies of stores that lie beside one. They are told from stores by their headers: VACUUM INTO writes a file without a log,
// and whoever opens one as a store gives it a log for good (https://sqlite.org/fileformat2.html, offset 18).
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { applicationId, busyTimeout } from "./connection.ts";
import { readHeader } from "./file-bytes.ts";

const withoutLog = 1;

// What a process that was killed while it copied has left: without a header as a rule, but with what was copied by then.
const unfinished = /\.(unverified(\.bak)?|restoring)$/;

/**
 * Whosever they are, unfinished ones with their journals too. Never looks into a file that may be open as a store: to close it
 * again would drop that store's locks.
 */
export function listCopies(file: string): string[] {
  const real = realpathSync(file);
  const { ino } = statSync(real);
  return (
    [...new Set([dirname(real), dirname(resolve(file))])]
      .flatMap(listFiles)
      // A hard link is the store itself.
      .filter(
        (path) => statSync(path).ino !== ino && !existsSync(`${path}-wal`) && !existsSync(`${path}-shm`),
      )
      .filter(isCopy)
      .flatMap((path) => (existsSync(`${path}-journal`) ? [path, `${path}-journal`] : [path]))
      .sort()
  );
}

/** Which of them may hold a session of this store. */
export function copiesWith(file: string, sessionId: string): { copies: string[]; unreadCopies: string[] } {
  const found = { copies: [] as string[], unreadCopies: [] as string[] };
  for (const path of listCopies(file)) {
    const copy = path.replace(/-journal$/, "");
    const holds = isOwn(file, copy) || holdsSession(copy, sessionId);
    if (holds === true) found.copies.push(path);
    else if (holds === undefined) found.unreadCopies.push(path);
  }
  return found;
}

/** By its name one that was made before this very store was migrated. */
function isOwn(file: string, copy: string): boolean {
  const names = [file, realpathSync(file)].map((path) => `${basename(path)}.schema-`);
  return copy.endsWith(".bak") && names.some((name) => basename(copy).startsWith(name));
}

/** Undefined: that cannot be told. */
function holdsSession(copy: string, sessionId: string): boolean | undefined {
  try {
    const db = new Database(copy, { readonly: true, fileMustExist: true, timeout: busyTimeout });
    try {
      const found = db.prepare("SELECT 1 FROM sessions WHERE id = ?").get(sessionId) !== undefined;
      return found || (unfinished.test(copy) ? undefined : false);
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name))
    .map(({ name }) => join(folder, name));
}

function isCopy(path: string): boolean {
  try {
    const header = readHeader(path);
    const isSqlite = header.toString("latin1", 0, 15) === "SQLite format 3";
    const mark = header.readUInt32BE(68);
    if (isSqlite && header[18] === withoutLog && mark === applicationId) return true;
    if (!unfinished.test(path) || statSync(path).size === 0) return false;
    return header.every((byte) => byte === 0) || (isSqlite && (mark === 0 || mark === applicationId));
  } catch {
    // Not ours to read.
    return false;
  }
}
