// Disks that are read-only or full, in a mount namespace of the server's own: nothing of it can stay behind. A full one is
// also played by a preloaded library, for where mounting is not allowed.
import { spawnSync } from "node:child_process";
import { copyFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { newSession } from "../new-records.ts";
import { makeFolder, storeOptions } from "../open-test-store.ts";
import { compile, whyNot } from "../torture/recording.ts";
import { fingerprints, makeFileWithLog, makeStoreFile } from "./files.ts";
import { type Program, program, startProgram, testEnvironment } from "./program.ts";

const canMount =
  process.platform === "linux" &&
  spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs none /mnt"], { stdio: "ignore" }).status === 0;

/** The built program, behind mounts that `script` makes over the folder "$1". */
function startBehind(script: string, folder: string): Program {
  const exec = `${script} && shift && exec "$@"`;
  const server = [process.execPath, program, "--db", join(folder, "test.db")];
  return startProgram({ command: ["unshare", "-m", "sh", "-c", exec, "sh", folder, ...server], cwd: "/" });
}

const readOnly = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"';

describe.runIf(canMount)("a read-only disk (skipped where mounting is not allowed)", () => {
  test.each<[string, (file: string) => unknown]>([
    ["without a file", () => {}],
    ["with an empty file", (file) => writeFileSync(file, "")],
    ["with a store", makeStoreFile],
    [
      "with a store whose log was left by a kill",
      (file) => makeFileWithLog(file, "PRAGMA application_id = 0x626b7374", "CREATE TABLE t (x)"),
    ],
  ])("%s", async (_name, make) => {
    const folder = makeFolder();
    await make(join(folder, "test.db"));
    const before = fingerprints(folder);
    const server = startBehind(readOnly, folder);
    await server.initialize();
    for (let i = 0; i < 2; i++) {
      const { error } = await server.call("create_session");
      expect(error).toMatchObject({ code: "read_only", retryable: false });
      expect(error.hint).toContain("--db");
    }
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(fingerprints(folder)).toEqual(before);
  });
});

describe.runIf(canMount)("looking at a read-only disk (skipped where mounting is not allowed)", () => {
  function look(folder: string) {
    const exec = `${readOnly} && shift && exec "$@"`;
    const command = [process.execPath, program, "list", "--db", join(folder, "test.db")];
    const options = { encoding: "utf8", env: testEnvironment(), cwd: "/" } as const;
    return spawnSync("unshare", ["-m", "sh", "-c", exec, "sh", folder, ...command], options);
  }

  test("a store", async () => {
    const folder = makeFolder();
    const id = await makeStoreFile(join(folder, "test.db"));
    expect(look(folder)).toMatchObject({ status: 0, stdout: expect.stringContaining(id), stderr: "" });
  });

  test("a store beside an empty log, as somebody who only looked may have left it", async () => {
    const folder = makeFolder();
    const id = await makeStoreFile(join(folder, "test.db"));
    writeFileSync(join(folder, "test.db-wal"), "");
    expect(look(folder)).toMatchObject({ status: 0, stdout: expect.stringContaining(id), stderr: "" });
  });

  test.each([
    [["", "-wal", "-shm"], { status: 0, stdout: expect.stringContaining("kept") }],
    [["", "-wal"], { status: 1, stdout: "", stderr: expect.stringMatching(/-wal.*\n.*writable/) }],
  ])("a store that was killed, of which are left %j", async (suffixes, outcome) => {
    const [folder, living] = [makeFolder(), join(makeFolder(), "test.db")];
    const store = await openStore(storeOptions({ file: living }));
    onTestFinished(() => store.close());
    await store.createSession(newSession({ title: "kept" }));
    for (const suffix of suffixes) copyFileSync(living + suffix, join(folder, `test.db${suffix}`));
    const before = fingerprints(folder);
    expect(look(folder)).toMatchObject(outcome);
    expect(fingerprints(folder)).toEqual(before);
  });
});

/** A server with its store on a disk that `fill` takes the space of; what that returns gives it back. */
interface SmallDisk {
  server: Program;
  fill(spareKibibytes?: number): () => void;
}

function startOnTmpfs(): SmallDisk {
  const folder = makeFolder();
  const server = startBehind('mount -t tmpfs -o size=4m none "$1"', folder);
  return { server, fill: (spare) => fill(server, folder, spare) };
}

function startPreloaded(): SmallDisk {
  const [folder, full] = [realpathSync(makeFolder()), join(makeFolder(), "full")];
  const library = compile(join(import.meta.dirname, "full-disk.c"));
  const env = { LD_PRELOAD: library, DISK_FOLDER: folder, DISK_FULL: full };
  return {
    server: startProgram({ db: join(folder, "test.db"), env }),
    fill() {
      writeFileSync(full, "");
      return () => rmSync(full);
    },
  };
}

describe.each([
  { name: "a tmpfs (skipped where mounting is not allowed)", start: startOnTmpfs, can: canMount },
  { name: "a library (skipped without gcc)", start: startPreloaded, can: whyNot === undefined },
])("a full disk, made by $name", ({ start, can }) => {
  const test = base.runIf(can);

  test("a store goes on, in the same process, when there is space again", async () => {
    const { server, fill } = start();
    await server.initialize();
    const { result } = await server.call("create_session");
    const session_id: string = result.session.id;
    const kept: string[] = [];
    expect(await addEvent(server, session_id, kept)).toBeUndefined();
    for (let round = 0; round < 3; round++) {
      const makeSpace = fill(100);
      const error = await addUntilRefused(server, session_id, kept);
      expect(error).toMatchObject({
        code: "disk_full",
        retryable: true,
        hint: expect.stringContaining("space"),
      });
      expect((await server.call("get_session", { session_id })).result.session.event_count).toBe(kept.length);
      makeSpace();
      expect(await addEvent(server, session_id, kept)).toBeUndefined();
    }
    expect(await contents(server, session_id)).toEqual(kept);
    expect(kept.length).toBeGreaterThan(3);
  });

  test("a store is made, by the same process, when there is space again", async () => {
    const { server, fill } = start();
    await server.initialize();
    const makeSpace = fill();
    for (let i = 0; i < 2; i++) {
      expect((await server.call("create_session")).error).toMatchObject({
        code: "disk_full",
        retryable: true,
      });
    }
    makeSpace();
    expect((await server.call("create_session")).isError).toBe(false);
  });
});

/** Takes the space that is left but for `spare` KiB. */
function fill(server: Program, folder: string, spare = 0): () => void {
  const disk = join("/proc", String(server.pid), "root", folder);
  const [reserve, filler] = [join(disk, "reserve"), join(disk, "filler")];
  writeFileSync(reserve, Buffer.alloc(spare * 1024));
  const { status } = spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"], { stdio: "ignore" });
  expect(status).not.toBe(0);
  rmSync(reserve);
  return () => rmSync(filler);
}

async function addUntilRefused(server: Program, session_id: string, kept: string[]) {
  for (let i = 0; i < 200; i++) {
    const error = await addEvent(server, session_id, kept);
    if (error !== undefined) return error;
  }
  throw new Error("the disk never was full");
}

async function addEvent(server: Program, session_id: string, kept: string[]) {
  const content = `${kept.length} ${"x".repeat(2_000)}`;
  const { isError, error } = await server.call("add_event", { session_id, author: "user", content });
  if (isError) return error;
  kept.push(content);
  return undefined;
}

async function contents(server: Program, session_id: string): Promise<string[]> {
  const { result } = await server.call("get_history", { session_id, limit: 500, max_chars: 1_000_000 });
  return result.events.map(({ content }: { content: string }) => content);
}
