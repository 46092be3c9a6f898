// The commands that keep a store's content elsewhere, or no longer, as a user calls them.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { makeFolder, storeOptions } from "../open-test-store.ts";
import { program, testEnvironment } from "./program.ts";

const day = 86_400_000;
let folder: string;
let db: string;
let old: string;
let later: string;

const inFolder = (name: string) => join(folder, name);

function run(args: string[], file = db) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, "--db", file], {
    encoding: "utf8",
    env: testEnvironment(),
    cwd: folder,
    maxBuffer: 1e7,
  });
  return { status, stdout, stderr };
}

const done = (stdout: unknown) => ({ status: 0, stdout, stderr: "" });
const refused = (stderr: RegExp) => ({ status: 1, stdout: "", stderr: expect.stringMatching(stderr) });

/** Kills the command as soon as it has begun to write a file that was not there. */
async function killed(args: string[]): Promise<string[]> {
  const before = new Set(readdirSync(folder));
  const child = spawn(process.execPath, [program, ...args, "--db", db], {
    env: testEnvironment(),
    cwd: folder,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const made = () =>
    readdirSync(folder).filter(
      (name) => !before.has(name) && !/-(wal|shm|journal)$/.test(name) && statSync(inFolder(name)).size > 0,
    );
  while (made().length === 0 && child.exitCode === null)
    await new Promise<void>((resolve) => setImmediate(resolve));
  child.kill("SIGKILL");
  expect((await ended)[1]).toBe("SIGKILL");
  return made();
}

/** `megabytes` of text: a command is then a while at it. */
async function makeStore({ megabytes = 0 } = {}): Promise<void> {
  let now = Date.now() - 200 * day;
  const store = await openStore(storeOptions({ file: db, now: () => now }));
  old = (await store.createSession(newSession({ title: "old" }))).record.id;
  await store.appendEvent(newEvent(old, { content: "chat" }));
  await store.appendEvent(newEvent(old, { type: "decision", content: "SQLite" }));
  const filler = Array.from({ length: megabytes }, () => newEvent(old, { content: "x".repeat(1_000_000) }));
  for (let i = 0; i < filler.length; i += 10) await store.appendEvents(old, filler.slice(i, i + 10));
  now = Date.now();
  later = (await store.createSession(newSession({ title: "later" }))).record.id;
  await store.appendEvent(newEvent(later, { content: "hello" }));
  await store.close();
}

beforeEach(() => {
  folder = makeFolder();
  db = inFolder("test.db");
});

describe("backup and restore", () => {
  test("a copy that was cut short has not the name of a copy, and the next one is whole", async () => {
    await makeStore({ megabytes: 60 });
    expect(await killed(["backup", "copy.db"])).toEqual(["copy.db.unverified"]);
    expect(run(["backup", "copy.db"])).toEqual(done(expect.stringMatching(/copy\.db is a copy .* verified/)));
    expect(readdirSync(folder).filter((name) => name.startsWith("copy"))).toEqual(["copy.db"]);
  });
});

describe("export and import", () => {
  test.each(["jsonl", "markdown"])("%s that was cut short has not the name of an export", async (format) => {
    await makeStore({ megabytes: 60 });
    const args = ["export", "out", "--format", format];
    expect(await killed(args)).toEqual(["out.unfinished"]);
    expect(run(args)).toEqual(done(expect.stringMatching(/out has .*2 sessions, 63 events\.\n$/)));
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual(["out"]);
  });
});

describe("prune", () => {
  const args = ["prune", "--older-than", "90d"];
  const line = (what: string) => expect.stringMatching(what);

  test("lists what would go with its bytes, lets it go, and says by how much the file is smaller", async () => {
    await makeStore({ megabytes: 5 });
    const listed = `^${old}  .*  5\\.0 MB  old \\(all\\)\n1 session, 5\\.0 MB of texts\\.\n`;
    expect(run([...args, "--dry-run"])).toEqual(done(line(`${listed}Nothing was changed\\.`)));
    const before = statSync(db).size;
    const { status, stdout } = run(args);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: line(`${listed}The file is [45]\\.\\d MB smaller\\.`),
    });
    expect(before - statSync(db).size).toBeGreaterThan(4_900_000);
    expect(run(args)).toEqual(done("There is nothing to prune.\n"));
    expect(run(["list"]).stdout).toMatch(/later/);
    expect(run(["list"]).stdout).not.toMatch(/old/);
  });

  test("--keep-decisions keeps these, and says as much", async () => {
    await makeStore({ megabytes: 5 });
    const before = statSync(db).size;
    const { status, stdout } = run([...args, "--keep-decisions"]);
    const listed = line(
      "old \\(6 events; its decisions and notes stay\\)\n.*\nThe file is [45]\\.\\d MB smaller\\.",
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: listed });
    expect(before - statSync(db).size).toBeGreaterThan(4_900_000);
    expect(run(["show", old]).stdout).toMatch(/SQLite/);
    expect(run([...args, "--keep-decisions"])).toEqual(done("There is nothing to prune.\n"));
  });

  test("needs a time", async () => {
    await makeStore();
    expect(run(["prune"])).toEqual(refused(/--older-than/));
    expect(run(["prune", "--older-than", "soon"])).toEqual(refused(/Give a date/));
  });
});
