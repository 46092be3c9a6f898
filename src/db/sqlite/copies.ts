// Copies of stores that lie beside one. They are told from stores by their headers: VACUUM INTO writes a file without a log,
// and whoever opens one as a store gives it a log for good (https://sqlite.org/fileformat2.html, offset 18).
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import type { Forget } from "../forgetting.ts";
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

/** Which of them may hold what is forgotten of this store. */
export function copiesWith(file: string, what: Forget): { copies: string[]; unreadCopies: string[] } {
  const found = { copies: [] as string[], unreadCopies: [] as string[] };
  for (const path of listCopies(file)) {
    const copy = path.replace(/-journal$/, "");
    const mayHold = isOwn(file, copy) || holds(copy, what);
    if (mayHold === true) found.copies.push(path);
    else if (mayHold === undefined) found.unreadCopies.push(path);
  }
  return found;
}

/** By its name one that was made before this very store was migrated. */
function isOwn(file: string, copy: string): boolean {
  const names = [file, realpathSync(file)].map((path) => `${basename(path)}.schema-`);
  return copy.endsWith(".bak") && names.some((name) => basename(copy).startsWith(name));
}

/** Undefined: that cannot be told. */
function holds(copy: string, { sessionId, seqs }: Forget): boolean | undefined {
  try {
    const db = new Database(copy, { readonly: true, fileMustExist: true, timeout: busyTimeout });
    try {
      const isThere = db.prepare("SELECT 1 FROM sessions WHERE id = ?").get(sessionId) !== undefined;
      if (isThere) return !isForgotten(db, { sessionId, seqs });
      return unfinished.test(copy) ? undefined : false;
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

/** It was made behind the forgetting: nothing of it is left there, be it in rows, in the index or between pages. */
function isForgotten(db: Database.Database, { sessionId, seqs }: Forget): boolean {
  try {
    const says = seqs === undefined ? sessionSays : eventsSay;
    const left = db.prepare(`SELECT 1 FROM erasure WHERE done < wanted OR ${says}`);
    return left.get({ sessionId, seqs: JSON.stringify(seqs ?? []) }) === undefined;
  } catch {
    // Of a version that could not forget, or one that stores more than this one knows of.
    return false;
  }
}

const eventsSay = `EXISTS (SELECT 1 FROM events WHERE session_id = :sessionId AND forgotten_at IS NULL
  AND seq IN (SELECT value FROM json_each(:seqs)))`;

const sessionSays = `EXISTS (SELECT 1 FROM sessions WHERE id = :sessionId
    AND (forgotten_at IS NULL OR coalesce(title, host_title, context, metadata) IS NOT NULL))
  OR EXISTS (SELECT 1 FROM sessions AS forks, sessions WHERE forks.forked_from_session_id = :sessionId
    AND sessions.id = :sessionId AND forks.created_at >= sessions.forgotten_at)
  OR EXISTS (SELECT 1 FROM events WHERE session_id = :sessionId AND forgotten_at IS NULL)
  OR EXISTS (SELECT 1 FROM todos WHERE session_id = :sessionId)
  OR EXISTS (SELECT 1 FROM checkpoints WHERE session_id = :sessionId
    AND (coalesce(label, state) IS NOT NULL OR todos <> '[]'))
  OR EXISTS (SELECT 1 FROM runs WHERE session_id = :sessionId
    AND coalesce(command, args, prompt, error) IS NOT NULL)
  OR EXISTS (SELECT 1 FROM jobs WHERE session_id = :sessionId
    AND (prompt <> '' OR coalesce(error, result) IS NOT NULL))`;

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
