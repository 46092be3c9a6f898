// A path → a connection that only looks: the file and what lies beside it stay as they are. Knows no table.
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import { busyTimeout, readSchemaVersion, smallestFile } from "./connection.ts";
import { notOurs } from "./errors.ts";
import { imageOf } from "./file-bytes.ts";

/** `not_found`: nothing has been stored. `invalid_state`: its schema is older, and only a server may change that. */
export function openReadConnection(file: string, schemaVersion: number): Database.Database {
  const db = openToLook(file);
  try {
    const version = readSchemaVersion(db, file, schemaVersion);
    if (version === 0) throw nothingYet(file);
    if (version < schemaVersion)
      throw unfinished(file, `has schema ${version}, and this is ${schemaVersion}`);
    for (const setting of ["query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"])
      db.pragma(setting);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whoever made it. `not_found`: it is not there, or empty. */
export function openToLook(file: string): Database.Database {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw notOurs(file, "it is not a regular file");
  const size = found?.size ?? 0;
  if (size === 0) throw nothingYet(file);
  if (size < smallestFile) throw notOurs(file, "it is not an SQLite database");
  const real = realpathSync(file);
  // To open it would be to roll it back.
  if (existsSync(`${real}-journal`)) throw unfinished(file, "was interrupted while it was made");
  return openToRead(real);
}

/**
 * A read-only connection does not bring the log into the file, but leaves its own -wal and -shm behind, write-protected
 * if the file is. So it is for a file with a log, which may be in use; one without, or with an empty one, is opened as usual,
 * changed by nothing, and cleared up behind. Where that cannot be, nobody writes either, and the bytes are read as they stand.
 */
function openToRead(real: string): Database.Database {
  const options = { timeout: busyTimeout, fileMustExist: true };
  const log = statSync(`${real}-wal`, { throwIfNoEntry: false });
  const isEmpty = (log?.size ?? 0) === 0;
  const writable = isWritable(real) && isWritable(dirname(real));
  if (writable && isEmpty) return new Database(real, options);
  if (writable || (log !== undefined && existsSync(`${real}-shm`)))
    return new Database(real, { ...options, readonly: true });
  if (isEmpty) return new Database(imageOf(real), { readonly: true });
  throw new StoreError(
    "read_only",
    `${real} is write-protected, and its last writes are still in its log, ${real}-wal.`,
    "Make the file and its directory writable, or copy both files to where they are, and name the copy with --db.",
  );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function nothingYet(file: string): StoreError {
  return new StoreError(
    "not_found",
    `There is nothing in ${file} yet: nothing has been recorded.`,
    "An agent that uses Backstory fills it. Name another with --db.",
  );
}

function unfinished(file: string, how: string): StoreError {
  return new StoreError(
    "invalid_state",
    `${file} ${how}; looking at it changes nothing.`,
    "Start the server once (backstory serve): it brings the file up to date.",
  );
}
