// A path → an open connection that is ours, with every setting read back. Knows no table.
import { existsSync, realpathSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import type { StoreOptions } from "../store.ts";
import { notOurs, schemaTooNew } from "./errors.ts";
import { mayRollBack } from "./file-bytes.ts";
import { prepareFile } from "./place.ts";

/** "bkst": marks the file as ours in its header (https://sqlite.org/pragma.html#pragma_application_id). */
export const applicationId = 0x626b7374;

// SQLite 3.51.3 fixed a bug that could lose a commit of the log when a checkpoint raced with a reset.
const oldestSqlite = [3, 51, 3];

// Events of 1 KB leave a sixth of a 4 KiB page unused, but little of an 8 KiB one.
const pageSize = 8192;

// A database has at least one page, and a page at least 512 bytes (https://sqlite.org/fileformat2.html).
export const smallestFile = 512;

// Milliseconds that SQLite itself waits for a lock, blocking the event loop; the longer waits are ours.
export const busyTimeout = 5;

/** Opens, without waiting: a busy file throws SQLite's own error, to be retried as a whole. */
export function openConnection(
  file: string,
  { durability, cacheMegabytes = 64 }: Pick<StoreOptions, "durability" | "cacheMegabytes">,
  schemaVersion: number,
): Database.Database {
  prepareFile(file);
  refuseForeign(file, schemaVersion);
  const db = new Database(file, { timeout: busyTimeout, fileMustExist: true });
  try {
    assertSqliteVersion(db);
    configure(db, file, { durability, cacheKilobytes: cacheMegabytes * 1000 });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Looks before anything is set, so that a foreign or newer file stays as it is, to the byte. An empty file becomes
 * ours, and so does one whose making was cut short: SQLite rolls it back to empty when it is opened for writing. The
 * look is read-only where a log lies beside the file, or closing it would write the log into it.
 */
function refuseForeign(file: string, schemaVersion: number): void {
  const { size } = statSync(file);
  if (size === 0) return;
  // SQLite takes a file of one byte for an empty one, and would overwrite it.
  if (size < smallestFile) throw notOurs(file, "it is not an SQLite database");
  const real = realpathSync(file);
  const journal = `${real}-journal`;
  if (existsSync(journal) && !mayRollBack(real, journal, applicationId)) {
    throw notOurs(file, "another application was interrupted while it wrote to it");
  }
  const db = new Database(file, { readonly: existsSync(`${real}-wal`), timeout: busyTimeout });
  try {
    readSchemaVersion(db, file, schemaVersion);
  } finally {
    db.close();
  }
}

/** 0: nothing has been stored yet. Throws `not_a_backstory_file` or `schema_too_new`. */
export function readSchemaVersion(db: Database.Database, file: string, known: number): number {
  // One snapshot: between two reads another process may make the file ours.
  return db.transaction(() => {
    const application = db.pragma("application_id", { simple: true });
    const version = Number(db.pragma("user_version", { simple: true }));
    const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
    if (application !== applicationId && !(application === 0 && version === 0 && tables === 0)) {
      throw notOurs(file, "another application made it");
    }
    if (version > known) throw schemaTooNew(file, version, known);
    return version;
  })();
}

function assertSqliteVersion(db: Database.Database): void {
  const version = String(db.prepare("SELECT sqlite_version()").pluck().get());
  const parts = version.split(".").map(Number);
  const difference = oldestSqlite.map((part, i) => (parts[i] ?? 0) - part).find((d) => d !== 0) ?? 0;
  if (difference < 0) {
    throw new StoreError(
      "internal",
      `SQLite ${version} is too old: ${oldestSqlite.join(".")} or later is needed.`,
      "Reinstall Backstory with its own better-sqlite3.",
    );
  }
}

function configure(
  db: Database.Database,
  file: string,
  { durability, cacheKilobytes }: Pick<StoreOptions, "durability"> & { cacheKilobytes: number },
): void {
  // These two take effect on an empty file only, and only before the journal mode makes its first page.
  db.pragma(`page_size = ${pageSize}`);
  db.pragma("auto_vacuum = INCREMENTAL");
  const settings: [name: string, value: string | number, readBack: string | number][] = [
    ["journal_mode", "WAL", "wal"],
    ["synchronous", durability === "full" ? "FULL" : "NORMAL", durability === "full" ? 2 : 1],
    ["foreign_keys", "ON", 1],
    ["trusted_schema", "OFF", 0],
    ["cell_size_check", "ON", 1],
    ["temp_store", "MEMORY", 2],
    // Negative: in KiB.
    ["cache_size", -cacheKilobytes, -cacheKilobytes],
    // Bytes that the log keeps after a checkpoint emptied it.
    ["journal_size_limit", 16_777_216, 16_777_216],
    // Pages: checkpoints run after the reply; this is the cap for a caller that never pauses (32 MiB).
    ["wal_autocheckpoint", 4096, 4096],
  ];
  // On macOS a plain fsync does not reach the platter.
  if (process.platform === "darwin") settings.push(["fullfsync", "ON", 1]);
  for (const [name, value, readBack] of settings) {
    db.pragma(`${name} = ${value}`);
    const found = db.pragma(name, { simple: true });
    if (found !== readBack) {
      throw new StoreError(
        "internal",
        `SQLite did not take ${name} = ${value} for ${file} (it says ${String(found)}).`,
        "Put the database on a local disk: a network file system cannot keep it safe.",
      );
    }
  }
}
