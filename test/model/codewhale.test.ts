// CodeWhale's threads, turns, items, checkpoints, queues, automations and audit log, as docs/model.md places them.
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "../tools/call-tool.ts";

const directory = "/home/ada/engine";
const start = Date.UTC(2026, 10, 21, 9, 30);
const iso = (time: number) => new Date(time).toISOString();

let context: ToolContext;
let now: number;
let dead: boolean;
let session_id: string;

const call = (name: string, args: object = {}) => callTool(name, args, context);
const add = (event: object) => call("add_event", { session_id, ...event });
const get = async () => (await call("get_session", { session_id })).session;

beforeEach(async () => {
  now = start;
  dead = false;
  const store = await openTestStore({
    now: () => now,
    prober: {
      identify: async (pid) => ({ pid, machineId: "m", bootId: "b", pidNamespace: null, startToken: "1" }),
      probe: async ({ pid }) =>
        dead ? { state: "dead", evidence: `no process has pid ${pid}` } : { state: "alive" },
    },
  });
  context = await openToolContext({
    store,
    readGitHead: async () => "0123456789abcdef0123456789abcdef01234567",
  });
  const dynamic_tools = [{ name: "lookup", input_schema: { type: "object" } }];
  const given = { title: "Port the parser", metadata: { dynamic_tools } };
  session_id = (await call("create_session", given)).session.id;
});

async function recordTurns(): Promise<void> {
  const first = { turn_id: "turn_1" };
  await add({ ...first, author: "user", content: "Fix the parser" });
  now += 1_000;
  await add({
    ...first,
    author: "whale",
    type: "tool_call",
    actions: [{ call_id: "item_2", tool_name: "read", input: { path: "a.ts" }, output: "…" }],
    tokens: { input: 100, output: 10 },
  });
  now += 1_000;
  await add({
    ...first,
    author: "whale",
    content: "Fixed.",
    finish: "stop",
    tokens: { input: 120, output: 20 },
  });
  now += 1_000;
  await add({ turn_id: "turn_2", author: "user", content: "Now test it" });
}

describe("a thread", () => {
  it("keeps its dynamic tools, and is found by its name", async () => {
    await call("create_session", { title: "Something else" });
    const { sessions } = await call("list_sessions", { title_contains: "PARSER" });
    expect(sessions.map(({ id }: Result) => id)).toEqual([session_id]);
    expect(sessions[0].metadata.dynamic_tools).toEqual([
      { name: "lookup", input_schema: { type: "object" } },
    ]);
  });

  it("has turns, with their items, state, tokens and duration", async () => {
    await recordTurns();
    const { turns } = await call("get_history", { session_id, group_by: "turn" });
    expect(turns).toMatchObject([
      {
        turn_id: "turn_1",
        state: "completed",
        first_seq: 1,
        last_seq: 3,
        tokens: { input: 220, output: 30 },
        duration_ms: 2_000,
        events: [{ seq: 1 }, { seq: 2, actions: [{ call_id: "item_2", status: "completed" }] }, { seq: 3 }],
      },
      { turn_id: "turn_2", state: "in_progress", events: [{ seq: 4, content: "Now test it" }] },
    ]);
    const { last_turn } = await call("get_session", { session_id });
    expect(last_turn).toMatchObject({ turn_id: "turn_2", state: "in_progress", event_count: 1 });
  });

  it("tells what came after a seq, and counts on without gaps", async () => {
    await recordTurns();
    const tail = async (after_seq: number) =>
      (await call("get_history", { session_id, after_seq })).events.map(({ seq }: Result) => seq);
    expect(await tail(0)).toEqual([1, 2, 3, 4]);
    expect(await tail(2)).toEqual([3, 4]);
    const { last_seq } = await get();
    expect(await tail(last_seq)).toEqual([]);
    const events = [
      { author: "whale", content: "one" },
      { author: "whale", content: "two" },
    ];
    expect((await call("add_events", { session_id, events })).seqs).toEqual([5, 6]);
    expect(await tail(last_seq)).toEqual([5, 6]);
    const other = (await call("create_session")).session.id;
    await call("add_event", { session_id: other, author: "user", content: "hello" });
    expect((await call("get_session", { session_id: other })).session.last_seq).toBe(1);
  });

  it("forks, sharing its history", async () => {
    await recordTurns();
    const { session: fork } = await call("fork_session", { session_id, at_seq: 3 });
    expect(fork).toMatchObject({ forked_from_session_id: session_id, forked_at_seq: 3, last_seq: 3 });
    await call("add_event", { session_id: fork.id, author: "user", content: "Explain it instead" });
    const { events } = await call("get_history", { session_id: fork.id });
    expect(events.map(({ seq }: Result) => seq)).toEqual([1, 2, 3, 4]);
    expect(events[3].content).toBe("Explain it instead");
    expect((await call("get_event", { session_id, seq: 4 })).event.content).toBe("Now test it");
  });
});

describe("a checkpoint", () => {
  const state = { cursor: { file: "a.ts", line: 4 }, queue: ["b.ts"], degraded: null };

  async function save(label: string, state?: object): Promise<Result> {
    return (await call("save_checkpoint", { session_id, label, state })).checkpoint;
  }

  it("is listed newest first, and gives its point, todos and state back", async () => {
    await recordTurns();
    await call("update_todos", { session_id, todos: [{ content: "Test it", status: "in_progress" }] });
    const first = await save("first", state);
    expect(first).toMatchObject({
      session_id,
      seq: 4,
      todo_count: 1,
      git_head: "0123456789abcdef0123456789abcdef01234567",
    });
    now += 1_000;
    await add({ turn_id: "turn_2", author: "whale", content: "Tested." });
    await call("update_todos", { session_id, todos: [] });
    const latest = await save("latest");
    expect((await call("list_checkpoints", { session_id })).checkpoints).toEqual([latest, first]);
    const restored = await call("restore_checkpoint", { checkpoint_id: first.id });
    expect(restored).toMatchObject({
      session: { forked_from_session_id: session_id, forked_at_seq: 4, last_seq: 4 },
      checkpoint: { id: first.id },
      state,
      todos: [{ content: "Test it", status: "in_progress" }],
    });
    expect((await call("get_todos", { session_id: restored.session.id })).todos).toHaveLength(1);
    expect((await get()).last_seq).toBe(5);
    expect((await call("get_todos", { session_id })).todos).toEqual([]);
  });

  it("is not needed after a crash", async () => {
    await recordTurns();
    await call("start_run", { session_id, pid: 4711, command: "codewhale" });
    dead = true;
    await call("mark_crashed_runs");
    expect(await call("resume_session", { session_id })).toMatchObject({
      ended: { state: "crashed", evidence: expect.stringContaining("no process has pid 4711") },
      last_request: { seq: 4, content: "Now test it" },
      last_answer: { seq: 3, content: "Fixed." },
    });
  });
});

describe("the queue", () => {
  it("holds back what came while offline until its time", async () => {
    const later = iso(start + 60_000);
    const { job } = await call("enqueue_job", { session_id, prompt: "Send it", run_after: later });
    expect((await call("list_jobs", { session_id, status: "pending" })).jobs).toMatchObject([
      { id: job.id, prompt: "Send it", run_after: later },
    ]);
    expect(await call("claim_job", { session_id })).toEqual({});
    now += 60_000;
    expect((await call("claim_job", { session_id })).job.id).toBe(job.id);
  });

  it("gives tasks out by priority, the oldest first, and keeps what came of them", async () => {
    for (const [prompt, priority] of [
      ["tidy", 0],
      ["test", 0],
      ["fix", 5],
    ])
      await call("enqueue_job", { prompt, priority, directory, max_attempts: 1 });
    const claimed: string[] = [];
    for (const status of ["completed", "failed", "completed"]) {
      const { job, lease_token } = await call("claim_job", { directory });
      claimed.push(job.prompt);
      await call("finish_job", { job_id: job.id, lease_token, status, result: { status } });
    }
    expect(claimed).toEqual(["fix", "tidy", "test"]);
    expect((await call("list_jobs", { directory, status: "failed" })).jobs).toMatchObject([
      { prompt: "tidy", result: { status: "failed" }, attempts: 1 },
    ]);
  });
});

describe("an automation", () => {
  it("enqueues one task when its time has come, and one for all that were missed", async () => {
    const given = { name: "nightly", schedule: "0 3 * * *", prompt: "Look at the logs", directory };
    const { automation } = await call("upsert_automation", given);
    expect(automation).toMatchObject({ ...given, enabled: true, next_run_at: "2026-11-22T03:00:00.000Z" });
    expect(await call("claim_job", { directory })).toEqual({});
    now = Date.UTC(2026, 10, 25, 12);
    const { job } = await call("claim_job", { directory });
    expect(job).toMatchObject({ automation_id: automation.id, prompt: given.prompt });
    expect(await call("claim_job", { directory })).toEqual({});
    expect((await call("list_automations", { directory })).automations).toMatchObject([
      { id: automation.id, last_job_id: job.id, next_run_at: "2026-11-26T03:00:00.000Z" },
    ]);
    await call("delete_automation", { automation_id: automation.id });
    expect((await call("list_automations")).automations).toEqual([]);
  });
});

describe("the audit log", () => {
  it("tells who changed, cancelled, restored and deleted what, newest first, and never a text", async () => {
    await add({ author: "user", content: "a secret content" });
    await call("update_session", { session_id, title: "a secret title" });
    const { checkpoint } = await call("save_checkpoint", { session_id, label: "a secret label" });
    const { session: restored } = await call("restore_checkpoint", { checkpoint_id: checkpoint.id });
    const { job } = await call("enqueue_job", { session_id, prompt: "a secret prompt" });
    await call("cancel_job", { job_id: job.id });
    now += 1_000;
    await call("delete_session", { session_id, cascade: true });
    const { entries } = await call("list_audit");
    expect(entries.map(({ tool }: Result) => tool)).toEqual([
      "delete_session",
      "delete_session",
      "cancel_job",
      "restore_checkpoint",
      "update_session",
    ]);
    const deleted = entries.slice(0, 2);
    expect(deleted.map(({ subject_id }: Result) => subject_id).sort()).toEqual(
      [session_id, restored.id].sort(),
    );
    for (const entry of deleted)
      expect(entry).toMatchObject({ at: iso(start + 1_000), client: "test-client" });
    for (const entry of entries) expect(entry).toHaveProperty("details");
    expect(JSON.stringify(entries)).not.toContain("secret");
    const deletions = await call("list_audit", { session_id, tool: "delete_session", since: iso(start + 1) });
    expect(deletions.entries).toMatchObject([{ tool: "delete_session", subject_id: session_id, session_id }]);
  });
});
