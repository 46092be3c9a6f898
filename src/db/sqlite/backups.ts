// A store → a copy elsewhere, and a copy → a store. Servers may go on with the store meanwhile.
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import { readSchemaVersion } from "./connection.ts";
import { notOurs, toStoreError } from "./errors.ts";
import { refuseTaken } from "./free-name.ts";
import { listMigrations } from "./migration-files.ts";
import { preparePlace, syncFolderOf, unableToCreate } from "./place.ts";
import { openToLook } from "./read-connection.ts";
import { copyVerified } from "./verified-copy.ts";

/** `not_found`: there is no store. `conflict`: there is a file already where the copy is to be. */
export function backUp(file: string, copy: string, migrationsDirectory: string): void {
  assertOurs(file, migrationsDirectory);
  copyTo(file, copy, { unfinished: `${copy}.unverified`, refuse: () => refuseTaken(copy, file) });
}

/** `conflict`: something is stored in `file` already. What is there is never written over. */
export function restore(copy: string, file: string, migrationsDirectory: string): void {
  assertOurs(copy, migrationsDirectory);
  const place = preparePlace(file);
  copyTo(copy, place, { unfinished: `${place}.restoring`, refuse: () => refuseStored(place) });
}

/** Nothing has the name of the copy before it is whole and verified; one that was cut short has the other name. */
function copyTo(
  file: string,
  copy: string,
  { unfinished, refuse }: { unfinished: string; refuse: () => void },
): void {
  refuse();
  const clear = () => ["", "-journal"].forEach((end) => void rmSync(unfinished + end, { force: true }));
  clear();
  try {
    copyVerified(file, unfinished);
    // Again: somebody may have begun to write there meanwhile.
    refuse();
    renameSync(unfinished, copy);
    syncFolderOf(copy);
  } catch (error) {
    throw toCopyError(error, { file, copy });
  } finally {
    clear();
  }
}

/** The file is only read: a full or write-protected disk is the copy's. */
function toCopyError(error: unknown, { file, copy }: { file: string; copy: string }): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Database.SqliteError)) return unableToCreate(copy, error as NodeJS.ErrnoException);
  const isOfCopy = /^SQLITE_(FULL|READONLY|CANTOPEN)/.test(error.code);
  return toStoreError(error, isOfCopy ? copy : file);
}

function refuseStored(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 && !["-wal", "-journal"].some((end) => existsSync(file + end))) return;
  throw new StoreError(
    "conflict",
    `There is something in ${file} already; it was left as it is.`,
    "Name an empty place with --db, or end the servers and move that file, with its -wal, out of the way first.",
  );
}

/** Ours, of a schema that we know. */
function assertOurs(file: string, migrationsDirectory: string): void {
  try {
    const db = openToLook(file);
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
