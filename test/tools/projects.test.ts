// What the project tools and get_run make of their arguments and of the Store's records, on real directories.
import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { readWorkspace } from "../../src/workspace/workspace.ts";
import { makeFolder } from "../open-test-store.ts";
import { callTool, openToolContext } from "./call-tool.ts";

let context: ToolContext;
let folder: string;

const call = (name: string, args: object) => callTool(name, args, context);
const invalid = { code: "invalid_input" };

beforeEach(async () => {
  folder = realpathSync(makeFolder());
  context = await openToolContext({ readWorkspace, directory: folder });
});

function makeProject(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  return directory;
}

function git(directory: string, ...args: string[]): void {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  execFileSync("git", ["-C", directory, ...identity, ...args], { stdio: "ignore" });
}

async function finishedRun(directory: string, status: string): Promise<string> {
  const { run } = await call("start_run", { directory, pid: 7, prompt: "p" });
  await call("finish_run", { run_id: run.id, status });
  return run.id;
}

describe("upsert_project and get_project", () => {
  it("say how the runs went", async () => {
    const directory = makeProject("a");
    const made = await call("upsert_project", { directory, name: "A", command: "claude", prompt: "test it" });
    expect(made).toMatchObject({ project: { directory, name: "A" }, run_counts: { total: 0 } });
    expect(made).not.toHaveProperty("success_rate");
    expect(made).not.toHaveProperty("latest_run");
    for (const status of ["completed", "completed", "failed", "crashed"])
      await finishedRun(directory, status);
    const { run } = await call("start_run", { directory, pid: 8 });
    const found = await call("get_project", { directory });
    expect(found).toMatchObject({
      project: { id: made.project.id, last_run_at: run.started_at },
      latest_run: { id: run.id },
      run_counts: { total: 5, running: 1, completed: 2, failed: 1, crashed: 1, ended: 0 },
      success_rate: 0.5,
    });
    expect(await call("get_project", { project_id: made.project.id })).toEqual(found);
    expect((await call("upsert_project", { directory, name: null })).project).not.toHaveProperty("name");
  });

  it("take the client's directory when none is given", async () => {
    expect((await call("upsert_project", {})).project.directory).toBe(folder);
  });

  it("know a repository by any of its directories and worktrees", async () => {
    const main = makeProject("main");
    git(main, "init");
    git(main, "commit", "--allow-empty", "-m", "first");
    const worktree = join(folder, "worktree");
    git(main, "worktree", "add", worktree);
    mkdirSync(join(worktree, "src"));
    const { project } = await call("upsert_project", { directory: join(worktree, "src"), name: "A" });
    expect(project.directory).toBe(main);
    expect((await call("upsert_project", { directory: main, command: "c" })).project.id).toBe(project.id);
    expect((await call("get_project", { directory: worktree })).project).toMatchObject({
      name: "A",
      command: "c",
      git_common_dir: join(main, ".git"),
    });
  });

  it("show on which branch a session goes on", async () => {
    const directory = makeProject("branches");
    git(directory, "init", "-b", "main");
    const { session } = await call("create_session", { directory });
    git(directory, "checkout", "-b", "feature");
    await call("start_run", { session_id: session.id, pid: 7 });
    const { session: now } = await call("get_session", { session_id: session.id });
    expect([session.git_branch, now.git_branch]).toEqual(["main", "feature"]);
    renameSync(directory, join(folder, "elsewhere"));
    await call("start_run", { session_id: session.id, pid: 7 });
    expect((await call("get_session", { session_id: session.id })).session.git_branch).toBe("feature");
  });

  it("follow a directory that moved", async () => {
    const before = makeProject("before");
    const { session } = await call("create_session", { directory: before });
    const after = join(folder, "after");
    renameSync(before, after);
    const move = { directory: after, previous_directory: before };
    const { project } = await call("upsert_project", move);
    expect(project).toMatchObject({ id: session.project_id, directory: after });
    expect((await call("upsert_project", move)).project).toEqual(project);
    const nowhere = call("upsert_project", { directory: after, previous_directory: join(folder, "nowhere") });
    expect((await nowhere).project).toEqual(project);
    const other = call("upsert_project", { ...move, directory: makeProject("other") });
    await expect(other).rejects.toMatchObject({ code: "not_found" });
  });

  it("bring together what was recorded before and after the move", async () => {
    const before = makeProject("before");
    const { session } = await call("create_session", { directory: before });
    const after = join(folder, "after");
    const move = { directory: after, previous_directory: before };
    const refused = call("upsert_project", { ...move, directory: makeProject("copy") });
    await expect(refused).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/still exists/),
    });
    renameSync(before, after);
    const { session: later } = await call("create_session", { directory: after });
    const { project } = await call("upsert_project", move);
    expect(project).toMatchObject({ id: session.project_id, directory: after });
    const { sessions } = await call("list_sessions", { directory: after });
    expect(sessions).toMatchObject([
      { id: later.id, project_id: project.id },
      { id: session.id, project_id: project.id },
    ]);
  });

  it("keep to their budget", async () => {
    const result = await call("upsert_project", { prompt: "x".repeat(60_000) });
    expect(result.project).toMatchObject({ truncated: true, truncated_fields: ["prompt"] });
    const whole = await call("get_project", { directory: folder, max_chars: 100_000 });
    expect(whole.project.prompt).toHaveLength(60_000);
  });

  it("want a project named in one way", async () => {
    await expect(call("get_project", {})).rejects.toMatchObject(invalid);
    await expect(call("get_project", { directory: folder, project_id: "x" })).rejects.toMatchObject(invalid);
    await expect(call("delete_project", {})).rejects.toMatchObject(invalid);
    await expect(call("get_project", { project_id: "proj_x" })).rejects.toMatchObject({ code: "not_found" });
    await expect(call("get_project", { directory: folder })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("list_projects", () => {
  it("pages by the last run, through those that never ran too", async () => {
    for (const name of ["a", "b", "c", "d", "e"])
      await call("upsert_project", { directory: makeProject(name) });
    await finishedRun(join(folder, "c"), "completed");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await call("list_projects", { limit: 2, cursor });
      for (const { project } of page.projects) seen.push(project.directory.slice(-1));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(["c", "e", "d", "b", "a"]);
  });
});

describe("delete_project and delete_run", () => {
  it("delete runs, and never a session", async () => {
    const directory = makeProject("a");
    const { session } = await call("create_session", { directory });
    const runId = await finishedRun(directory, "completed");
    await finishedRun(directory, "failed");
    expect(await call("delete_run", { run_id: runId })).toEqual({ deleted: { runs: 1, ids: [runId] } });
    expect(await call("delete_project", { directory })).toEqual({
      deleted: { projects: 1, runs: 1, ids: [session.project_id] },
      sessions_kept: 1,
    });
    expect((await call("list_runs", {})).runs).toEqual([]);
    const kept = (await call("get_session", { session_id: session.id })).session;
    expect(kept).not.toHaveProperty("project_id");
    expect(kept.directory).toBe(directory);
  });
});

describe("get_run", () => {
  it("finds a run by its id, or the latest of a pid", async () => {
    const first = await finishedRun(folder, "completed");
    const second = await finishedRun(folder, "failed");
    expect((await call("get_run", { run_id: first })).run).toMatchObject({ id: first, status: "completed" });
    expect((await call("get_run", { pid: 7 })).run).toMatchObject({ id: second, status: "failed" });
    await expect(call("get_run", { pid: 9 })).rejects.toMatchObject({ code: "not_found" });
    await expect(call("get_run", { run_id: "run_x" })).rejects.toMatchObject({ code: "not_found" });
    await expect(call("get_run", {})).rejects.toMatchObject(invalid);
    await expect(call("get_run", { run_id: first, pid: 7 })).rejects.toMatchObject(invalid);
  });
});
