// One call of each tool through every library, with what it must answer.
import { realpathSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { connect, libraries } from "./connect.ts";

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe.each(libraries)("$name", (library) => {
  test("sessions are created, read and listed", async () => {
    const client = await connect(library);
    const { session, duplicate } = await client.result("create_session", {
      title: "Port the parser",
      agent: "coder",
      metadata: { ticket: 7 },
    });
    expect(duplicate).toBe(false);
    expect(session).toMatchObject({
      id: expect.stringMatching(/^sess_[0-9a-z]{26}$/),
      app_name: "test-client",
      client: "test-client",
      directory: realpathSync(client.folder),
      title: "Port the parser",
      agent: "coder",
      metadata: { ticket: 7 },
      state: "active",
      origin: "tool",
      event_count: 0,
      last_seq: 0,
      created_at: time,
    });
    expect(await client.result("get_session", { session_id: session.id })).toEqual({
      session,
      todos: [],
      counts: { total: 0, pending: 0, in_progress: 0, completed: 0, cancelled: 0 },
    });
    expect(await client.result("list_sessions", { directory: client.folder })).toEqual({
      sessions: [session],
    });
  });

  test("events with tool calls are added and read back", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const added = await client.result("add_event", {
      session_id: session.id,
      author: "assistant",
      content: "I read the file.",
      reasoning: "It must be there.",
      actions: [{ tool_name: "read", input: { path: "a.ts" }, output: "text" }, { tool_name: "test" }],
      tokens: { input: 10, output: 4 },
      cost_usd: 0.25,
      turn_id: "turn-1",
      raw: [1, null],
    });
    expect(added).toMatchObject({ duplicate: false, event: { seq: 1, type: "message", origin: "tool" } });
    expect(added.event.actions).toMatchObject([
      { tool_name: "read", status: "completed", input: { path: "a.ts" }, output: "text" },
      { tool_name: "test", status: "pending", call_id: expect.stringMatching(/./) },
    ]);
    expect(await client.result("get_event", { session_id: session.id, seq: 1 })).toEqual({
      event: added.event,
    });
    expect(await client.result("get_history", { session_id: session.id })).toEqual({
      events: [added.event],
      total: 1,
    });
    const grown = await client.result("get_session", { session_id: session.id });
    expect(grown.session).toMatchObject({ event_count: 1, last_seq: 1, cost_usd: 0.25 });
    expect(grown.session.tokens).toMatchObject({ input: 10, output: 4 });
  });

  test("todos are replaced as a whole and read back", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const todos = [{ content: "parse", status: "completed", priority: "high" }, { content: "print" }];
    const updated = await client.result("update_todos", { session_id: session.id, todos });
    expect(updated.todos).toMatchObject([todos[0], { ...todos[1], status: "pending", priority: "medium" }]);
    expect(updated.counts).toMatchObject({ total: 2, completed: 1, pending: 1 });
    expect(await client.result("get_todos", { session_id: session.id })).toEqual(updated);
    const stale = { session_id: session.id, todos: [], expected_version: updated.version - 1 };
    expect((await client.call("update_todos", stale)).error.code).toBe("conflict");
  });

  test("runs are started, finished and listed, and the living are not marked", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const started = await client.result("start_run", {
      session_id: session.id,
      pid: process.pid,
      command: "npm",
      args: ["test"],
    });
    expect(started).toMatchObject({ duplicate: false, run: { status: "running", pid: process.pid } });
    expect(await client.result("mark_crashed_runs")).toEqual({
      crashed: [],
      ended: [],
      unknown: [],
      alive: 1,
      checked: 1,
    });
    const { run } = await client.result("finish_run", {
      run_id: started.run.id,
      status: "failed",
      exit_code: 1,
    });
    expect(run).toMatchObject({ status: "failed", exit_code: 1, ended_by: "tool", ended_at: time });
    expect(await client.result("list_runs", { session_id: session.id })).toEqual({ runs: [run] });
  });

  test("an error is text alone, and the next call works", async () => {
    const client = await connect(library);
    expect((await client.call("get_session", { session_id: "sess_none" })).error).toMatchObject({
      code: "not_found",
      hint: expect.stringContaining("list_sessions"),
      retryable: false,
    });
    expect((await client.call("create_session", { titel: "x" })).error).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining('"title"'),
    });
    expect(await client.result("list_sessions")).toEqual({ sessions: [] });
  });
});
