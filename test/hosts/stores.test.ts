// The stores of etcode, Aster, PokéCode and agent-yes, as their documents describe them.
import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import {
  agentYesTables,
  asterTables,
  etcodeTables,
  insert,
  makeDatabase,
  pokecodeTables,
} from "./databases.ts";
import { readPath, recognise, sumTokens } from "./read-host.ts";

const start = Date.UTC(2026, 2, 1, 9);

it("reads etcode: a user's text in the message, an answer's in its parts", async () => {
  const db = makeDatabase("etcode.db", etcodeTables);
  const times = { time_created: start, time_updated: start };
  insert(db, "session", {
    id: "sess_1",
    project_id: "p1",
    directory: "/home/ada/engine",
    title: "Parser",
    agent: "build",
    ...times,
  });
  insert(db, "message", {
    id: "msg_1",
    session_id: "sess_1",
    ...times,
    data: { role: "user", content: "Fix it", time: start },
  });
  const assistant = {
    role: "assistant",
    finish: "stop",
    error: null,
    tokens: { input: 3, output: 4 },
    time: start,
  };
  insert(db, "message", {
    id: "msg_2",
    session_id: "sess_1",
    time_created: start + 1,
    time_updated: start + 1,
    data: assistant,
  });
  const part = (id: string, data: object) =>
    insert(db, "part", { id, message_id: "msg_2", session_id: "sess_1", ...times, data });
  part("part_1", { type: "text", text: "Fixed." });
  part("part_2", {
    type: "tool",
    tool: "edit",
    callID: "c1",
    state: { status: "completed", input: { a: 1 }, output: "ok", title: "Edit" },
  });
  insert(db, "todo", {
    session_id: "sess_1",
    position: 0,
    content: "Test it",
    status: "pending",
    priority: "low",
  });

  const reading = await readPath(db.name);
  expect(recognise(db.name)?.host.name).toBe("etcode");
  expect(new Set(reading.events.map(({ turnId }) => turnId))).toEqual(new Set(["msg_1"]));
  expect(reading.sessions).toMatchObject([
    { id: "sess_1", title: "Parser", agent: "build", directory: "/home/ada/engine" },
  ]);
  expect(
    reading.events.map(({ author, content, messageId, finish }) => [author, content, messageId, finish]),
  ).toEqual([
    ["user", "Fix it", "msg_1", null],
    ["assistant", "Fixed.", "msg_2", null],
    ["assistant", null, "msg_2", "stop"],
  ]);
  expect(reading.events[2]).toMatchObject({
    tokens: { input: 3, output: 4 },
    actions: [{ callId: "c1", title: "Edit", output: "ok" }],
  });
  expect(reading.records.find(({ kind }) => kind === "todos")).toMatchObject({
    todos: [{ content: "Test it", priority: "low" }],
  });
});

it("reads Aster, and of its events only the new ones the next time", async () => {
  const db = makeDatabase("sessions.db", asterTables);
  insert(db, "sessions", {
    id: "s1",
    app_name: "desk",
    user_id: "ada",
    agent_id: "agent-001",
    metadata: { platform: "linux" },
    created_at: "2026-03-01 09:00:00",
  });
  const event = (id: string, row: object) =>
    insert(db, "events", { id, session_id: "s1", created_at: "2026-03-01 09:00:01", ...row });
  event("e1", { author: "user", content: "Analyse it", invocation_id: "inv-1" });
  event("e2", {
    author: "assistant",
    content: "Done",
    reasoning: "First the code",
    branch: "planner.coder",
    invocation_id: "inv-1",
    actions: [{ ToolName: "Read", Input: { path: "main.go" }, Output: "package main" }],
    long_running_tool_ids: ["t1"],
    metadata: { k: 1 },
  });

  const first = await readPath(db.name);
  expect(recognise(db.name)?.host.name).toBe("aster");
  expect(first.sessions).toMatchObject([
    { id: "s1", appName: "desk", userId: "ada", agent: "agent-001", createdAt: start },
  ]);
  expect(first.events).toMatchObject([
    { key: "e1", author: "user", content: "Analyse it", turnId: "inv-1", createdAt: start + 1_000 },
    {
      key: "e2",
      reasoning: "First the code",
      branch: "planner.coder",
      longRunningToolIds: ["t1"],
      metadata: { k: 1 },
      actions: [
        { toolName: "Read", status: "completed", input: { path: "main.go" }, output: "package main" },
      ],
    },
  ]);
  const again = await readPath(db.name, first.position);
  expect(again.records.filter(({ kind }) => kind !== "position")).toEqual([]);
  event("e3", { author: "user", content: "More" });
  expect((await readPath(db.name, first.position)).events.map(({ key }) => key)).toEqual(["e3"]);
});

it("reads PokéCode: sessions, the provider's messages, and its jobs", async () => {
  const db = makeDatabase("pokecode.db", pokecodeTables);
  insert(db, "sessions", {
    id: "p1",
    provider: "claude-code",
    project_path: "/home/ada/engine",
    name: "Parser",
    context: "a context",
    metadata: { branch: "main", allowedTools: ["Read"] },
    created_at: start / 1_000,
    state: "inactive",
  });
  const message = (id: string, type: string, data: object, more = {}) =>
    insert(db, "session_messages", {
      id,
      session_id: "p1",
      provider: "claude-code",
      type,
      content_data: data,
      created_at: start / 1_000,
      ...more,
    });
  message("m1", "user", { type: "user", message: { role: "user", content: "Fix it" } }, { token_count: 3 });
  message(
    "m2",
    "assistant",
    {
      message: {
        id: "msg_1",
        model: "opus",
        content: [
          { type: "text", text: "Look" },
          { type: "tool_use", id: "c1", name: "Bash", input: { command: "make" } },
        ],
      },
    },
    { token_count: 7, provider_session_id: "claude-1" },
  );
  message("m3", "user", {
    message: { content: [{ type: "tool_result", tool_use_id: "c1", content: "no rule", is_error: true }] },
  });
  message("m4", "result", { subtype: "success", result: "Fixed.", total_cost_usd: 0.5 });
  insert(db, "job_queue", {
    id: "j1",
    session_id: "p1",
    prompt_id: "pr1",
    status: "failed",
    data: { prompt: "Fix it", projectPath: "/home/ada/engine", allowedTools: ["Read"], model: "opus" },
    attempts: 2,
    error: "gone",
    created_at: start / 1_000,
  });

  const reading = await readPath(db.name);
  expect(recognise(db.name)?.host.name).toBe("pokecode");
  expect(reading.sessions).toMatchObject([
    {
      id: "p1",
      title: "Parser",
      directory: "/home/ada/engine",
      gitBranch: "main",
      context: "a context",
      state: "inactive",
      createdAt: start,
    },
  ]);
  expect(
    reading.events.map(({ key, type, author, content, tokens }) => [
      key,
      type,
      author,
      content,
      tokens?.output ?? null,
    ]),
  ).toEqual([
    ["m1", "message", "user", "Fix it", null],
    ["m2", "message", "assistant", "Look", 7],
    ["m4", "result", "assistant", "Fixed.", null],
  ]);
  expect(reading.events[0]?.tokens).toMatchObject({ input: 3, output: null });
  expect(reading.events[1]).toMatchObject({
    metadata: { provider_session_id: "claude-1" },
    actions: [{ callId: "c1" }],
  });
  expect(reading.outcomes).toMatchObject([{ callId: "c1", status: "error", error: "no rule" }]);
  expect(reading.records.find(({ kind }) => kind === "job")).toMatchObject({
    key: "j1",
    prompt: "Fix it",
    directory: "/home/ada/engine",
    allowedTools: ["Read"],
    status: "failed",
    attempts: 2,
    maxAttempts: 3,
    error: "gone",
  });
});

it("reads what PokéCode keeps of Codex, and the thinking that it keeps of Claude Code", async () => {
  const db = makeDatabase("pokecode.db", pokecodeTables);
  insert(db, "sessions", { id: "p2", provider: "codex-cli", project_path: "/home/ada/engine", name: "x" });
  let count = 0;
  const row = (type: string, content_data: object) => {
    count += 1;
    insert(db, "session_messages", {
      id: `n${count}`,
      session_id: "p2",
      provider: "codex-cli",
      type,
      content_data,
    });
  };
  const item = (known: object) =>
    row("assistant", { type: "item.completed", item: { id: "item_0", ...known } });
  row("user", { type: "user", content: "Fix it" });
  row("system", { type: "thread.started", thread_id: "t" });
  item({ type: "reasoning", text: "Look first" });
  row("assistant", {
    type: "item.started",
    item: { id: "item_1", type: "command_execution", command: "make" },
  });
  item({
    type: "command_execution",
    command: "make",
    aggregated_output: "no rule",
    exit_code: 2,
    status: "failed",
  });
  item({ type: "file_change", changes: [{ path: "Makefile", kind: "update" }], status: "completed" });
  const result = { content: [{ type: "text", text: "found" }] };
  item({
    type: "mcp_tool_call",
    server: "files",
    tool: "read",
    arguments: { a: 1 },
    result,
    status: "completed",
  });
  item({ type: "mcp_tool_call", server: "backstory", tool: "add_event", arguments: { content: "private" } });
  item({
    type: "todo_list",
    items: [
      { text: "Test", completed: false },
      { text: "Fix", completed: true },
    ],
  });
  item({ type: "agent_message", text: "Fixed." });
  row("result", {
    type: "turn.completed",
    usage: { input_tokens: 100, cached_input_tokens: 60, output_tokens: 9 },
  });
  row("error", { type: "turn.failed", error: { message: "overloaded" } });
  row("error", { type: "error", message: "stream broke" });
  row("assistant", { message: { id: "m", content: [{ type: "thinking", thinking: "Hm." }] } });

  const { events, records, skipped } = await readPath(db.name);
  expect(events.map(({ type, author, content, reasoning }) => [type, author, content ?? reasoning])).toEqual([
    ["message", "user", "Fix it"],
    ["reasoning", "assistant", "Look first"],
    ["command", "assistant", null],
    ["file_change", "assistant", null],
    ["tool_call", "assistant", null],
    ["tool_call", "assistant", null],
    ["message", "assistant", "Fixed."],
    ["status", "assistant", null],
    ["error", "assistant", "overloaded"],
    ["error", "assistant", "stream broke"],
    ["reasoning", "assistant", "Hm."],
  ]);
  expect(events.flatMap(({ actions }) => actions)).toMatchObject([
    {
      toolName: "command_execution",
      status: "error",
      error: "exit code 2",
      input: { command: "make" },
      output: "no rule",
    },
    { toolName: "file_change", status: "completed", input: { changes: [{ path: "Makefile" }] } },
    { toolName: "mcp__files__read", status: "completed", input: { a: 1 }, output: "found" },
    { toolName: "mcp__backstory__add_event", input: undefined },
  ]);
  expect(new Set(events.flatMap(({ actions }) => actions.map(({ callId }) => callId))).size).toBe(4);
  expect(JSON.stringify(records)).not.toContain("private");
  expect(sumTokens(events)).toMatchObject({ input: 40, output: 9, cacheRead: 60 });
  expect(records.find(({ kind }) => kind === "todos")).toMatchObject({
    todos: [
      { content: "Test", status: "pending" },
      { content: "Fix", status: "completed" },
    ],
  });
  expect(skipped).toEqual({ expected: 2 });
});

it("counts the usage of a message of PokéCode once, over several rows and readings", async () => {
  const db = makeDatabase("pokecode.db", pokecodeTables);
  insert(db, "sessions", { id: "p1", provider: "claude-code", project_path: "/home/ada/engine", name: "x" });
  const usage = { input_tokens: 10, cache_read_input_tokens: 5 };
  const row = (id: string, output_tokens: number, message = "msg_1") => {
    const content = [{ type: "text", text: id }];
    const content_data = { message: { id: message, content, usage: { ...usage, output_tokens } } };
    insert(db, "session_messages", {
      id,
      session_id: "p1",
      provider: "claude-code",
      type: "assistant",
      content_data,
    });
  };
  row("m1", 1);
  row("m2", 20);
  const first = await readPath(db.name);
  row("m3", 20);
  row("m4", 7, "msg_2");
  const { events } = await readPath(db.name, first.position);
  expect(events).toHaveLength(2);
  expect(sumTokens([...first.events, ...events])).toMatchObject({ input: 20, output: 27, cacheRead: 10 });
});

it("reads agent-yes: projects and runs, and again only those that changed", async () => {
  const db = makeDatabase("store.sqlite", agentYesTables);
  insert(db, "projects", {
    dir: "/home/ada/engine",
    cmd: "claude",
    prompt: "run all tests",
    created_at: start,
  });
  insert(db, "runs", {
    pid: 4321,
    project_id: 1,
    status: "running",
    started_at: start,
    args: ["--exit-on-idle=60s"],
  });
  insert(db, "runs", {
    pid: 4322,
    project_id: 1,
    status: "failed",
    exit_code: 2,
    started_at: start,
    ended_at: start + 5,
    args: [],
  });
  db.pragma("journal_mode = DELETE");
  db.close();
  const folder = join(dirname(db.name), ".agent-yes");
  mkdirSync(folder);
  const path = join(folder, "store.sqlite");
  renameSync(db.name, path);

  const first = await readPath(path);
  expect(recognise(path)?.host.name).toBe("agent-yes");
  expect(first.records.slice(0, -1).filter(({ kind }) => kind !== "position")).toMatchObject([
    { kind: "project", directory: "/home/ada/engine", command: "claude", prompt: "run all tests" },
    {
      kind: "run",
      pid: 4321,
      status: "running",
      command: "claude",
      args: ["--exit-on-idle=60s"],
      startedAt: start,
    },
    {
      kind: "run",
      pid: 4322,
      status: "failed",
      exitCode: 2,
      endedAt: start + 5,
      directory: "/home/ada/engine",
    },
  ]);
  const again = await readPath(path, first.position);
  expect(again.records.filter(({ kind }) => kind !== "position")).toEqual([]);
});

it("knows a store of agent-yes that was copied elsewhere, and makes up no directory for its runs", async () => {
  const db = makeDatabase("store.sqlite", agentYesTables);
  insert(db, "projects", { dir: "/home/ada/engine", cmd: "claude" });
  insert(db, "runs", { pid: 1, project_id: 1, status: "completed", started_at: start });
  insert(db, "runs", { pid: 2, project_id: 9, status: "completed", started_at: start });
  expect(recognise(db.name)?.host.name).toBe("agent-yes");
  const { records, skipped } = await readPath(db.name);
  expect(records.filter(({ kind }) => kind === "run")).toMatchObject([
    { pid: 1, directory: "/home/ada/engine" },
  ]);
  expect(skipped).toEqual({ "no content": 1 });
});
