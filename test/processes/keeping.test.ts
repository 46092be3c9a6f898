// The commands that keep a store's content elsewhere, or no longer, as a user calls them.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { makeFolder, storeOptions } from "../open-test-store.ts";
import { fingerprints } from "./files.ts";
import { program, testEnvironment } from "./program.ts";

const canMount =
  process.platform === "linux" &&
  spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs none /mnt"], { stdio: "ignore" }).status === 0;

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
    timeout: 30_000,
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

  test("a store made from a copy has what the store had when it was made", async () => {
    await makeStore();
    expect(run(["backup", "deep/copy.db"]).status).toBe(0);
    expect(run(["prune", "--older-than", "90d"]).status).toBe(0);
    expect(run(["restore", "deep/copy.db"], inFolder("new.db"))).toEqual(
      done(expect.stringMatching(/new\.db is restored from .*copy\.db, and verified/)),
    );
    expect(run(["show", old], inFolder("new.db")).stdout).toMatch(/SQLite/);
    expect(run(["show", old])).toEqual(refused(/There is no session/));
  });

  test("a copy of an older version is brought up to date, and stays as it is", () => {
    const fixture = join(import.meta.dirname, "..", "fixtures", "schemas", "schema-2.db.gz");
    writeFileSync(inFolder("old.bak"), gunzipSync(readFileSync(fixture)));
    const before = fingerprints(folder)["old.bak"];
    expect(run(["restore", "old.bak"])).toMatchObject({ status: 0, stderr: "" });
    expect(run(["doctor"])).toEqual(done(expect.stringMatching(/all is in order/)));
    expect(fingerprints(folder)["old.bak"]).toBe(before);
  });

  test("write over nothing, and say what is in the way", async () => {
    await makeStore();
    writeFileSync(inFolder("mine.txt"), "mine");
    expect(run(["backup", "mine.txt"])).toEqual(refused(/There is a file .*mine\.txt already/));
    expect(run(["restore", "mine.txt"], inFolder("new.db"))).toEqual(refused(/not an SQLite database/));
    expect(run(["backup", "copy.db"]).status).toBe(0);
    expect(run(["restore", "copy.db"])).toEqual(refused(/There is something in .*test\.db already/));
    expect(run(["restore", "copy.db"], inFolder("copy.db"))).toEqual(refused(/its own copy/));
    expect(run(["backup", "other.db"], inFolder("none.db"))).toEqual(
      refused(/There is nothing in .*none\.db/),
    );
    expect(readFileSync(inFolder("mine.txt"), "utf8")).toBe("mine");
    expect(readdirSync(folder).sort()).toEqual(["copy.db", "mine.txt", "test.db"]);
  });
});

describe("where a store is restored to", () => {
  test("a link's target is filled, and the link stays", async () => {
    await makeStore();
    run(["backup", "copy.db"]);
    for (const name of ["target.db", "log.db"]) writeFileSync(inFolder(name), "");
    writeFileSync(inFolder("log.db-wal"), "mine");
    symlinkSync("target.db", inFolder("link.db"));
    symlinkSync("log.db", inFolder("linked-log.db"));
    symlinkSync("new/store.db", inFolder("link-to-none.db"));
    for (const [link, target] of [
      ["link.db", "target.db"],
      ["link-to-none.db", "new/store.db"],
    ] as const) {
      expect(run(["restore", "copy.db"], inFolder(link)).status).toBe(0);
      expect(readlinkSync(inFolder(link))).toBe(target);
      expect(run(["show", old], inFolder(target)).status).toBe(0);
    }
    expect(run(["restore", "copy.db"], inFolder("linked-log.db"))).toEqual(refused(/There is something in/));
    expect(readFileSync(inFolder("log.db-wal"), "utf8")).toBe("mine");
  });

  test.runIf(process.geteuid !== undefined)("nothing is put where others can write", async () => {
    await makeStore();
    run(["backup", "copy.db"]);
    mkdirSync(inFolder("open"));
    chmodSync(inFolder("open"), 0o777);
    expect(run(["restore", "copy.db"], inFolder("open/new.db"))).toEqual(refused(/Every user can write/));
    expect(readdirSync(inFolder("open"))).toEqual([]);
  });
});

describe.runIf(canMount)("a disk that is full (skipped where mounting is not allowed)", () => {
  const full = 'mount -t tmpfs -o size=100k,mode=700 none "$1" && shift && exec "$@"';

  test.each([
    ["backup", ["backup", "full/copy.db"], "full/copy.db"],
    ["restore", ["restore", "copy.db", "--db", "full/new.db"], "full/new.db"],
    ["export", ["export", "full/out.jsonl"], "full/out.jsonl"],
  ])("%s says which disk it is", async (_what, args, named) => {
    await makeStore({ megabytes: 1 });
    run(["backup", "copy.db"]);
    mkdirSync(inFolder("full"));
    const command = [process.execPath, program, "--db", db, ...args];
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      ["-m", "sh", "-c", full, "sh", inFolder("full"), ...command],
      { encoding: "utf8", env: testEnvironment(), cwd: folder },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^The disk that holds .*${named} is full.*\\nFree some space.*\\n$`));
  });
});

test.each(["-wal", "-shm", "-journal"])("nothing is written under the store's own name, …%s", async (end) => {
  await makeStore();
  symlinkSync(".", inFolder("link"));
  for (const command of ["backup", "export"])
    for (const name of [`test.db${end}`, `link/test.db${end}`])
      expect(run([command, name])).toEqual(refused(/SQLite would take .* for a part of .*test\.db\.\n/));
  expect(readdirSync(folder).sort()).toEqual(["link", "test.db"]);
  expect(run(["doctor"])).toEqual(done(expect.stringMatching(/all is in order/)));
});

describe("export and import", () => {
  test.each(["jsonl", "markdown"])("%s that was cut short has not the name of an export", async (format) => {
    await makeStore({ megabytes: 60 });
    const args = ["export", "out", "--format", format];
    expect(await killed(args)).toEqual(["out.unfinished"]);
    expect(run(args)).toEqual(done(expect.stringMatching(/out has .*2 sessions, 63 events\.\n$/)));
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual(["out"]);
  });

  const recordsIn = (name: string) => readFileSync(inFolder(name), "utf8").trimEnd().split("\n").slice(1);

  test("an import of an export makes a store whose export is the same, and once", async () => {
    await makeStore();
    expect(run(["export", "all.jsonl"]).status).toBe(0);
    const other = inFolder("other.db");
    const path = inFolder("all.jsonl");
    const taken = (what: string) => done(`${path} ${what}.\n`);
    expect(run(["import", path, "--dry-run"], other)).toEqual(taken("has 1 project, 2 sessions, 3 events"));
    expect(readdirSync(folder)).not.toContain("other.db");
    const first = taken("gave what was not there yet: 1 project, 2 sessions, 3 events");
    expect(run(["import", path], other)).toEqual(first);
    expect(run(["import", path], other)).toEqual(taken("gave what was not there yet: nothing"));
    expect(run(["export", "again.jsonl"], other).status).toBe(0);
    expect(recordsIn("again.jsonl")).toEqual(recordsIn("all.jsonl"));
    const counts = { project: 1, session: 2, event: 3 };
    expect(JSON.parse(recordsIn("all.jsonl").at(-1) ?? "")).toEqual({ kind: "end", records: counts });
  });

  test("an import takes in what an editor has put a mark before, and waits for no pipe", async () => {
    await makeStore();
    run(["export", "all.jsonl"]);
    writeFileSync(inFolder("marked.jsonl"), `\uFEFF${readFileSync(inFolder("all.jsonl"), "utf8")}`);
    const other = inFolder("other.db");
    expect(run(["import", "marked.jsonl"], other)).toEqual(
      done(expect.stringMatching(/2 sessions, 3 events/)),
    );
    if (process.platform === "win32") return;
    spawnSync("mkfifo", [inFolder("pipe")]);
    expect(run(["import", "pipe"], other)).toEqual(refused(/pipe is neither a file nor a folder/));
  });

  test("an import says where the last line is not there", async () => {
    await makeStore();
    run(["export", "all.jsonl"]);
    const lines = readFileSync(inFolder("all.jsonl"), "utf8").trimEnd().split("\n");
    writeFileSync(inFolder("half.jsonl"), `${lines.slice(0, -2).join("\n")}\n`);
    const other = inFolder("other.db");
    expect(run(["import", "half.jsonl"], other)).toEqual(done(expect.stringMatching(/some may be missing/)));
    expect(JSON.parse(run(["import", "half.jsonl", "--json"], other).stdout)).toMatchObject({ whole: false });
    expect(JSON.parse(run(["import", "all.jsonl", "--json"], other).stdout)).toMatchObject({
      taken: { event: 1 },
      left_forks: [],
      whole: true,
    });
  });

  test("an export of a session, or of a directory, alone; of Markdown, to read", async () => {
    await makeStore();
    expect(run(["export", "one.md", "--session", old, "--format", "markdown"])).toEqual(
      done(`${inFolder("one.md")} has 1 session, 2 events.\n`),
    );
    const text = readFileSync(inFolder("one.md"), "utf8");
    expect(text).toMatch(
      /^# old\n\n.*\n\n## 1\. user, .*\n\n> chat\n\n## 2\. user, decision, .*\n\n> SQLite\n/s,
    );
    expect(run(["export", "none.jsonl", "--directory", "nowhere"])).toEqual(
      refused(/No session has worked in .*nowhere\.\n`backstory list` shows/),
    );
    expect(readdirSync(folder).sort()).toEqual(["one.md", "test.db"]);
  });

  test("an export writes over nothing, and leaves nothing where it fails", async () => {
    await makeStore();
    writeFileSync(inFolder("mine"), "mine");
    expect(run(["export", "mine"])).toEqual(refused(/There is a file .*mine already/));
    expect(run(["export", "a/b"])).toEqual(refused(/cannot be made \(ENOENT\)/));
    expect(run(["export", "out", "--session", "sess_none"])).toEqual(refused(/There is no session/));
    expect(readFileSync(inFolder("mine"), "utf8")).toBe("mine");
    expect(readdirSync(folder).sort()).toEqual(["mine", "test.db"]);
  });
});

describe.runIf(process.geteuid !== undefined)("files (skipped where there are no owners)", () => {
  test.each(["000", "777"])("are their owner's alone, under umask %s", async (umask) => {
    await makeStore();
    const under = (...args: string[]) => {
      const shell = ["-c", `umask ${umask}; exec "$@"`, "sh", process.execPath, program, ...args];
      return spawnSync("sh", shell, { env: testEnvironment(), cwd: folder }).status;
    };
    expect(under("export", "all.jsonl", "--db", db)).toBe(0);
    expect(under("export", "all.md", "--format", "markdown", "--db", db)).toBe(0);
    expect(under("backup", "copies/of/copy.db", "--db", db)).toBe(0);
    expect(under("restore", "copies/of/copy.db", "--db", "new/new.db")).toBe(0);
    const made = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    const modes = made.map((name) => [name, (statSync(inFolder(name)).mode & 0o777).toString(8)]);
    expect(Object.fromEntries(modes)).toEqual({
      "all.jsonl": "600",
      "all.md": "600",
      copies: "700",
      "copies/of": "700",
      "copies/of/copy.db": "600",
      new: "700",
      "new/new.db": "600",
      "test.db": "600",
    });
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

  test("needs a time that has been", async () => {
    await makeStore();
    expect(run(["prune"])).toEqual(refused(/--older-than/));
    for (const none of ["soon", "90", "2026", "30-11-2026", "2026-02-30"])
      expect(run(["prune", "--older-than", none])).toEqual(refused(/Give a date/));
    expect(run(["prune", "--older-than", "2099-01-01"])).toEqual(refused(/2099-01-01 is still to come/));
    expect(run(["list"]).stdout).toMatch(/old/);
  });
});
