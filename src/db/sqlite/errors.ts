// SQLite's error codes → the Store's, in one place.
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";

/** A lock that another connection holds: the attempt did nothing and may be made again. */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError &&
    (error.code.startsWith("SQLITE_BUSY") || error.code === "SQLITE_LOCKED")
  );
}

/** Any failure inside the Store → a `StoreError`; one that is a `StoreError` already stays. */
export function toStoreError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Database.SqliteError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new StoreError("internal", message, "Nothing was changed. Report this with the server's log.", {
      cause: error,
    });
  }
  const code = error.code;
  const options = { cause: error };
  if (isBusy(error)) return busy(file, options);
  if (code === "SQLITE_FULL") {
    return new StoreError(
      "disk_full",
      `The disk that holds ${file} is full; nothing of this call was stored.`,
      "Free some space and call again: no restart is needed.",
      options,
    );
  }
  if (code.startsWith("SQLITE_READONLY")) return readOnly(file, options);
  if (code === "SQLITE_NOTADB") return notOurs(file, "it is not an SQLite database", options);
  if (code === "SQLITE_CORRUPT_VTAB") {
    return new StoreError(
      "internal",
      `The search index in ${file} is damaged; what is stored is not.`,
      "backstory reindex makes it anew. Nothing of this call was stored.",
      options,
    );
  }
  if (code.startsWith("SQLITE_CORRUPT")) {
    return new StoreError(
      "corrupt",
      `${file} is damaged (${error.message}).`,
      "Keep the file and its -wal file, restore the newest copy beside it, or move it away to start anew.",
      options,
    );
  }
  if (code === "SQLITE_TOOBIG") {
    return new StoreError("too_large", "A value is larger than SQLite can store.", "Split it.", options);
  }
  if (code.startsWith("SQLITE_CANTOPEN")) {
    return new StoreError(
      "read_only",
      `${file} cannot be opened for writing (${error.message}).`,
      "Check that the file and its directory exist and are yours to write, or choose another with --db.",
      options,
    );
  }
  return new StoreError(
    "internal",
    `SQLite: ${error.message} (${code}).`,
    "Nothing of this call was stored. If it goes on, report it with the server's log.",
    options,
  );
}

export function busy(file: string, options?: ErrorOptions): StoreError {
  return new StoreError(
    "busy",
    `Other processes kept ${file} locked for too long; nothing of this call was stored.`,
    "Call again.",
    options,
  );
}

export function readOnly(file: string, options?: ErrorOptions): StoreError {
  return new StoreError(
    "read_only",
    `${file} is on a read-only disk or write-protected; nothing was stored.`,
    "Make the file and its directory writable, or choose another with --db or BACKSTORY_DB.",
    options,
  );
}

export function notOurs(file: string, reason: string, options?: ErrorOptions): StoreError {
  return new StoreError(
    "not_a_backstory_file",
    `${file} is not a Backstory database: ${reason}. It was left as it is.`,
    "Choose another file with --db or BACKSTORY_DB.",
    options,
  );
}

export function schemaTooNew(file: string, found: number, known: number): StoreError {
  return new StoreError(
    "schema_too_new",
    `${file} was written by a newer Backstory (schema ${found}, this one knows ${known}). It was left as it is.`,
    "Restart the agent host so that it starts the newer version, or update Backstory.",
  );
}
