// The examples of agent-yes's document: projects, their runs, crashes and how often they go well.
import { beforeEach, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "../tools/call-tool.ts";

const directory = "/home/ada/engine";
const notFound = { code: "not_found" };

let context: ToolContext;
let now: number;
let dead: Set<number>;

const call = (name: string, args: object = {}) => callTool(name, args, context);

beforeEach(async () => {
  now = Date.UTC(2026, 10, 21);
  dead = new Set();
  const store = await openTestStore({
    now: () => now++,
    prober: {
      identify: async (pid) => ({ pid, machineId: "m", bootId: "b", pidNamespace: null, startToken: "1" }),
      probe: async ({ pid }) =>
        dead.has(pid) ? { state: "dead", evidence: `no process has pid ${pid}` } : { state: "alive" },
    },
  });
  context = await openToolContext({ store });
});

async function runOf(directory: string, pid: number, status?: string): Promise<Result> {
  const { run } = await call("start_run", { directory, pid });
  return status === undefined ? run : (await call("finish_run", { run_id: run.id, status })).run;
}

it("plays the complete workflow", async () => {
  const given = { directory, command: "claude", prompt: "Implement new feature" };
  const { project } = await call("upsert_project", given);
  expect(project).toMatchObject(given);
  expect(project).not.toHaveProperty("last_run_at");
  const args = ["--exit-on-idle=60s"];
  const { run } = await call("start_run", { directory, pid: 4711, args });
  expect(run).toMatchObject({ pid: 4711, project_id: project.id, status: "running", args });
  const ended = (await call("finish_run", { run_id: run.id, status: "completed", exit_code: 0 })).run;
  expect(ended).toMatchObject({ ...run, status: "completed", exit_code: 0 });
  expect(Date.parse(ended.ended_at)).toBeGreaterThan(Date.parse(ended.started_at));
  const info = await call("get_project", { directory });
  expect(info).toMatchObject({
    project: { ...given, id: project.id, created_at: project.created_at, last_run_at: run.started_at },
    latest_run: { id: run.id, status: "completed" },
    run_counts: { total: 1, completed: 1 },
    success_rate: 1,
  });
});

it("makes a project once for a directory, and changes it after", async () => {
  const { project } = await call("upsert_project", { directory, command: "claude", prompt: "run all tests" });
  const changed = (await call("upsert_project", { directory, command: "gemini", prompt: null })).project;
  expect(changed).toMatchObject({ id: project.id, command: "gemini", created_at: project.created_at });
  expect(changed).not.toHaveProperty("prompt");
  expect(Date.parse(changed.updated_at)).toBeGreaterThan(Date.parse(project.updated_at));
  expect((await call("get_project", { project_id: project.id })).project).toEqual(changed);
  await expect(call("get_project", { directory: "/nowhere" })).rejects.toMatchObject(notFound);
});

it("records an agent that failed, with its exit code", async () => {
  const { run } = await call("start_run", { directory, pid: 1, command: "claude", prompt: "p" });
  const end = { run_id: run.id, status: "failed", exit_code: 1, error: "rate limited" };
  const { run: failed } = await call("finish_run", end);
  expect(failed).toMatchObject({ status: "failed", exit_code: 1, error: "rate limited" });
  const again = call("finish_run", { ...end, status: "completed" });
  await expect(again).rejects.toMatchObject({ code: "invalid_state" });
});

it("finds the runs whose process is gone, and lists them with their project", async () => {
  const { project } = await call("upsert_project", { directory, command: "claude" });
  const { run: lost } = await call("start_run", { directory, pid: 4711, command: "claude" });
  const alive = await runOf(directory, 4712);
  dead.add(4711);
  const running = await call("list_runs", { status: "running" });
  expect(running.runs.map(({ pid }: Result) => pid)).toEqual([4712, 4711]);
  const marked = await call("mark_crashed_runs");
  expect(marked).toMatchObject({
    crashed: [{ run: { id: lost.id }, evidence: expect.stringContaining("no process has pid 4711") }],
    alive: 1,
    checked: 2,
  });
  const crashed = await call("list_runs", { status: "crashed" });
  expect(crashed.runs).toMatchObject([
    { id: lost.id, pid: 4711, project_id: project.id, directory, command: "claude", status: "crashed" },
  ]);
  expect(crashed.runs[0]).toHaveProperty("ended_at");
  expect((await call("get_run", { run_id: alive.id })).run.status).toBe("running");
  expect(await call("mark_crashed_runs")).toMatchObject({ crashed: [], checked: 1 });
});

it("marks a run as crashed on its owner's word", async () => {
  const run = await runOf(directory, 1, "crashed");
  expect(run).toMatchObject({ status: "crashed" });
  expect((await call("list_runs", { status: "crashed" })).runs).toEqual([run]);
});

it("shows every project on a dashboard, the one that ran last first", async () => {
  for (const name of ["a", "b", "c"])
    await call("upsert_project", { directory: `/home/ada/${name}`, command: `claude-${name}`, prompt: name });
  for (const status of ["completed", "completed", "failed"]) await runOf("/home/ada/a", 1, status);
  await runOf("/home/ada/b", 2, "crashed");
  const last = await runOf("/home/ada/a", 1, "completed");
  const { projects } = await call("list_projects");
  expect(projects).toMatchObject([
    {
      project: { directory: "/home/ada/a", command: "claude-a", last_run_at: last.started_at },
      latest_run: { id: last.id },
      run_counts: { total: 4, completed: 3, failed: 1, crashed: 0 },
      success_rate: 0.75,
    },
    { project: { directory: "/home/ada/b" }, run_counts: { total: 1, crashed: 1 }, success_rate: 0 },
    { project: { directory: "/home/ada/c" }, run_counts: { total: 0 } },
  ]);
  expect(projects[2].project).not.toHaveProperty("last_run_at");
  expect(projects[2]).not.toHaveProperty("success_rate");
});

it("resumes the last project", async () => {
  await call("upsert_project", { directory: "/home/ada/a", command: "claude", prompt: "run all tests" });
  await call("upsert_project", { directory: "/home/ada/b", command: "gemini" });
  await runOf("/home/ada/b", 1, "completed");
  await runOf("/home/ada/a", 2, "completed");
  const { projects } = await call("list_projects", { limit: 1 });
  expect(projects[0].project).toMatchObject({ command: "claude", prompt: "run all tests" });
});

it("tells the success rate by project", async () => {
  for (const status of ["completed", "failed", "crashed", "completed"]) await runOf("/home/ada/a", 1, status);
  await runOf("/home/ada/a", 1);
  await runOf("/home/ada/b", 2, "completed");
  const { by_project } = await call("get_stats");
  const rates = Object.fromEntries(
    by_project.map(({ directory, runs, success_rate }: Result) => [
      directory,
      [runs.completed, success_rate],
    ]),
  );
  expect(rates).toEqual({ "/home/ada/a": [2, 0.5], "/home/ada/b": [1, 1] });
});

it("finds the latest run of a pid, and a project's runs, newest first", async () => {
  const first = await runOf(directory, 4711, "completed");
  const second = await runOf(directory, 4711, "failed");
  await runOf("/home/ada/other", 1);
  expect((await call("get_run", { pid: 4711 })).run).toEqual(second);
  expect((await call("get_run", { run_id: first.id })).run).toEqual(first);
  expect((await call("list_runs", { directory })).runs).toEqual([second, first]);
  expect((await call("list_runs")).runs).toHaveLength(3);
  await expect(call("get_run", { pid: 9 })).rejects.toMatchObject(notFound);
});

it("deletes a run, and all runs of a project one by one", async () => {
  const first = await runOf(directory, 1, "completed");
  const running = await runOf(directory, 2);
  const refused = call("delete_run", { run_id: running.id });
  await expect(refused).rejects.toMatchObject({ code: "invalid_state" });
  await call("finish_run", { run_id: running.id, status: "failed" });
  const deleted = await call("delete_run", { run_id: first.id });
  expect(deleted).toEqual({ deleted: { runs: 1, ids: [first.id] } });
  for (const { id } of (await call("list_runs", { directory })).runs)
    await call("delete_run", { run_id: id });
  const info = await call("get_project", { directory });
  expect(info.run_counts.total).toBe(0);
  expect(info).not.toHaveProperty("latest_run");
});

it("deletes a project with its runs, and keeps its sessions", async () => {
  const { session } = await call("create_session", { directory });
  const run = await runOf(directory, 1, "completed");
  const { deleted, sessions_kept } = await call("delete_project", { project_id: session.project_id });
  expect(deleted).toEqual({ projects: 1, runs: 1, ids: [session.project_id] });
  expect(sessions_kept).toBe(1);
  await expect(call("get_run", { run_id: run.id })).rejects.toMatchObject(notFound);
  expect((await call("get_session", { session_id: session.id })).session.directory).toBe(directory);
});
