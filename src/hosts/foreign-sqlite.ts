// Another program's SQLite file, read and never written. It knows no tables. A live one is read with its write-ahead log;
// `immutable` is never used: it would read a file that changes as if it did not.
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { JsonObject, JsonValue } from "./host.ts";

/** Columns by name; a BLOB is left out. */
export type Row = JsonObject;

const busyTimeout = 2_000;
// SQLite would make a -wal and a -shm file beside a database that nobody has open, and leave them there.
const mostCopiedBytes = 1024 * 1024 * 1024;

export class ForeignDatabase {
  readonly #db: Database.Database;
  readonly #copy: string | null;

  private constructor(db: Database.Database, copy: string | null) {
    this.#db = db;
    this.#copy = copy;
  }

  /** Throws if it cannot be read. */
  static open(path: string): ForeignDatabase {
    const copied = isClosedWal(path) ? ForeignDatabase.#openQuietCopy(path) : null;
    if (copied !== null) return copied;
    try {
      return ForeignDatabase.#checked(new Database(path, { readonly: true, timeout: busyTimeout }), null);
    } catch (error) {
      // A log in a folder where we may not write: the file that its readers share cannot be made there.
      if (existsSync(`${path}-wal`)) return ForeignDatabase.#openCopy(path, true);
      throw error;
    }
  }

  /** Null: its host opened it meanwhile, so that a copy may be of two times. */
  static #openQuietCopy(path: string): ForeignDatabase | null {
    const before = statSync(path);
    const db = ForeignDatabase.#openCopy(path, false);
    const after = statSync(path);
    if (isClosedWal(path) && after.mtimeMs === before.mtimeMs && after.size === before.size) return db;
    db.close();
    return null;
  }

  static #openCopy(path: string, withLog: boolean): ForeignDatabase {
    const folder = mkdtempSync(join(tmpdir(), "backstory-read-"));
    try {
      const copy = join(folder, "copy.db");
      copyFileSync(path, copy, constants.COPYFILE_FICLONE);
      if (withLog) copyFileSync(`${path}-wal`, `${copy}-wal`);
      return ForeignDatabase.#checked(new Database(copy, { timeout: busyTimeout }), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  static #checked(db: Database.Database, copy: string | null): ForeignDatabase {
    try {
      db.pragma("trusted_schema = OFF");
      db.prepare("SELECT count(*) FROM sqlite_schema").get();
      return new ForeignDatabase(db, copy);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** The columns of a table, empty if there is none: what a version of the host has is asked, not assumed. */
  columns(table: string): Set<string> {
    const rows = this.#db.prepare("SELECT name FROM pragma_table_info(?)").all(table) as { name: string }[];
    return new Set(rows.map(({ name }) => name));
  }

  /** One short read: no transaction stays open behind it. */
  all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#db
      .prepare(sql)
      .all(...values)
      .map((row) => toRow(row as Record<string, unknown>));
  }

  close(): void {
    this.#db.close();
    if (this.#copy !== null) rmSync(this.#copy, { recursive: true, force: true });
  }
}

/** Of its file and its log together: what is to be read, for a progress bar. */
export function databaseBytes(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** The columns that a table has of those named, others as NULL: for a statement that reads any version of it. */
export function selectList(columns: Set<string>, names: string[]): string {
  return names.map((name) => (columns.has(name) ? `"${name}"` : `NULL AS "${name}"`)).join(", ");
}

const sqliteHeader = "SQLite format 3\0";

export function isSqlite(head: Buffer): boolean {
  return head.toString("latin1", 0, 16) === sqliteHeader;
}

/** Whether the tables that stand in the file's first page have all of these words. */
export function mentionsTables(head: Buffer, ...words: string[]): boolean {
  return isSqlite(head) && words.every((word) => head.includes(word));
}

/** In write-ahead mode, with no log beside it: its last user closed it in order. */
function isClosedWal(path: string): boolean {
  const stat = statSync(path);
  if (stat.size > mostCopiedBytes || existsSync(`${path}-wal`)) return false;
  const file = openSync(path, "r");
  try {
    const version = Buffer.alloc(1);
    // Byte 18: the version of the file format that a writer must know; 2 is write-ahead.
    return readSync(file, version, 0, 1, 18) === 1 && version[0] === 2;
  } finally {
    closeSync(file);
  }
}

function toRow(row: Record<string, unknown>): Row {
  const entries = Object.entries(row).filter(([, value]) => !Buffer.isBuffer(value));
  return Object.fromEntries(entries) as { [key: string]: JsonValue };
}
