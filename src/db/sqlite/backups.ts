// A store → a copy elsewhere, and a copy → a store. Servers may go on with the store meanwhile.
import { existsSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import { busyTimeout, readSchemaVersion, smallestFile } from "./connection.ts";
import { notOurs, toStoreError } from "./errors.ts";
import { listMigrations } from "./migration-files.ts";
import { copyVerified } from "./verified-copy.ts";

/** `not_found`: there is no store. `conflict`: there is a file already where the copy is to be. */
export function backUp(file: string, copy: string, migrationsDirectory: string): void {
  assertOurs(file, migrationsDirectory);
  copyTo(file, copy);
}

/**
 * `conflict`: something is stored in `file` already. What is there is never written over, nor is it there in part: a
 * restore that is cut short leaves no store.
 */
export function restore(copy: string, file: string, migrationsDirectory: string): void {
  assertOurs(copy, migrationsDirectory);
  refuseStored(file);
  const unfinished = `${file}.restoring`;
  rmSync(unfinished, { force: true });
  copyTo(copy, unfinished);
  // Again: somebody may have begun to record meanwhile.
  refuseStored(file);
  renameSync(unfinished, file);
}

function copyTo(file: string, copy: string): void {
  try {
    copyVerified(file, copy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new StoreError("conflict", `There is a file ${copy} already.`, "Name one that does not exist.");
    }
    throw toStoreError(error, file);
  }
}

function refuseStored(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 && !["-wal", "-journal"].some((end) => existsSync(file + end))) return;
  throw new StoreError(
    "conflict",
    `There is something in ${file} already; it was left as it is.`,
    "Name an empty place with --db; or end the servers and move that file, with its -wal, out of the way first.",
  );
}

/** Ours, of a schema that we know. */
function assertOurs(file: string, migrationsDirectory: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    throw new StoreError("not_found", `There is nothing in ${file}.`, "Name another file.");
  }
  if (size < smallestFile) throw notOurs(file, "it is not an SQLite database");
  try {
    const db = new Database(realpathSync(file), { readonly: true, timeout: busyTimeout });
    try {
      const version = readSchemaVersion(db, file, listMigrations(migrationsDirectory).length);
      if (version === 0) throw notOurs(file, "nothing has been recorded in it");
    } finally {
      db.close();
    }
  } catch (error) {
    throw toStoreError(error, file);
  }
}
