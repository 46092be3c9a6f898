// Runs whose process is killed, stopped or has left in order, judged by another server on the same file.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { type Program, program, startProgram } from "./program.ts";

const host = join(import.meta.dirname, "host.ts");

// A host that dies closes the server's stdin too: which of both the server sees first is a race.
const rounds = 10;

/** A server that has already made its own sweep after the handshake. */
async function startSecond(db: string): Promise<Program> {
  const server = startProgram({ db });
  await server.initialize();
  await server.until(() => server.stderr.find((line) => line.includes("checked the running runs")));
  return server;
}

async function startChild(): Promise<{ child: ChildProcess; pid: number }> {
  const script = 'setInterval(() => {}, 1000); console.log("up")';
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return { child, pid: child.pid as number };
}

async function startWithRun() {
  const db = join(makeFolder(), "test.db");
  const { child, pid } = await startChild();
  const first = startProgram({ db });
  await first.initialize();
  const { result } = await first.call("start_run", { directory: "/project", pid });
  return { child, first, second: await startSecond(db), run: result.run };
}

describe("a process named by its pid", () => {
  test("killed: a second server marks it crashed, and says how it knows", async () => {
    const { child, first, second, run } = await startWithRun();
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const dry = (await second.call("mark_crashed_runs", { dry_run: true })).result;
    expect(dry).toMatchObject({ crashed: [{ run: { id: run.id } }], checked: 1, alive: 0 });
    expect((await first.call("list_runs", { status: "running" })).result.runs).toHaveLength(1);
    const { result } = await second.call("mark_crashed_runs");
    expect(result).toMatchObject({ ended: [], unknown: [], alive: 0, checked: 1 });
    expect(result.crashed).toMatchObject([
      {
        run: { id: run.id, status: "crashed", ended_by: "sweep", ended_at: expect.any(String) },
        evidence: expect.stringContaining(String(run.pid)),
      },
    ]);
    expect((await first.call("mark_crashed_runs")).result).toMatchObject({ crashed: [], checked: 0 });
    expect((await first.call("list_runs")).result.runs).toMatchObject([{ id: run.id, status: "crashed" }]);
  });

  test("killed with SIGKILL while two servers sweep: marked once", async () => {
    const { child, first, second, run } = await startWithRun();
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const sweeps = [first, second, first, second].map((server) => server.call("mark_crashed_runs"));
    const marked = (await Promise.all(sweeps)).flatMap(({ result }) => result.crashed);
    expect(marked.map(({ run: { id } }: { run: { id: string } }) => id)).toEqual([run.id]);
  });

  test("stopped: it is alive, and nothing is marked", async () => {
    const { child, second, run } = await startWithRun();
    child.kill("SIGSTOP");
    const nothing = { crashed: [], ended: [], unknown: [], alive: 1, checked: 1 };
    expect((await second.call("mark_crashed_runs", { dry_run: true })).result).toEqual(nothing);
    expect((await second.call("mark_crashed_runs")).result).toEqual(nothing);
    expect((await second.call("list_runs")).result.runs).toMatchObject([{ id: run.id, status: "running" }]);
  });

  test("finished first: a sweep changes nothing", async () => {
    const { child, first, second, run } = await startWithRun();
    const finish = { run_id: run.id, status: "completed", exit_code: 0 };
    const { result: finished } = await first.call("finish_run", finish);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect((await second.call("mark_crashed_runs")).result).toMatchObject({ crashed: [], checked: 0 });
    expect((await second.call("list_runs")).result.runs).toEqual([finished.run]);
    expect((await second.call("finish_run", finish)).result.run).toEqual(finished.run);
    const other = await second.call("finish_run", { run_id: run.id, status: "failed" });
    expect(other.error.code).toBe("invalid_state");
  });

  test("let go by its own server in order, but at work: it stays running", async () => {
    const { first, second, run } = await startWithRun();
    expect(await first.end()).toEqual({ code: 0, signal: null });
    expect((await second.call("mark_crashed_runs")).result).toMatchObject({ crashed: [], alive: 1 });
    expect((await second.call("list_runs")).result.runs).toMatchObject([{ id: run.id, status: "running" }]);
  });
});

describe("the host that started the server", () => {
  test.each(["leave", "terminate"])("told to %s: its run has ended", async (order) => {
    const db = join(makeFolder(), "test.db");
    const ids: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const { child, run, gone } = await startHost(db);
      expect(run.pid).toBe(child.pid);
      ids.push(run.id);
      child.stdin.write(`${order}\n`);
      expect(await gone).toEqual([0, null]);
    }
    expect(await statuses(db)).toEqual(Object.fromEntries(ids.map((id) => [id, "ended"])));
  });

  test("killed: its run has crashed", async () => {
    const db = join(makeFolder(), "test.db");
    const ids: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const { child, run, gone } = await startHost(db);
      ids.push(run.id);
      const killed = performance.now();
      child.kill("SIGKILL");
      await gone;
      expect(performance.now() - killed, "the server outlives its host").toBeLessThan(2_000);
    }
    expect(await statuses(db)).toEqual(Object.fromEntries(ids.map((id) => [id, "crashed"])));
  });
});

/** `gone` is fulfilled when the host has exited and its server too: they share their stderr. */
async function startHost(db: string) {
  const child = spawn(process.execPath, [host, program, db], { stdio: "pipe" });
  child.stderr.resume();
  const gone = once(child, "close");
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  const { run, server } = JSON.parse(String(line)) as { run: { id: string; pid: number }; server: number };
  let closed = false;
  void gone.then(() => {
    closed = true;
  });
  onTestFinished(() => void (closed || process.kill(server, "SIGKILL")));
  return { child, run, gone };
}

/** The status of every run after a sweep, by id. */
async function statuses(db: string): Promise<Record<string, string>> {
  const server = startProgram({ db });
  await server.initialize();
  await server.call("mark_crashed_runs");
  const { result } = await server.call("list_runs", { limit: 200 });
  return Object.fromEntries(result.runs.map((run: { id: string; status: string }) => [run.id, run.status]));
}
