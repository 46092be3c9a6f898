// The fixture has each odd case of the format once.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { fixture, readPath, sumTokens } from "./read-host.ts";

const session = "5f0c2a54-9a1e-4c55-8f53-3f8b8c1f0a01";
const reading = await readPath(fixture("claude-code", "session.jsonl"));
const { events, outcomes, sessions } = reading;
const byKey = (key: string) => events.find((event) => event.key === key);

it("names the session before its first event, with its model when that is known, and with its title", () => {
  expect(reading.records.findIndex(({ kind }) => kind === "session")).toBeLessThan(
    reading.records.findIndex(({ kind }) => kind === "event"),
  );
  expect(sessions).toMatchObject([
    { id: session, directory: "/home/ada/engine", gitBranch: "main", agent: "claude-code", model: null },
    { id: session, model: "claude-opus-4-5" },
    { id: session, title: "The missing target" },
  ]);
});

it("keeps prompts, texts and thinking, but not what is encrypted", () => {
  expect(byKey("u1")).toMatchObject({ author: "user", type: "message", content: "Why does the build fail?" });
  expect(byKey("a1")).toMatchObject({ type: "reasoning", reasoning: "The log will say.", content: null });
  expect(byKey("a4")).toMatchObject({
    content: "The target is missing.",
    reasoning: null,
    finish: "tool_use",
  });
  expect(JSON.stringify(reading.records)).not.toContain("secret");
});

it("joins the lines of one reply by its id, and counts its usage once, as the last line says it", () => {
  expect(["a1", "a2", "a3"].map((key) => byKey(key)?.messageId)).toEqual(["msg_1", "msg_1", "msg_1"]);
  const reply = events.filter(({ messageId }) => messageId === "msg_1");
  expect(sumTokens(reply)).toEqual({ input: 10, output: 30, reasoning: 0, cacheRead: 100, cacheWrite: 5 });
});

it("joins the events of a turn by its prompt", () => {
  expect(["u1", "a1", "a5", "u2", "a6"].map((key) => byKey(key)?.turnId)).toEqual([
    ...["prompt-1", "prompt-1", "prompt-1", "u2", "u2"],
  ]);
});

it("keeps calls with their results and errors, from whichever line", () => {
  expect(byKey("a3")?.actions).toMatchObject([
    { callId: "call_1", toolName: "Bash", status: "pending", input: { command: "make" } },
  ]);
  expect(outcomes.slice(0, 2)).toMatchObject([
    { callId: "call_1", status: "error", error: "make: *** No rule" },
    { callId: "call_2", status: "completed", output: "Todos have been modified" },
  ]);
});

it("keeps a call of our own tools without what it said", () => {
  expect(byKey("a5")?.actions[0]).toMatchObject({ toolName: "mcp__backstory__add_event", input: undefined });
  expect(outcomes.find(({ callId }) => callId === "call_3")).toMatchObject({
    status: "completed",
    output: undefined,
  });
  expect(JSON.stringify(reading.records)).not.toMatch(/private note|seq/);
});

it("notes pictures", () => {
  expect(byKey("u2")?.content).toBe("And this screen?\n\n[image image/png, 90 bytes]");
  expect(outcomes.find(({ callId }) => callId === "call_4")?.output).toBe("[image image/png, 90 bytes]");
});

it("tells what the user typed to the host, and what the host said, from prompts", () => {
  const kinds = ["u3", "u4", "u5", "s3", "a7"].map((key) => [byKey(key)?.author, byKey(key)?.type]);
  expect(kinds).toEqual([
    ["system", "message"],
    ["user", "command"],
    ["user", "status"],
    ["system", "command"],
    ["assistant", "error"],
  ]);
  expect(byKey("a7")).toMatchObject({ error: "API Error: overloaded", model: null });
});

it("marks sidechains and compactions", () => {
  expect(byKey("a6")).toMatchObject({ branch: "sidechain" });
  expect(byKey("s1")).toMatchObject({ type: "compaction", metadata: { compaction: { trigger: "auto" } } });
  expect(byKey("u6")).toMatchObject({ type: "compaction", author: "system" });
});

it("keeps todos of TodoWrite, and puts those of TaskCreate and TaskUpdate together", () => {
  const todos = reading.records.flatMap((record) => (record.kind === "todos" ? [record.todos] : []));
  expect(todos).toEqual([
    [
      { content: "Add the target", status: "in_progress", priority: "medium" },
      { content: "Build again", status: "pending", priority: "high" },
    ],
    [{ content: "Release", status: "pending", priority: "medium" }],
    [{ content: "Release", status: "completed", priority: "medium" }],
  ]);
});

it("takes the time of the line before where a clock was wrong or a time is missing", () => {
  expect(byKey("u7")?.createdAt).toBe(outcomes.at(-1)?.endedAt);
  expect(byKey("u8")?.createdAt).toBe(byKey("u7")?.createdAt);
});

it("gives a repeated uuid its one key, and a directory that is not the session's a note", () => {
  expect(events.filter(({ key }) => key === "u1")).toHaveLength(2);
  expect(byKey("u9")?.metadata).toEqual({ cwd: "/home/ada/engine/docs" });
});

it("keeps in raw what has no field, and not what has one", () => {
  expect(byKey("u1")?.raw).toEqual({ thinkingMetadata: { level: "high" } });
  expect(byKey("a2")?.raw).toEqual({ requestId: "req_msg_1", usage: { service_tier: "standard" } });
});

it("counts what it cannot read, and what there is nothing in", () => {
  expect(reading.skipped).toEqual({ expected: 4, "not json": 1, "unknown type": 5, "no content": 1 });
});

it("leaves a half-written last line for the next time", () => {
  expect(reading.records.at(-1)).toMatchObject({ kind: "position", bytes: expect.any(Number) });
  const { bytes } = reading.records.at(-1) as { bytes: number };
  expect(statSync(fixture("claude-code", "session.jsonl")).size - bytes).toBe(
    '{"type":"assistant","uuid":"half-writ'.length,
  );
});

it("makes a subagent's file a session below its parent's", async () => {
  const subagent = await readPath(fixture("claude-code", "agent-a17.jsonl"));
  expect(subagent.sessions[0]).toMatchObject({
    id: `${session}/agent-a17`,
    parentId: session,
    agent: "subagent",
  });
  expect(subagent.events.map(({ sessionId, branch }) => [sessionId, branch])).toEqual([
    [`${session}/agent-a17`, null],
    [`${session}/agent-a17`, null],
  ]);
});

it("leaves the session's todos alone where a sidechain of old keeps a list of its own", async () => {
  const path = join(makeFolder(), "old.jsonl");
  const write = (uuid: string, content: string, isSidechain: boolean) => {
    const input = { todos: [{ content, status: "pending" }] };
    const message = {
      role: "assistant",
      content: [{ type: "tool_use", id: uuid, name: "TodoWrite", input }],
    };
    return JSON.stringify({ type: "assistant", uuid, sessionId: "s", isSidechain, message });
  };
  const task = { taskId: "1", task: { id: "1", subject: "the sidechain's" } };
  const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "b", content: "ok" }] };
  const created = {
    type: "user",
    uuid: "c",
    sessionId: "s",
    isSidechain: true,
    message: result,
    toolUseResult: task,
  };
  writeFileSync(
    path,
    `${write("a", "the session's", false)}\n${write("b", "the sidechain's", true)}\n${JSON.stringify(created)}\n`,
  );
  const { records, events } = await readPath(path);
  expect(records.filter(({ kind }) => kind === "todos")).toMatchObject([
    { todos: [{ content: "the session's" }] },
  ]);
  expect(events.map(({ branch }) => branch)).toEqual([null, "sidechain"]);
});

it("names each model that a session goes on with: not Claude Code itself, nor a sidechain's", async () => {
  const path = join(makeFolder(), "failed.jsonl");
  const say = (uuid: string, model: string) => {
    const message = { role: "assistant", model, content: [{ type: "text", text: uuid }] };
    return `${JSON.stringify({ type: "assistant", uuid, sessionId: "s", message })}\n`;
  };
  const aside = say("c", "claude-z").replace("{", '{"isSidechain":true,');
  const lines = [
    say("a", "<synthetic>"),
    say("b", "claude-x"),
    aside,
    say("d", "claude-x"),
    say("e", "claude-y"),
  ];
  writeFileSync(path, lines.join(""));
  expect((await readPath(path)).sessions.map(({ model }) => model)).toEqual([null, "claude-x", "claude-y"]);
});
