// A database file that is not ours is refused with the reason, and stays as it is to the byte.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import {
  fingerprints,
  makeFileWithLog,
  makeHalfMadeFile,
  makeInterruptedFile,
  makeSqliteFile,
  makeStoreFile,
} from "./files.ts";
import { startProgram } from "./program.ts";

const notes = ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('mine')"];

type Refused = [name: string, make: (file: string) => unknown, code: string];

const refused: Refused[] = [
  ["a directory", (file) => mkdirSync(file), "not_a_backstory_file"],
  ["a link to a directory", (file) => symlinkSync(makeFolder(), file), "not_a_backstory_file"],
  ["garbage", (file) => writeFileSync(file, "garbage ".repeat(2_000)), "not_a_backstory_file"],
  ["a few bytes", (file) => writeFileSync(file, "xyz"), "not_a_backstory_file"],
  ["another application's", (file) => makeSqliteFile(file, ...notes), "not_a_backstory_file"],
  [
    "another application's in WAL mode",
    (file) => makeSqliteFile(file, "PRAGMA journal_mode = WAL", ...notes),
    "not_a_backstory_file",
  ],
  [
    "another application's with writes in its log",
    (file) => makeFileWithLog(file, ...notes),
    "not_a_backstory_file",
  ],
  [
    "another application's, interrupted in a transaction",
    (file) => makeInterruptedFile(file),
    "not_a_backstory_file",
  ],
  [
    "a link to another application's with writes in its log",
    (file) => {
      makeFileWithLog(`${file}.real`, ...notes);
      symlinkSync(`${file}.real`, file);
    },
    "not_a_backstory_file",
  ],
  [
    "another application's, marked by its id alone",
    (file) => makeSqliteFile(file, "PRAGMA application_id = 7"),
    "not_a_backstory_file",
  ],
  [
    "another application's, with the largest pages",
    (file) => makeSqliteFile(file, "PRAGMA page_size = 65536", ...notes),
    "not_a_backstory_file",
  ],
  [
    "a file that only begins as a database",
    (file) => writeFileSync(file, `SQLite format 3\0${"garbage ".repeat(2_000)}`),
    "not_a_backstory_file",
  ],
  ["text", (file) => writeFileSync(file, "Dear diary,\n".repeat(200)), "not_a_backstory_file"],
  [
    "a newer Backstory's",
    async (file) => {
      await makeStoreFile(file);
      makeSqliteFile(file, "PRAGMA user_version = 999");
    },
    "schema_too_new",
  ],
  [
    "a store that lost its end",
    async (file) => {
      await makeStoreFile(file);
      truncateSync(file, 40_000);
    },
    "corrupt",
  ],
];

test.each(refused)("%s", async (_name, make, code) => {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  await make(db);
  const before = fingerprints(folder);
  const server = startProgram({ db });
  await server.initialize();
  for (const tool of ["list_sessions", "create_session"]) {
    const { error } = await server.call(tool);
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringContaining(db) });
    expect(error.hint).toMatch(/--db|newer|copy/);
  }
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(fingerprints(folder)).toMatchObject(before);
});

// Where a log was left behind, SQLite must index it to read it, and keeps the index.
const quiet = refused.filter(([name, , code]) => code !== "corrupt" && !name.endsWith("log"));

test.each(quiet)("%s: nothing is left beside it", async (_name, make) => {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  await make(db);
  const before = readdirSync(folder);
  const server = startProgram({ db });
  await server.initialize();
  expect((await server.call("create_session")).isError).toBe(true);
  await server.end();
  expect(readdirSync(folder)).toEqual(before);
});

test("an empty file becomes a store", async () => {
  const db = join(makeFolder(), "test.db");
  writeFileSync(db, "");
  const server = startProgram({ db });
  await server.initialize();
  await server.call("create_session", { title: "first" });
  expect((await server.call("list_sessions")).result.sessions).toMatchObject([{ title: "first" }]);
});

test("a file whose making was cut short by a kill becomes a store", async () => {
  const db = join(makeFolder(), "test.db");
  makeHalfMadeFile(db);
  const server = startProgram({ db });
  await server.initialize();
  const { error } = await server.call("create_session", { title: "first" });
  expect(error).toBeUndefined();
  expect((await server.call("list_sessions")).result.sessions).toMatchObject([{ title: "first" }]);
});

test("a file that is replaced by a good one is taken without a restart", async () => {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  writeFileSync(db, "garbage");
  const server = startProgram({ db });
  await server.initialize();
  expect((await server.call("list_sessions")).error.code).toBe("not_a_backstory_file");
  writeFileSync(db, "");
  expect((await server.call("create_session")).isError).toBe(false);
});

test("a file that a newer Backstory has migrated meanwhile is written to no more", async () => {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  const server = startProgram({ db });
  await server.initialize();
  await server.call("create_session", { title: "before" });
  makeSqliteFile(db, "PRAGMA user_version = 999");
  const { error } = await server.call("create_session", { title: "after" });
  expect(error).toMatchObject({ code: "schema_too_new", hint: expect.stringContaining("Restart") });
  expect((await server.call("list_sessions")).result.sessions).toMatchObject([{ title: "before" }]);
});

test("a store with a log left by a kill opens with everything in it", async () => {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  const killed = startProgram({ db });
  await killed.initialize();
  await killed.call("create_session", { title: "kept" });
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(readdirSync(folder)).toContain("test.db-wal");
  expect(readFileSync(`${db}-wal`).length).toBeGreaterThan(0);
  const server = startProgram({ db });
  await server.initialize();
  expect((await server.call("list_sessions")).result.sessions).toMatchObject([{ title: "kept" }]);
});
