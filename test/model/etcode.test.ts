// etcode's sessions, messages of several parts, tool states and todos, as docs/model.md places them.
import { beforeEach, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "../tools/call-tool.ts";

const start = Date.UTC(2026, 1, 27, 9);
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();

const given = {
  provider: "etcode",
  provider_session_id: "sess_etcode",
  title: "Fix the parser",
  agent: "build",
  idempotency_key: "sess_etcode",
};

let context: ToolContext;
let now: number;
let session: Result;

const call = (name: string, args: object = {}) => callTool(name, args, context);
const add = (event: object) => call("add_event", { session_id: session.id, ...event });
const move = (args: object) => call("update_action", { session_id: session.id, ...args });

beforeEach(async () => {
  now = start;
  context = await openToolContext({ store: await openTestStore({ now: () => now }) });
  session = (await call("create_session", given)).session;
});

it("keeps a session's columns, and makes it once for its own id", async () => {
  expect(session).toMatchObject({
    provider: "etcode",
    provider_session_id: "sess_etcode",
    title: "Fix the parser",
    agent: "build",
    directory: "/home/ada/engine",
    created_at: at(0),
    updated_at: at(0),
  });
  expect((await call("get_project", { project_id: session.project_id })).project.directory).toBe(
    "/home/ada/engine",
  );
  now += 1_000;
  const again = await call("create_session", given);
  expect(again).toMatchObject({ session: { id: session.id }, duplicate: true });
});

it("moves a session's time with its events, its tool calls and its todos", async () => {
  const times = async () => {
    const { created_at, updated_at } = (await call("get_session", { session_id: session.id })).session;
    return [created_at, updated_at];
  };
  now += 1_000;
  await add({ author: "assistant", actions: [{ call_id: "call_1", tool_name: "read" }] });
  expect(await times()).toEqual([at(0), at(1)]);
  now += 1_000;
  await move({ call_id: "call_1", status: "running" });
  expect(await times()).toEqual([at(0), at(2)]);
  now += 1_000;
  await call("update_todos", { session_id: session.id, todos: [{ content: "Read it" }] });
  expect(await times()).toEqual([at(0), at(3)]);
});

it("joins the parts of a message by message_id, in their order", async () => {
  const tokens = { input: 900, output: 80, reasoning: 12, cache_read: 700, cache_write: 30 };
  const answer = { author: "assistant", message_id: "msg_2", turn_id: "turn_1" };
  await add({
    author: "user",
    content: "Fix it",
    message_id: "msg_1",
    turn_id: "turn_1",
    created_at: at(-60),
  });
  now += 1_000;
  await add({ ...answer, content: "I will read it first.", metadata: { part_id: "part_1" } });
  now += 1_000;
  await add({
    ...answer,
    type: "tool_call",
    actions: [{ call_id: "part_2", tool_name: "read", output: "…" }],
  });
  now += 1_000;
  await add({ ...answer, content: "Fixed.", metadata: { part_id: "part_3" }, finish: "stop", tokens });
  const { events } = await call("get_history", { session_id: session.id });
  const parts = events.filter((event: Result) => event.message_id === "msg_2");
  expect(parts).toMatchObject([
    { session_id: session.id, content: "I will read it first.", metadata: { part_id: "part_1" } },
    { actions: [{ call_id: "part_2", tool_name: "read", status: "completed", ended_at: at(2) }] },
    { content: "Fixed.", metadata: { part_id: "part_3" }, finish: "stop", tokens },
  ]);
  expect(events[0]).toMatchObject({ author: "user", message_id: "msg_1", created_at: at(-60) });
  expect([parts[0].created_at, parts[2].created_at]).toEqual([at(1), at(3)]);
  const { turns } = await call("get_history", { session_id: session.id, group_by: "turn" });
  expect(turns).toMatchObject([{ turn_id: "turn_1", state: "completed", tokens, duration_ms: 63_000 }]);
});

it("keeps a message's error as a text, and a structured one raw", async () => {
  const raw = { name: "APIError", data: { status: 529, retryable: true } };
  const { event } = await add({
    author: "assistant",
    type: "error",
    error: "Overloaded",
    raw,
    message_id: "msg_2",
  });
  const read = await call("get_event", { session_id: session.id, seq: event.seq });
  expect(read.event).toMatchObject({ error: "Overloaded", raw, message_id: "msg_2" });
});

it("moves a tool part from pending through running to completed, also when later events follow", async () => {
  const input = { filePath: "src/parser.ts", range: [1, 40] };
  const { event } = await add({
    author: "assistant",
    message_id: "msg_2",
    actions: [{ call_id: "call_1", tool_name: "read", input }],
  });
  expect(event.actions).toMatchObject([{ call_id: "call_1", tool_name: "read", status: "pending", input }]);
  expect(event.actions[0]).not.toHaveProperty("started_at");
  await add({ author: "assistant", content: "Reading.", message_id: "msg_2" });
  now += 1_000;
  const running = await move({ call_id: "call_1", status: "running" });
  expect(running).toMatchObject({ action: { status: "running", started_at: at(1) }, seq: 1 });
  expect(running.action).not.toHaveProperty("ended_at");
  now += 1_000;
  const output = { text: "const a = 1;", lines: 40 };
  await move({ call_id: "call_1", status: "completed", output, title: "src/parser.ts" });
  const read = await call("get_event", { session_id: session.id, seq: 1 });
  expect(read.event.actions).toEqual([
    {
      call_id: "call_1",
      tool_name: "read",
      title: "src/parser.ts",
      status: "completed",
      input,
      output,
      started_at: at(1),
      ended_at: at(2),
    },
  ]);
  expect(read.event.created_at).toBe(at(0));
  const back = move({ call_id: "call_1", status: "running" });
  await expect(back).rejects.toMatchObject({ code: "invalid_state" });
});

it("moves a tool part to error with its text", async () => {
  await add({ author: "assistant", actions: [{ call_id: "call_1", tool_name: "bash", status: "running" }] });
  now += 1_000;
  const { action } = await move({ call_id: "call_1", status: "error", error: "exit 1" });
  expect(action).toMatchObject({ status: "error", error: "exit 1", ended_at: at(1) });
});

it("keeps todos by position, with their status and priority", async () => {
  const todos = [
    { content: "Read the parser", status: "completed", priority: "high" },
    { content: "Fix the parser", status: "in_progress", priority: "medium" },
    { content: "Write a test", status: "pending", priority: "low" },
    { content: "Rewrite it all", status: "cancelled", priority: "low" },
  ];
  const written = await call("update_todos", { session_id: session.id, todos });
  expect(written.todos).toMatchObject(todos);
  const [read, fix, write, rewrite] = written.todos;
  const give = ({ id, content, status, priority }: Result) => ({ id, content, status, priority });
  const moved = [write, read, { ...fix, status: "completed" }, rewrite].map(give);
  await call("update_todos", { session_id: session.id, todos: moved });
  const after = await call("get_todos", { session_id: session.id });
  expect(after.todos).toMatchObject(moved);
  expect(after.counts).toEqual({ total: 4, pending: 1, in_progress: 0, completed: 2, cancelled: 1 });
});
