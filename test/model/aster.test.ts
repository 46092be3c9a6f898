// The examples of Aster's document: sessions of an app and a user, events with reasoning and actions.
import { beforeEach, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "../tools/call-tool.ts";

const start = Date.UTC(2026, 10, 21);
const hour = 3_600_000;
const scope = { app_name: "my-desktop-app", user_id: "user-123" };
const notFound = { code: "not_found" };

let context: ToolContext;
let now: number;
let session: Result;

const call = (name: string, args: object = {}) => callTool(name, args, context);
const add = (event: object) => call("add_event", { session_id: session.id, ...event });
const contents = (events: Result[]) => events.map(({ content }) => content);

beforeEach(async () => {
  now = start;
  context = await openToolContext({ store: await openTestStore({ now: () => now }) });
  const metadata = { platform: "darwin", version: "1.0.0" };
  session = (await call("create_session", { ...scope, agent: "agent-001", metadata })).session;
});

it("creates a session of an app, a user and an agent, with metadata", async () => {
  expect(session).toMatchObject({
    ...scope,
    agent: "agent-001",
    metadata: { platform: "darwin", version: "1.0.0" },
    created_at: new Date(start).toISOString(),
    updated_at: new Date(start).toISOString(),
  });
  expect((await call("create_session")).session.app_name).toBe("test-client");
  const changed = await call("update_session", {
    session_id: session.id,
    metadata: { version: "1.1.0", platform: null },
  });
  expect(changed.session.metadata).toEqual({ version: "1.1.0" });
});

it("adds the user's message and the agent's answer with its reasoning and actions", async () => {
  const answer = {
    author: "assistant",
    content: "好的，我来帮你分析代码...",
    reasoning: "用户请求代码分析，需要先理解代码内容",
    agent: "agent-001",
    metadata: { temperature: 0.2 },
  };
  const action = { tool_name: "Read", input: { path: "main.go" }, output: "package main..." };
  await add({ author: "user", content: "你好，请帮我分析代码" });
  await add({ ...answer, actions: [action] });
  const { events, total } = await call("get_history", { session_id: session.id });
  expect(total).toBe(2);
  expect(events).toMatchObject([
    { session_id: session.id, seq: 1, author: "user", content: "你好，请帮我分析代码" },
    { session_id: session.id, seq: 2, ...answer, actions: [{ ...action, status: "completed" }] },
  ]);
});

it("reads all of the history, or the latest events", async () => {
  for (let i = 1; i <= 12; i++) await add({ author: "user", content: `${i}` });
  const all = await call("get_history", { session_id: session.id });
  expect(contents(all.events)).toEqual(Array.from({ length: 12 }, (_, i) => `${i + 1}`));
  const latest = await call("get_history", { session_id: session.id, order: "desc", limit: 10 });
  expect(contents(latest.events)).toEqual(Array.from({ length: 10 }, (_, i) => `${12 - i}`));
});

it("stores an event once that comes with its own id", async () => {
  const event = { author: "user", content: "hello", idempotency_key: "evt-1" };
  expect(await add(event)).toMatchObject({ duplicate: false, event: { seq: 1 } });
  expect(await add(event)).toMatchObject({ duplicate: true, event: { seq: 1 } });
  expect((await call("get_history", { session_id: session.id })).total).toBe(1);
});

it("tells the events of a branch and of an invocation", async () => {
  await add({ author: "user", content: "ask", turn_id: "inv-1" });
  await add({
    author: "planner",
    content: "plan",
    turn_id: "inv-1",
    branch: "root.planner",
    agent: "planner",
  });
  await add({ author: "coder", content: "code", turn_id: "inv-2", branch: "root.coder", agent: "coder" });
  const read = async (filter: object) =>
    contents((await call("get_history", { session_id: session.id, ...filter })).events);
  expect(await read({ branch: "root.planner" })).toEqual(["plan"]);
  expect(await read({ turn_id: "inv-1" })).toEqual(["ask", "plan"]);
  expect(await read({ branch: "root.coder", turn_id: "inv-1" })).toEqual([]);
  const { turns } = await call("get_history", { session_id: session.id, group_by: "turn" });
  expect(turns).toMatchObject([
    { turn_id: "inv-1", event_count: 2, events: [{ seq: 1 }, { seq: 2, branch: "root.planner" }] },
    { turn_id: "inv-2", event_count: 1, events: [{ agent: "coder", branch: "root.coder" }] },
  ]);
});

it("keeps the ids of long-running tools, whose calls end later", async () => {
  const long_running_tool_ids = ["call_build", "call_deploy"];
  const actions = [{ call_id: "call_build", tool_name: "Build", status: "running" }];
  await add({ author: "assistant", actions, long_running_tool_ids });
  now += hour;
  await call("update_action", {
    session_id: session.id,
    call_id: "call_build",
    status: "completed",
    output: "ok",
  });
  const { event } = await call("get_event", { session_id: session.id, seq: 1 });
  expect(event).toMatchObject({ long_running_tool_ids, actions: [{ status: "completed", output: "ok" }] });
});

it("lists and gets the sessions of an app and a user, and nobody else's", async () => {
  const other = (await call("create_session", { ...scope, user_id: "user-456" })).session;
  const app = (await call("create_session", { ...scope, app_name: "other-app" })).session;
  const { sessions } = await call("list_sessions", scope);
  expect(sessions.map(({ id }: Result) => id)).toEqual([session.id]);
  expect(sessions[0].agent).toBe("agent-001");
  const got = await call("get_session", { session_id: session.id, ...scope });
  expect(got.session).toMatchObject({ id: session.id, ...scope });
  for (const { id } of [other, app])
    await expect(call("get_session", { session_id: id, ...scope })).rejects.toMatchObject(notFound);
});

it("deletes a session with its events", async () => {
  await add({ author: "user", content: "hello" });
  const { deleted } = await call("delete_session", { session_id: session.id });
  expect(deleted).toMatchObject({ sessions: 1, events: 1, ids: [session.id] });
  await expect(call("get_session", { session_id: session.id, ...scope })).rejects.toMatchObject(notFound);
  await expect(call("get_history", { session_id: session.id })).rejects.toMatchObject(notFound);
  expect((await call("list_sessions", scope)).sessions).toEqual([]);
});

it("cleans up the sessions not updated since a time", async () => {
  const active = (await call("create_session", scope)).session;
  const other = (await call("create_session", { ...scope, user_id: "user-456" })).session;
  now += 48 * hour;
  await call("add_event", { session_id: active.id, author: "user", content: "still here" });
  const cutoff = new Date(now - 24 * hour).toISOString();
  const old = await call("list_sessions", { ...scope, updated_before: cutoff });
  expect(old.sessions.map(({ id }: Result) => id)).toEqual([session.id]);
  for (const { id } of old.sessions) await call("delete_session", { session_id: id });
  const left = (await call("list_sessions", {})).sessions.map(({ id }: Result) => id);
  expect(left).toEqual([active.id, other.id]);
});
