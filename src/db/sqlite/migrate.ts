// Brings a file's schema to the newest version, all or nothing, once however many processes start together.
// drizzle's own migrator reads its ledger outside the lock: eight starts at once applied a migration up to six times.
import { renameSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import type { StoreLog } from "../store.ts";
import { applicationId } from "./connection.ts";
import { schemaTooNew } from "./errors.ts";
import type { Migration } from "./migration-files.ts";
import { syncFolderOf } from "./place.ts";
import { copyVerified } from "./verified-copy.ts";

export interface MigrateOptions {
  file: string;
  migrations: readonly Migration[];
  now: () => number;
  log: StoreLog;
}

/** Throws SQLite's own busy error when another process holds the lock: open and migrate are retried as a whole. */
export function migrate(db: Database.Database, options: MigrateOptions): void {
  if (readVersion(db) === options.migrations.length) return;
  // A migration that rebuilds a table needs this off, and it cannot be changed inside a transaction.
  db.pragma("foreign_keys = OFF");
  try {
    db.transaction(() => applyPending(db, options)).immediate();
  } finally {
    db.pragma("foreign_keys = ON");
  }
}

function readVersion(db: Database.Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

function applyPending(db: Database.Database, { file, migrations, now, log }: MigrateOptions): void {
  // Again, now inside the lock: whoever held it before us may have done the work.
  const from = readVersion(db);
  if (from === migrations.length) return;
  if (from > migrations.length) throw schemaTooNew(file, from, migrations.length);
  if (from > 0) {
    assertUnchanged(db, migrations.slice(0, from));
    const copy = copyBefore(file, from, now());
    log.info({ copy, from, to: migrations.length }, "kept a copy before the migration");
  }
  for (const { version, name, read } of migrations.slice(from)) {
    const { text, checksum } = read();
    db.exec(text);
    db.prepare("INSERT INTO migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)").run(
      version,
      name,
      checksum,
      now(),
    );
  }
  const violations = db.pragma("foreign_key_check") as unknown[];
  if (violations.length > 0) {
    throw new StoreError(
      "corrupt",
      `Migrating ${file} would leave ${violations.length} rows without their parent; it was left at schema ${from}.`,
      "Report this with the server's log, and use the version of Backstory that wrote the file.",
    );
  }
  db.pragma(`application_id = ${applicationId}`);
  db.pragma(`user_version = ${migrations.length}`);
  log.info({ file, from, to: migrations.length }, "migrated the database");
}

function assertUnchanged(db: Database.Database, applied: readonly Migration[]): void {
  const recorded = db.prepare("SELECT version, checksum FROM migrations").raw().all() as [number, string][];
  const byVersion = new Map(recorded);
  for (const { version, name, read } of applied) {
    if (byVersion.get(version) !== read().checksum) {
      throw new StoreError(
        "internal",
        `The migration ${name} of this installation is not the one that made the database.`,
        "Reinstall Backstory; the database was left as it is.",
      );
    }
  }
}

/**
 * A copy of the committed state, by a second connection while the first holds the write lock. Returns its path: nothing
 * has that name before it is verified.
 */
function copyBefore(file: string, version: number, now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
  const name = `${file}.schema-${version}-${stamp}`;
  const [copy, unverified] = [`${name}.bak`, `${name}.unverified.bak`];
  copyVerified(file, unverified);
  try {
    renameSync(unverified, copy);
    // Before the migration: whoever finds the file migrated finds the copy.
    syncFolderOf(copy);
  } catch (error) {
    rmSync(unverified, { force: true });
    throw error;
  }
  return copy;
}
