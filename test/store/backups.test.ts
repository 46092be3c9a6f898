// A copy has what the store had, for its owner alone, and a store made from it has it again.
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, expect, it } from "vitest";
import { backUp, restore } from "../../src/db/sqlite/backups.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";

let file: string;
let store: Store;
let sessionId: string;
const beside = (name: string) => join(dirname(file), name);
const copyTo = (name: string) => backUp(file, beside(name), migrationsDirectory);
const restoreTo = (name: string, copy = "copy.db") =>
  restore(beside(copy), beside(name), migrationsDirectory);

beforeEach(async () => {
  file = join(makeFolder(), "test.db");
  store = await openTestStore({ file });
  sessionId = (await store.createSession(newSession())).record.id;
  await store.appendEvents(
    sessionId,
    Array.from({ length: 100 }, (_, i) => newEvent(sessionId, { content: `event ${i} ${"x".repeat(500)}` })),
  );
});

it("copies an open store, and makes one again from the copy", async () => {
  copyTo("copy.db");
  await store.appendEvent(newEvent(sessionId));
  expect(statSync(beside("copy.db")).mode & 0o777).toBe(0o600);
  expect(await store.forgetting.listCopies()).toEqual([beside("copy.db")]);
  restoreTo("deep/er/new.db");
  expect(statSync(beside("deep/er/new.db")).mode & 0o777).toBe(0o600);
  const restored = await openTestStore({ file: beside("deep/er/new.db") });
  expect(await restored.getSession(sessionId)).toMatchObject({ lastSeq: 100 });
  expect(await restored.getEvent(sessionId, 100)).toEqual(await store.getEvent(sessionId, 100));
});

it("writes over no file", async () => {
  copyTo("copy.db");
  const before = readFileSync(beside("copy.db"));
  expect(() => copyTo("copy.db")).toThrow(expect.objectContaining({ code: "conflict" }));
  expect(readFileSync(beside("copy.db")).equals(before)).toBe(true);
  expect(() => restoreTo("test.db")).toThrow(expect.objectContaining({ code: "conflict" }));
  writeFileSync(beside("empty.db"), "");
  writeFileSync(beside("empty.db-wal"), "x");
  expect(() => restoreTo("empty.db")).toThrow(expect.objectContaining({ code: "conflict" }));
  expect((await store.getSession(sessionId)).lastSeq).toBe(100);
});

it("leaves nothing beside another application's file", () => {
  const foreign = new Database(join(makeFolder(), "notes.db"));
  foreign.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)");
  foreign.close();
  const refused = expect.objectContaining({ code: "not_a_backstory_file" });
  expect(() => backUp(foreign.name, beside("copy.db"), migrationsDirectory)).toThrow(refused);
  expect(() => restore(foreign.name, beside("new.db"), migrationsDirectory)).toThrow(refused);
  expect(readdirSync(dirname(foreign.name))).toEqual(["notes.db"]);
});

it("makes no store of what is none, or is damaged, and leaves nothing behind", () => {
  writeFileSync(beside("text.db"), "hello ".repeat(1000));
  expect(() => restoreTo("new.db", "text.db")).toThrow(
    expect.objectContaining({ code: "not_a_backstory_file" }),
  );
  expect(() => restoreTo("new.db", "none.db")).toThrow(expect.objectContaining({ code: "not_found" }));
  copyTo("copy.db");
  truncateSync(beside("copy.db"), statSync(beside("copy.db")).size - 3 * 8192);
  expect(() => restoreTo("new.db")).toThrow(expect.objectContaining({ code: "corrupt" }));
  expect(existsSync(beside("new.db"))).toBe(false);
  expect(readdirSync(dirname(file)).filter((name) => name.includes("restoring"))).toEqual([]);
});
