// Database files that are none of ours, or not any more; and what is on the disk to the byte.
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { newSession } from "../new-records.ts";
import { makeFolder, migrationsDirectory, storeOptions } from "../open-test-store.ts";

/** Every file of a folder with the SHA-256 of its bytes. */
export function fingerprints(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.map((name) => [name, sha256(join(folder, name))]));
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The copies that upgrades of `file` have left, as far as they were verified. */
export function copiesOf(file: string): string[] {
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.schema-`));
  const verified = names.filter((name) => name.endsWith(".bak") && !name.endsWith(".unverified.bak"));
  return verified.map((name) => join(dirname(file), name));
}

/** A store of ours with one session, closed in order. */
export async function makeStoreFile(file: string): Promise<string> {
  const store = await openStore(storeOptions({ file }));
  const { record } = await store.createSession(newSession({ title: "kept" }));
  await store.close();
  return record.id;
}

/** A directory of the released migrations, and one more. */
export function withMigration(...statements: string[]): string {
  const directory = makeFolder();
  cpSync(migrationsDirectory, directory, { recursive: true });
  writeFileSync(join(directory, "9999_test.sql"), statements.map((statement) => `${statement};\n`).join(""));
  return directory;
}

/** A file of `statements`, closed in order. */
export function makeSqliteFile(file: string, ...statements: string[]): void {
  const db = new Database(file);
  for (const statement of statements) db.exec(statement);
  db.close();
}

/** A file whose last writes stand in its log alone, as its application leaves them when it is killed. */
export function makeFileWithLog(file: string, ...statements: string[]): void {
  const living = join(makeFolder(), "living.db");
  const db = new Database(living);
  db.exec("PRAGMA journal_mode = WAL");
  for (const statement of statements) db.exec(statement);
  for (const suffix of ["", "-wal"]) copyFileSync(living + suffix, file + suffix);
  db.close();
}

/** A file whose first transaction was under way when its process was killed: SQLite has to roll it back. */
export function makeHalfMadeFile(file: string): void {
  interrupt(new Database(join(makeFolder(), "living.db")), file);
}

/** The same, but with something in it that was there before. */
export function makeInterruptedFile(file: string): void {
  const db = new Database(join(makeFolder(), "living.db"));
  db.exec("CREATE TABLE notes (text TEXT)");
  interrupt(db, file);
}

function interrupt(db: Database.Database, file: string): void {
  // So small that pages go to the file before the commit.
  db.pragma("cache_size = 1");
  db.exec("BEGIN; CREATE TABLE pages (text TEXT)");
  const insert = db.prepare("INSERT INTO pages VALUES (?)");
  for (let i = 0; i < 100; i++) insert.run("x".repeat(5_000));
  for (const suffix of ["", "-journal"]) copyFileSync(db.name + suffix, file + suffix);
  db.exec("ROLLBACK");
  db.close();
}
