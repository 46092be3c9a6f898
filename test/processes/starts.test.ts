// Processes that start at once: all are ready, and what must happen once happens once.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, describe, expect, test } from "vitest";
import { listMigrations } from "../../src/db/sqlite/migration-files.ts";
import { makeFolder, migrationsDirectory } from "../open-test-store.ts";
import { howMany } from "../torture/plan.ts";
import { bundle } from "./bundle.ts";
import { startChild } from "./child.ts";
import { copiesOf, makeStoreFile, withMigration } from "./files.ts";
import { type Program, startProgram } from "./program.ts";

const opener = bundle("opener");
afterAll(() => opener.remove());

// Would show if it were applied twice.
const oneMore = [
  "CREATE TABLE IF NOT EXISTS applied (at INTEGER)",
  "INSERT INTO applied VALUES (1)",
  "UPDATE sessions SET title = title || ', migrated' WHERE title = 'kept' OR title LIKE '%, migrated'",
];

const current = listMigrations(migrationsDirectory).length;

// Races show in some of many rounds only.
const crowds = [
  { count: 8, rounds: howMany(25, 100) },
  { count: 32, rounds: howMany(3, 25) },
];

describe.each(crowds)("$count processes, $rounds times", { timeout: 300_000 }, ({ count, rounds }) => {
  function inFolder(nameOf: (round: number) => string): string[] {
    const folder = makeFolder();
    return Array.from({ length: rounds }, (_, round) => join(folder, nameOf(round)));
  }

  test("on no file", async () => {
    const files = inFolder((round) => join(`${round}`, "test.db"));
    const made = await openAtOnce(count, files);
    for (const file of files) expectReady(file, made.get(file));
  });

  test("on an empty file", async () => {
    const files = inFolder((round) => `${round}.db`);
    for (const file of files) writeFileSync(file, "");
    const made = await openAtOnce(count, files);
    for (const file of files) expectReady(file, made.get(file));
  });

  test("on a current file", async () => {
    const files = inFolder((round) => `${round}.db`);
    const kept = await Promise.all(files.map(makeStoreFile));
    const made = await openAtOnce(count, files);
    for (const [i, file] of files.entries()) expectReady(file, [kept[i] ?? "", ...(made.get(file) ?? [])]);
  });

  test("on an old version's file, of which a copy is kept", async () => {
    const files = inFolder((round) => `${round}.db`);
    const kept = await Promise.all(files.map(makeStoreFile));
    const made = await openAtOnce(count, files, withMigration(...oneMore));
    for (const [i, file] of files.entries()) {
      const sessionId = kept[i] ?? "";
      expectReady(file, [sessionId, ...(made.get(file) ?? [])]);
      expectMigrated(file, sessionId);
      expectCopy(file, sessionId);
    }
  });
});

function expectMigrated(file: string, sessionId: string): void {
  const db = new Database(file, { readonly: true });
  expect(db.prepare("SELECT count(*) FROM applied").pluck().get(), "the data migration").toBe(1);
  expect(db.prepare("SELECT title FROM sessions WHERE id = ?").pluck().get(sessionId)).toBe("kept, migrated");
  const versions = db.prepare("SELECT version FROM migrations ORDER BY version").pluck().all();
  expect(versions).toEqual(Array.from({ length: current + 1 }, (_, index) => index + 1));
  expect(db.pragma("user_version", { simple: true })).toBe(current + 1);
  db.close();
}

function expectCopy(file: string, sessionId: string): void {
  const copies = copiesOf(file);
  expect(copies).toHaveLength(1);
  const copy = new Database(copies[0], { readonly: true });
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(copy.pragma("user_version", { simple: true })).toBe(current);
  expect(copy.prepare("SELECT id, title FROM sessions").all()).toEqual([{ id: sessionId, title: "kept" }]);
  copy.close();
}

test("eight servers on no file, each with its own host", async () => {
  const db = join(makeFolder(), "data", "test.db");
  const servers = Array.from({ length: 8 }, () => startProgram({ db }));
  const ids = await Promise.all(servers.map(createFirst));
  expect(new Set(ids).size).toBe(8);
  const { result } = await (servers[0] as Program).call("list_sessions");
  expect(result.sessions).toHaveLength(8);
  for (const server of servers) expect(await server.end()).toEqual({ code: 0, signal: null });
  expectReady(db, ids);
});

async function createFirst(server: Program): Promise<string> {
  await server.initialize();
  return (await server.call("create_session")).result.session.id;
}

/** Opens each file from `count` processes that have loaded their code before; what they said, by file. */
async function openAtOnce(
  count: number,
  files: string[],
  migrations = migrationsDirectory,
): Promise<Map<string, string[]>> {
  const children = Array.from({ length: count }, () => startChild(opener.file, [migrations, ...files]));
  await Promise.all(children.map(({ ready }) => ready));
  for (const child of children) child.go();
  await Promise.all(children.map(({ closed }) => closed));
  // The first line says that it is loaded.
  const said = children.map((child) => child.said().slice(1));
  return new Map(files.map((file, i) => [file, said.map((lines) => lines[i] ?? "nothing")]));
}

/** Each has made its session, and the schema was made once. */
function expectReady(file: string, sessionIds: string[] = []): void {
  expect(sessionIds).toEqual(sessionIds.map(() => expect.stringMatching(/^sess_/)));
  const db = new Database(file, { readonly: true });
  expect(db.prepare("SELECT id FROM sessions ORDER BY id").pluck().all()).toEqual(sessionIds.toSorted());
  expect(db.prepare("SELECT count(*) FROM migrations WHERE version = 1").pluck().get()).toBe(1);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
}
