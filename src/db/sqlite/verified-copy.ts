// A copy of a database by VACUUM INTO, for its owner alone, and verified before anybody relies on it.
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import { makeFolders } from "../folders.ts";
import { makeFile } from "./place.ts";
import { openToLook } from "./read-connection.ts";

/** Rejects a copy that is there already (EEXIST); leaves none that does not verify. Others may write meanwhile. */
export function copyVerified(file: string, copy: string): void {
  makeFolders(dirname(copy), 0o700);
  // VACUUM INTO takes an empty file, and keeps its mode.
  makeFile(copy);
  try {
    const expected = copyInto(file, copy);
    const check = new Database(copy, { readonly: true });
    const verdict = check.pragma("integrity_check", { simple: true });
    const found = countRows(check);
    check.close();
    if (verdict !== "ok" || (expected !== undefined && found !== expected)) throw unverified(file, verdict);
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

/** The rows that the copy must have; undefined if others wrote meanwhile. */
function copyInto(file: string, copy: string): string | undefined {
  const source = openToLook(file);
  try {
    const version = source.pragma("data_version", { simple: true });
    const counted = countRows(source);
    source.prepare("VACUUM INTO ?").run(copy);
    return source.pragma("data_version", { simple: true }) === version ? counted : undefined;
  } finally {
    source.close();
  }
}

/** Rows by table, as one string to compare. */
function countRows(db: Database.Database): string {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  return tables.map((name) => `${name}:${db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get()}`).join();
}

function unverified(file: string, verdict: unknown): StoreError {
  return new StoreError(
    "corrupt",
    `The copy of ${file} did not verify (${String(verdict)}), and was removed; ${file} was left as it is.`,
    "Check the disk, and the database with backstory doctor.",
  );
}
