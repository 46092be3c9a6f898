// resume_session over a real store: what an agent finds when it comes back.
import { setImmediate } from "node:timers/promises";
import { beforeEach, expect, it } from "vitest";
import type { ProcessIdentity, Verdict } from "../../src/db/process.ts";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext } from "./call-tool.ts";

let context: ToolContext;
let verdict: Verdict;
let now: number;

const call = (name: string, args: object = {}) => callTool(name, args, context);

beforeEach(async () => {
  verdict = { state: "alive" };
  now = Date.UTC(2026, 10, 21);
  const identity = (pid: number): ProcessIdentity => ({
    pid,
    machineId: "m",
    bootId: "b",
    pidNamespace: null,
    startToken: "1",
  });
  const prober = { identify: async (pid: number) => identity(pid), probe: async () => verdict };
  context = await openToolContext({ store: await openTestStore({ now: () => now, prober }) });
});

async function recordWork(): Promise<string> {
  const { session } = await call("create_session", { title: "Port the parser" });
  const session_id: string = session.id;
  await call("add_event", { session_id, author: "user", content: "Fix the parser" });
  await call("add_event", { session_id, author: "coder", type: "decision", content: "Guard the tokenizer" });
  await call("add_event", {
    session_id,
    author: "coder",
    content: "I will guard it.",
    actions: [
      { tool_name: "Read", input: { path: "src/tokenizer.ts" }, output: "…" },
      { tool_name: "Bash", input: { command: "npm test" }, status: "running" },
    ],
  });
  await call("update_todos", {
    session_id,
    todos: [{ content: "Guard it", status: "completed" }, { content: "Test it" }],
  });
  return session_id;
}

it("tells a crash first, with its evidence, and what was left undone", async () => {
  const session_id = await recordWork();
  const { run } = await call("start_run", { session_id, pid: 4711, command: "npm", args: ["test"] });
  expect((await call("resume_session")).ended).toEqual({
    state: "running",
    run: { id: run.id, pid: 4711, command: "npm test", started_at: run.started_at },
  });
  verdict = { state: "unknown", evidence: "recorded on another machine" };
  expect((await call("resume_session")).ended).toMatchObject({
    state: "running",
    evidence: verdict.evidence,
  });
  verdict = { state: "dead", evidence: "no process has pid 4711" };
  expect((await call("resume_session")).ended).toMatchObject({
    state: "crashed",
    evidence: "no process has pid 4711, and no end was recorded (not yet marked)",
  });
  expect((await call("get_run", { run_id: run.id })).run.status).toBe("running");
  await call("mark_crashed_runs");
  const brief = await call("resume_session", { session_id });
  expect(Object.keys(brief)[0]).toBe("ended");
  expect(brief).toMatchObject({
    ended: {
      state: "crashed",
      evidence: expect.stringContaining("no process has pid 4711"),
      run: { id: run.id },
    },
    session: { id: session_id, title: "Port the parser", directory: "/home/ada/engine", git_branch: "main" },
    last_request: { seq: 1, author: "user", origin: "tool", content: "Fix the parser" },
    last_answer: { seq: 3, author: "coder", content: "I will guard it." },
    open_todos: [{ content: "Test it", status: "pending" }],
    todo_counts: { total: 2, completed: 1 },
    unfinished_actions: [{ seq: 3, tool_name: "Bash", status: "running", input: '{"command":"npm test"}' }],
    decisions: [{ seq: 2, content: "Guard the tokenizer" }],
    files: [{ path: "src/tokenizer.ts", seq: 3, tool_name: "Read" }],
    other_candidates: [],
  });
  expect(brief).not.toHaveProperty("truncated");
});

it("tells that the session went on after a crash, with the evidence", async () => {
  const session_id = await recordWork();
  const { run } = await call("start_run", { session_id });
  verdict = { state: "dead", evidence: "no process has pid 42" };
  await call("mark_crashed_runs");
  expect((await call("resume_session", { session_id })).ended.state).toBe("crashed");
  now += 1_000;
  await call("add_event", { session_id, author: "user", content: "Go on" });
  expect((await call("resume_session", { session_id })).ended).toMatchObject({
    state: "continued",
    evidence: expect.stringContaining("no process has pid 42"),
    run: { id: run.id, ended_at: expect.any(String) },
  });
});

it("passes over the session that the caller has just opened", async () => {
  const earlier = await recordWork();
  const opened: string[] = [];
  context.noteSession = (id) => opened.push(id);
  context.readAsker = async () => ({ createdSessionIds: opened, host: null, providerSessionId: null });
  now += 1_000;
  const { session } = await call("create_session", { idempotency_key: "k" });
  await call("create_session", { idempotency_key: "k" });
  expect(opened).toEqual([session.id]);
  await call("add_event", { session_id: session.id, author: "user", content: "Where were we?" });
  const brief = await call("resume_session");
  expect(brief.session.id).toBe(earlier);
  expect(brief.other_candidates).toMatchObject([{ session_id: session.id }]);
});

it("tells an orderly end", async () => {
  const session_id = await recordWork();
  const { run } = await call("start_run", { session_id });
  await call("finish_run", { run_id: run.id, status: "failed", exit_code: 2, error: "broke" });
  const { ended } = await call("resume_session", { session_id });
  expect(ended).toMatchObject({ state: "failed", run: { id: run.id, exit_code: 2, error: "broke" } });
});

it("takes the latest session of the client's directory, and names the others", async () => {
  const older = await recordWork();
  now += 1;
  const newer = await recordWork();
  await call("create_session");
  const brief = await call("resume_session");
  expect(brief.session.id).toBe(newer);
  expect(brief.other_candidates).toMatchObject([
    { session_id: older, title: "Port the parser", last_seq: 3 },
  ]);
  expect((await call("resume_session", { directory: "/home/ada/engine" })).session.id).toBe(newer);
});

it("says what to do where there is nothing to resume", async () => {
  await expect(call("resume_session")).rejects.toMatchObject({ code: "not_found" });
  await expect(call("resume_session", { session_id: "sess_none" })).rejects.toMatchObject({
    code: "not_found",
  });
});

it.each([undefined, 1_000, 1, 3_000, 100_000])("keeps within max_chars %s", async (max_chars) => {
  const session_id = await recordWork();
  const text = '中文 "\\\u001b😀\n'.repeat(2_000);
  for (let i = 0; i < 20; i++) {
    const actions = [{ tool_name: "Bash", input: { path: `src/${i}.ts`, text }, status: "running" }];
    await call("add_event", { session_id, author: i % 2 ? "user" : "coder", content: text, actions });
    await call("add_event", { session_id, author: "coder", type: "note", content: text });
  }
  const todos = Array.from({ length: 200 }, (_, i) => ({ content: `${i} ${"x".repeat(300)}` }));
  await call("update_todos", { session_id, todos });
  const brief = await call("resume_session", { session_id, max_chars });
  expect(JSON.stringify(brief).length).toBeLessThanOrEqual(Math.max(1_000, max_chars ?? 8_000));
  expect(brief).toMatchObject({ truncated: true, session: { id: session_id }, todo_counts: { total: 200 } });
});

it("notes the access behind its reply, at most once a minute", async () => {
  const session_id = await recordWork();
  const { session: before } = await call("get_session", { session_id });
  now += 61_000;
  await call("resume_session", { session_id });
  await setImmediate();
  const { session: after } = await call("get_session", { session_id });
  expect(after).toEqual({ ...before, last_accessed_at: new Date(now).toISOString() });
});
