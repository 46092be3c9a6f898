// `backstory doctor`: each thing that can be wrong with a store is found, with what to do; and nothing is changed.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";
import { checkFileSystem, kindOf } from "../../src/cli/check-file-system.ts";
import { noteLargeStore } from "../../src/cli/large-store.ts";
import { backUp } from "../../src/db/sqlite/backups.ts";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { fingerprints, makeSqliteFile, makeStoreFile } from "./files.ts";
import { program, testEnvironment } from "./program.ts";

let folder: string;
let db: string;

beforeEach(async () => {
  folder = makeFolder();
  db = join(folder, "test.db");
  await makeStoreFile(db);
});

function run(file = db, ...more: string[]) {
  const options = { encoding: "utf8", env: testEnvironment(), cwd: "/" } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, "doctor", "--db", file, ...more],
    options,
  );
  return { status, stdout, stderr };
}

const failing = (found: RegExp) => ({ status: 1, stdout: expect.stringMatching(found), stderr: "" });

test("a store in order: every check says what it found, and the file is as before", () => {
  const before = fingerprints(folder);
  const { status, stdout, stderr } = run();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const found of [
    `${db}: all is in order`,
    /versions: Backstory \d.* Node \d.* SQLite 3\.\d+.* schema \d/,
    /permissions: .*mode 0600, its directory 0700/,
    /file system: .* [GM]B are free/,
    /database: .*journal mode is wal/,
    /write-ahead log: There is none/,
    /search index: It holds every event/,
    /size: \d.*sessions/,
  ]) {
    expect(stdout).toMatch(found);
  }
  expect(fingerprints(folder)).toEqual(before);
});

test("a damaged page", () => {
  const file = new Database(db);
  const page = file.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'sessions_by_project'").pluck();
  const root = Number(page.get() ?? file.prepare("SELECT max(rootpage) FROM sqlite_schema").pluck().get());
  const size = Number(file.pragma("page_size", { simple: true }));
  file.close();
  const descriptor = openSync(db, "r+");
  writeSync(descriptor, Buffer.alloc(64, 0xff), 0, 64, (root - 1) * size);
  closeSync(descriptor);
  expect(run()).toEqual(failing(/FAILED, database: It is damaged: .*recovery\.md/));
});

describe("a file that cannot be opened any more: the reason, and what can be told all the same", () => {
  const shorten = () => truncateSync(db, 40_000);
  const foreign = () => {
    rmSync(db);
    makeSqliteFile(db, "CREATE TABLE notes (text TEXT)");
  };
  const newer = () => makeSqliteFile(db, "PRAGMA user_version = 999");

  test.each([
    ["truncated", shorten, /FAILED, database: .*damaged/],
    ["another application's", foreign, /FAILED, database: .*another application made it/],
    ["a newer Backstory's", newer, /FAILED, database: .*999.*[Uu]pdate/],
  ])("%s", (_what, change, reason) => {
    change();
    chmodSync(db, 0o666);
    const before = fingerprints(folder);
    const { status, stdout, stderr } = run();
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    for (const found of [reason, /FAILED, permissions: .*mode 0666/, /file system: /, /versions: Backstory/])
      expect(stdout).toMatch(found);
    const { checks } = JSON.parse(run(db, "--json").stdout);
    expect(checks.find(({ name }: { name: string }) => name === "database")).toMatchObject({ ok: false });
    expect(fingerprints(folder)).toEqual(before);
  });
});

test("a directory", () => {
  expect(run(folder)).toEqual(failing(/1 of 2 checks failed.*FAILED, database: .*not a regular file/s));
});

test("copies beside the store, and every table of some size", async () => {
  const store = await openTestStore({ file: db });
  backUp(db, join(folder, "copy.db"), migrationsDirectory);
  await store.close();
  const { stdout } = run();
  expect(stdout).toMatch(/size: .*Copies beside it \(1\) take \d+\.\d kB more/);
  for (const table of ["sessions", "events", "actions", "todos", "runs", "jobs", "search index"])
    expect(stdout).toMatch(new RegExp(`size: .*${table} \\d`));
});

describe.runIf(process.geteuid !== undefined)("permissions (skipped where there are no owners)", () => {
  test("others may read the file", () => {
    chmodSync(db, 0o644);
    expect(run()).toEqual(failing(/FAILED, permissions: .*mode 0644.*chmod 600/));
  });

  test("all may write in the directory", () => {
    chmodSync(folder, 0o777);
    expect(run()).toEqual(failing(/FAILED, permissions: Every user can write.*chmod 700/));
  });

  test("a group may write in the directory: a note, for many systems give each user a group", () => {
    chmodSync(folder, 0o775);
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toMatch(/with a thing to know.*note, permissions: The group of .*chmod 700/s);
  });
});

test("a log that a reader keeps from being emptied", async () => {
  const file = new Database(db);
  file.pragma("wal_autocheckpoint = 0");
  file.exec("CREATE TABLE filler (bytes BLOB)");
  for (let i = 0; i < 70; i++) file.exec("INSERT INTO filler VALUES (zeroblob(1000000))");
  const { status, stdout } = run();
  file.close();
  expect(status).toBe(0);
  expect(stdout).toMatch(/note, write-ahead log: It has [67]\d\.\d MB.*end whatever else/);
});

test("a folder that a program synchronises", async () => {
  const synced = join(folder, "Dropbox", "memory");
  mkdirSync(synced, { recursive: true });
  renameSync(db, join(synced, "test.db"));
  const { status, stdout } = run(join(synced, "test.db"));
  expect(status).toBe(0);
  expect(stdout).toMatch(/note, file system: .*synchronise the folder Dropbox.*--db/);
});

describe("the file system", () => {
  const mounts = [
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "30 21 0:40 / /home/ada/my\\040share rw shared:2 - nfs4 host:/share rw",
    "31 21 0:41 / /mnt/c rw - 9p C:\\134 rw",
    "32 21 0:42 / /mnt/vm rw - virtiofs vm rw",
    "33 21 0:43 / /mnt/s3 rw - fuse.s3fs s3fs rw",
    "34 21 0:44 / /mnt/vm rw - ext4 /dev/sdb rw",
  ].join("\n");

  test.each([
    ["/home/ada", "ext4"],
    ["/home/ada/my share/x", "nfs4"],
    ["/home/ada/my share2", "ext4"],
    ["/mnt/c/Users", "9p"],
    ["/mnt/vm", "ext4"],
    ["/mnt/s3/bucket", "fuse.s3fs"],
    ["\\\\server\\share", "smb"],
  ])("%s: %s", (path, kind) => {
    expect(kindOf(path, mounts)).toBe(kind);
  });

  test("is not known where the system does not tell", () => expect(kindOf("/x", "")).toBeNull());

  test.each(["nfs4", "9p", "fuse.sshfs", "virtiofs", "cifs"])("%s is told of", async (kind) => {
    const { file } = await openTestStore();
    const table = `21 1 0:1 / / rw - ${kind} x rw`;
    expect(checkFileSystem({ file }, table)).toMatchObject({
      ok: true,
      warning: true,
      found: expect.stringContaining(kind),
      advice: expect.stringContaining("--db"),
    });
  });
});

test("a store that is larger than is said", () => {
  expect(run(db, "--large-store", "1GB").stdout).toMatch(/ok, size/);
  expect(run(db, "--large-store", "0.1MB")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/note, size: .*backstory prune --older-than/),
  });
  expect(run(db, "--large-store", "much")).toMatchObject({ status: 1, stderr: expect.stringMatching(/5GB/) });
});

test("a server's log tells of a store that is large", () => {
  const said: unknown[] = [];
  const log = { warn: (...what: unknown[]) => said.push(what) };
  noteLargeStore(db, log, 5_000_000_000);
  expect(said).toEqual([]);
  noteLargeStore(db, log, 1_000);
  expect(said).toEqual([[{ bytes: expect.any(Number), limit: 1_000 }, expect.stringContaining("doctor")]]);
});
