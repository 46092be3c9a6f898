// SQLite's locks on the store are never dropped by ourselves: nobody in the process closes a descriptor of its files.
// https://sqlite.org/howtocorrupt.html, section 2.2: closing one drops the locks of the whole process.
import { existsSync, linkSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { importInto } from "../capture/importing.ts";
import { newSession } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { type Program, program, startProgram } from "../processes/program.ts";
import { callEveryTool } from "./every-tool.ts";

const onLinux = process.platform === "linux";
const spy = join(import.meta.dirname, "spy.mjs");

/** The locks that a process holds on a file: https://man7.org/linux/man-pages/man5/proc_locks.5.html */
function locksOf(pid: number, file: string): string[] {
  const inode = String(statSync(file).ino);
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.includes("POSIX") && words.includes(String(pid)))
    .filter((words) => words.some((word) => word.endsWith(`:${inode}`)))
    .map((words) => words.slice(3).join(" "));
}

/** How often each file is open in a process. */
function descriptorsOf(pid: number, folder: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      if (path.startsWith(`${folder}/test.db`)) counts[path] = (counts[path] ?? 0) + 1;
    } catch {
      // Closed between the two looks.
    }
  }
  return counts;
}

/** What another program does that uses the store and ends: if it were the last one, it would delete the log. */
function visit(db: string): void {
  const other = new Database(db);
  other.exec("BEGIN IMMEDIATE; COMMIT");
  other.prepare("SELECT count(*) FROM sessions").get();
  other.close();
}

async function startWatched(env: Record<string, string> = {}) {
  const folder = makeFolder();
  const db = join(folder, "test.db");
  const report = join(makeFolder(), "report");
  const command = [process.execPath, "--import", spy, program, "--toolsets", "all"];
  const server = startProgram({ db, command, env: { SPY_FILE: report, SPY_STORE: db, ...env } });
  await server.initialize();
  await server.call("create_session", { title: "kept" });
  const opened = () =>
    readFileSync(report, "utf8")
      .split("\n")
      .filter((line) => line.includes(`${folder}/`));
  return { server, folder, db, opened };
}

const callAll = (server: Program) => callEveryTool((name, args) => server.call(name, args), "plain words");

describe.runIf(onLinux)("a server (skipped where there is no /proc)", () => {
  test("after every tool the store's files are open once, by SQLite, with the locks they had", async () => {
    const { server, folder, db, opened } = await startWatched();
    const before = [locksOf(server.pid, db), locksOf(server.pid, `${db}-shm`)];
    for (const locks of before) expect(locks).not.toEqual([]);
    await callAll(server);
    expect([locksOf(server.pid, db), locksOf(server.pid, `${db}-shm`)]).toEqual(before);
    expect(descriptorsOf(server.pid, folder)).toEqual({ [db]: 1, [`${db}-wal`]: 1, [`${db}-shm`]: 1 });
    // Made by hand before SQLite opens it, and never again.
    expect(opened()).toEqual([`fs.openSync ${db}`]);
    visit(db);
    expect(existsSync(`${db}-wal`)).toBe(true);
    expect((await server.call("list_sessions")).isError).toBe(false);
  });

  // SQLite since 3.51 resists the worst of it (another program's end does not delete the log any more); its writers still
  // rely on the locks.
  test("one that did close a descriptor would be seen", async () => {
    const { server, db, opened } = await startWatched({ SPY_OFFEND: "descriptor" });
    server.child.kill("SIGUSR2");
    for (let round = 0; round < 200 && locksOf(server.pid, db).length > 0; round++) {
      await server.call("list_sessions");
    }
    expect(locksOf(server.pid, db)).toEqual([]);
    expect(opened()).toEqual([`fs.openSync ${db}`, `fs.openSync ${db}`]);
  });
});

describe.runIf(onLinux)(
  "an import of the folder that the store is in (skipped where there is no /proc)",
  () => {
    test.each(["the folder", "the file", "the log", "a hard link"])("%s", async (what) => {
      const store = await openTestStore();
      await store.createSession(newSession({ title: "kept" }));
      const link = join(makeFolder(), "link.db");
      linkSync(store.file, link);
      const paths = {
        "the folder": join(store.file, ".."),
        "the file": store.file,
        "the log": `${store.file}-wal`,
        "a hard link": link,
      };
      const before = locksOf(process.pid, store.file);
      expect(before).not.toEqual([]);
      await importInto(store, makeFolder(), { paths: [paths[what as keyof typeof paths]] });
      expect(locksOf(process.pid, store.file)).toEqual(before);
    });
  },
);
