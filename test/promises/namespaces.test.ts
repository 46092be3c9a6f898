// Two pid namespaces on one directory, as two containers with one volume: no live run is called crashed by the other.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { type Program, program, startProgram } from "../processes/program.ts";

const inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const canUnshare =
  process.platform === "linux" && spawnSync(inside[0] ?? "", [...inside.slice(1), "true"]).status === 0;

/** A server in a pid namespace of its own: the shell that is its first process starts it, and lives on beside it. */
async function startInside(db: string): Promise<Program> {
  const script = 'sleep 600 & "$@"; kill $!';
  const command = [...inside, "sh", "-c", script, "sh", process.execPath, program];
  const server = startProgram({ db, command });
  await server.initialize();
  return server;
}

const nothing = { crashed: [], ended: [], alive: 0, checked: 1 };
// The shell of each namespace has this pid there.
const first = 1;

describe.runIf(canUnshare)("two pid namespaces (skipped where unshare is not allowed)", () => {
  test("neither judges the other's runs, whose pids are its own processes' too", async () => {
    const db = join(makeFolder(), "test.db");
    const [one, two] = [await startInside(db), await startInside(db)];
    const { result } = await one.call("start_run", { directory: "/project", pid: first });
    // The pid is in use in both, by processes that started at different times.
    for (let round = 0; round < 3; round++) {
      const swept = (await two.call("mark_crashed_runs")).result;
      expect(swept).toMatchObject(nothing);
      expect(swept.unknown).toMatchObject([
        { run: { id: result.run.id, status: "running" }, evidence: "recorded in another pid namespace" },
      ]);
    }
    expect((await one.call("mark_crashed_runs")).result).toMatchObject({
      crashed: [],
      unknown: [],
      alive: 1,
    });
    const outside = startProgram({ db });
    await outside.initialize();
    expect((await outside.call("mark_crashed_runs")).result).toMatchObject(nothing);
    expect((await one.call("list_runs")).result.runs).toMatchObject([{ status: "running", pid: first }]);
  });

  test("a run of a namespace that has ended stays unknown, and can be ended by hand", async () => {
    const db = join(makeFolder(), "test.db");
    const one = await startInside(db);
    const { result } = await one.call("start_run", { directory: "/project", pid: first });
    one.child.kill("SIGKILL");
    await one.ended;
    const two = await startInside(db);
    const swept = (await two.call("mark_crashed_runs")).result;
    expect(swept).toMatchObject({ ...nothing, unknown: [{ run: { id: result.run.id } }] });
    const finish = { run_id: result.run.id, status: "crashed" };
    expect((await two.call("finish_run", finish)).result.run).toMatchObject({ status: "crashed" });
  });

  test("inside its own namespace a dead run is still told from a living one", async () => {
    const db = join(makeFolder(), "test.db");
    const one = await startInside(db);
    await one.call("start_run", { directory: "/project", pid: first });
    const gone = (await one.call("start_run", { directory: "/project", pid: 9_999 })).result.run;
    expect((await one.call("mark_crashed_runs")).result).toMatchObject({
      crashed: [{ run: { id: gone.id } }],
      alive: 1,
    });
  });
});
