// What a tool makes of its arguments and of the Store's records, on a real store, without the protocol around it.
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTool, type ToolContext } from "../../src/tools/define-tool.ts";
import { callTool, openToolContext, type Result } from "./call-tool.ts";

let context: ToolContext;
let hostRuns: string[];
let sessionId: string;

const call = (name: string, args: object) => callTool(name, args, context);

const add = (event: object) => call("add_event", { session_id: sessionId, author: "user", ...event });

beforeEach(async () => {
  hostRuns = [];
  context = await openToolContext({ noteHostRun: ({ id }) => hostRuns.push(id) });
  sessionId = (await call("create_session", {})).session.id;
});

describe("create_session", () => {
  it("takes the client's name and directory where the caller is silent", async () => {
    const { session } = await call("get_session", { session_id: sessionId });
    expect(session).toMatchObject({
      app_name: "test-client",
      directory: "/home/ada/engine",
      origin: "tool",
      client: "test-client",
    });
    expect(session).not.toHaveProperty("user_id");
  });

  it("cuts what it echoes, not what it keeps", async () => {
    const context = "x".repeat(60_000);
    const { session } = await call("create_session", { context });
    expect(session).toMatchObject({ truncated: true, truncated_fields: ["context"] });
    const whole = await call("get_session", { session_id: session.id, max_chars: 200_000 });
    expect(whole.session.context).toBe(context);
  });
});

describe("defineTool", () => {
  const define = (output: object) =>
    defineTool({
      name: "t",
      title: "T",
      description: "T",
      toolset: "sessions",
      effect: "read",
      input: () => z.strictObject({}),
      output: () => z.object({ a: z.number() }),
      run: async () => output as { a: number },
    });

  it("strips what the schema does not name from the structure and the text", async () => {
    const { structuredContent, text } = await define({ a: 1, b: 2 }).call({}, context);
    expect(structuredContent).toEqual({ a: 1 });
    expect(JSON.parse(text)).toEqual({ a: 1 });
  });

  it("does not blame the caller for a result that does not fit", async () => {
    const error = await define({ a: "1" }).call({}, context).catch(String);
    expect(error).not.toContain("InputError");
  });
});

describe("get_session", () => {
  it.each([1_000, 1_200, 2_000, 20_000])("keeps within %d characters", async (max_chars) => {
    const name = "n".repeat(512);
    const names = { agent: name, provider: name, user_id: name, provider_session_id: name, title: name };
    const { session } = await call("create_session", { ...names, context: "\u0001".repeat(10_000) });
    await call("start_run", { session_id: session.id, pid: 1, prompt: "p".repeat(30_000) });
    const result = await call("get_session", { session_id: session.id, max_chars });
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(max_chars);
  });
});

describe("get_todos", () => {
  it("gives whole todos and a cursor, so that sending them back loses nothing", async () => {
    const todos = Array.from({ length: 20 }, (_, i) => ({ content: `${i} ${"x".repeat(4_000)}` }));
    await call("update_todos", { session_id: sessionId, todos });
    const read: { id: string; content: string; truncated?: boolean }[] = [];
    let cursor: string | undefined;
    do {
      const page = await call("get_todos", { session_id: sessionId, ...(cursor && { cursor }) });
      read.push(...page.todos);
      cursor = page.next_cursor;
    } while (cursor);
    expect(read.map(({ content }) => content)).toEqual(todos.map(({ content }) => content));
    expect(read.some(({ truncated }) => truncated)).toBe(false);
  });
});

describe("add_event", () => {
  it.each([
    ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"],
    ["2026-11-21T10:00:00.123+02:00", "2026-11-21T08:00:00.123Z"],
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ["1815-12-10T00:00:00Z", "1815-12-10T00:00:00.000Z"],
  ])("takes the time %s", async (given, kept) => {
    expect((await add({ created_at: given })).event.created_at).toBe(kept);
  });

  it("counts the largest numbers there may be, and shows the session still", async () => {
    const tokens = { input: 1e12, output: 1e12 };
    for (let i = 0; i < 3; i++) await add({ tokens, cost_usd: 1e9 });
    const { session } = await call("get_session", { session_id: sessionId });
    expect(session).toMatchObject({ tokens: { input: 3e12 }, cost_usd: 3e9 });
    await expect(add({ tokens: { input: Number.MAX_SAFE_INTEGER } })).rejects.toThrow();
    await expect(add({ cost_usd: 1e308 })).rejects.toThrow();
  });

  it.each([
    "yesterday",
    "2026-02-30",
    "9999-12-31T23:59:59-01:00",
    "2026-11-21T10:00:00",
    "2026-13-01",
    "",
    "1795262287714",
    1795262287714,
  ])("refuses the time %s", async (given) => {
    await expect(add({ created_at: given })).rejects.toThrow();
  });

  it("infers what a tool call without a status says of itself", async () => {
    const actions = [
      { tool_name: "a", input: {} },
      { tool_name: "b", output: null },
      { tool_name: "c", output: "done" },
      { tool_name: "d", error: "broke", output: "half" },
      { tool_name: "e", status: "running" },
    ];
    const { event } = await add({ actions });
    expect(event.actions.map((action: Result) => action.status)).toEqual([
      "pending",
      "completed",
      "completed",
      "error",
      "running",
    ]);
  });

  it("keeps every JSON value, and every key of an object", async () => {
    const metadata = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": null, "a": {"b": [1.5, true, "\\u0000"]}}',
    );
    const raw = [1, "two", { three: null }];
    const actions = [{ tool_name: "t", input: "text", output: [0, false, ""] }];
    const { event } = await add({ metadata, raw, actions });
    const read = await call("get_event", { session_id: sessionId, seq: event.seq });
    expect(JSON.stringify(read.event.metadata)).toBe(JSON.stringify(metadata));
    expect(read.event.raw).toEqual(raw);
    expect(read.event.actions).toMatchObject(actions);
  });

  it.each([
    ["metadata as a list", { metadata: [] }],
    ["metadata as null", { metadata: null }],
    ["metadata 65 levels deep", { metadata: { a: JSON.parse("[".repeat(64) + "]".repeat(64)) } }],
    ["metadata of 64 KiB and more", { metadata: { a: "x".repeat(65_536) } }],
    ["raw of 256 KiB and more", { raw: "x".repeat(262_143) }],
    ["content of 1 MiB and a byte, of fewer characters", { content: "é".repeat(524_289) }],
    ["101 actions", { actions: Array(101).fill({ tool_name: "t" }) }],
    ["a negative count of tokens", { tokens: { input: -1 } }],
    ["half a token", { tokens: { input: 0.5 } }],
    ["an unknown type", { type: "thought" }],
    ["an empty author", { author: "" }],
    ["an unknown key in an action", { actions: [{ tool_name: "t", callid: "x" }] }],
  ])("refuses %s, and stores nothing", async (_what, event) => {
    await expect(add(event)).rejects.toThrow();
    expect((await call("get_history", { session_id: sessionId })).total).toBe(0);
  });

  it("takes everything at its limit", async () => {
    const { event } = await add({
      content: "x".repeat(1_048_576),
      reasoning: "x".repeat(1_048_576),
      raw: "x".repeat(262_142),
      metadata: { a: JSON.parse("[".repeat(63) + "]".repeat(63)) },
      actions: Array(100).fill({ tool_name: "t" }),
    });
    expect(JSON.stringify(event).length).toBeLessThanOrEqual(20_000);
    expect(event.truncated_fields).toContain("content");
  });
});

describe("get_history", () => {
  beforeEach(async () => {
    for (let i = 0; i < 12; i++)
      await add({ content: `${i} ${"x".repeat(5_000)}`, author: i % 2 ? "user" : "bot" });
  });

  it("shows a whole page with its texts cut rather than a part of it", async () => {
    const page = await call("get_history", { session_id: sessionId });
    expect(page.events).toHaveLength(12);
    expect(page).not.toHaveProperty("next_cursor");
    expect(page.total).toBe(12);
    expect(page.events[0]).toMatchObject({ truncated: true, truncated_fields: ["content"] });
  });

  it("says the total of an unfiltered history only", async () => {
    expect(await call("get_history", { session_id: sessionId, authors: ["bot"] })).not.toHaveProperty(
      "total",
    );
  });

  it("leaves out raw and metadata when asked to be concise", async () => {
    await add({ content: "y".repeat(400), raw: { a: 1 }, metadata: { b: 2 } });
    const { events } = await call("get_history", { session_id: sessionId, after_seq: 12, detail: "concise" });
    expect(events).toMatchObject([{ content: "y".repeat(300), truncated: true }]);
    expect(events[0]).not.toHaveProperty("raw");
    expect(events[0]).not.toHaveProperty("metadata");
  });

  it("refuses a cursor of another query, and one that is none", async () => {
    const { next_cursor } = await call("get_history", { session_id: sessionId, limit: 2 });
    const next = await call("get_history", { session_id: sessionId, limit: 5, cursor: next_cursor });
    expect(next.events[0].seq).toBe(3);
    for (const other of [{ order: "desc" }, { authors: ["bot"] }]) {
      const wrong = call("get_history", { session_id: sessionId, cursor: next_cursor, ...other });
      await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
    }
    for (const cursor of ["x", "", "W10", Buffer.from('["a",1]').toString("base64url")]) {
      const wrong = call("get_history", { session_id: sessionId, cursor });
      await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
    }
  });
});

describe("get_event", () => {
  it("reads every field that was cut, to its end", async () => {
    const output = { lines: Array.from({ length: 2_000 }, (_, i) => `line ${i} 中文 😀`) };
    const content = "😀".repeat(9_000);
    const { event } = await add({ content, actions: [{ tool_name: "Read", input: { path: "a" }, output }] });
    expect(event.truncated_fields.toSorted()).toEqual(["actions.0.output", "content"]);
    const read = async (field: string) => {
      let text = "";
      let offset: number | undefined = 0;
      while (offset !== undefined) {
        const part: Result = await call("get_event", {
          session_id: sessionId,
          seq: 1,
          field,
          offset,
          max_chars: 5_000,
        });
        expect(JSON.stringify(part).length).toBeLessThanOrEqual(5_000);
        text += part.text;
        offset = part.next_offset;
        expect(part.total_chars).toBeGreaterThanOrEqual(text.length);
      }
      return text;
    };
    expect(await read("content")).toBe(content);
    expect(JSON.parse(await read("actions.0.output"))).toEqual(output);
  });

  it("names the fields there are when asked for another", async () => {
    await add({ content: "x", actions: [{ tool_name: "t" }] });
    for (const field of ["text", "actions.1.output", "actions.0.call_id", "actions.x.input", "seq"]) {
      const wrong = call("get_event", { session_id: sessionId, seq: 1, field });
      await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
    }
    expect(await call("get_event", { session_id: sessionId, seq: 1, field: "raw" })).toMatchObject({
      text: "",
      total_chars: 0,
    });
  });
});

describe("todos", () => {
  it("pages a plan too long for one result", async () => {
    const todos = Array.from({ length: 1_000 }, (_, i) => ({ content: `todo ${i} ${"x".repeat(200)}` }));
    const updated = await call("update_todos", { session_id: sessionId, todos });
    expect(updated.counts).toMatchObject({ total: 1_000, pending: 1_000 });
    const seen: string[] = updated.todos.map((todo: Result) => todo.content);
    let cursor = updated.next_cursor;
    while (cursor !== undefined) {
      const page = await call("get_todos", { session_id: sessionId, cursor, max_chars: 60_000 });
      seen.push(...page.todos.map((todo: Result) => todo.content));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(todos.map(({ content }) => content));
  });

  it("shows within a session what fits, and says so", async () => {
    const todos = Array.from({ length: 300 }, (_, i) => ({ content: `todo ${i} ${"x".repeat(200)}` }));
    await call("update_todos", { session_id: sessionId, todos });
    const result = await call("get_session", { session_id: sessionId });
    expect(result).toMatchObject({ truncated: true, counts: { total: 300 } });
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(20_000);
  });

  it.each([
    ["1,001 todos", Array(1_001).fill({ content: "x" })],
    ["a todo of more than 4 KiB", [{ content: "x".repeat(4_097) }]],
    ["an empty todo", [{ content: "" }]],
    ["an unknown status", [{ content: "x", status: "done" }]],
  ])("refuses %s", async (_what, todos) => {
    await expect(call("update_todos", { session_id: sessionId, todos })).rejects.toThrow();
  });
});

describe("runs", () => {
  it("takes the host for a run without a pid, and remembers it", async () => {
    const { run } = await call("start_run", { session_id: sessionId });
    expect(run).toMatchObject({ pid: 42, directory: "/home/ada/engine", session_id: sessionId });
    await call("start_run", { pid: 4711 });
    expect(hostRuns).toEqual([run.id]);
  });

  it.each([0, -1, 1.5, 2 ** 31])("refuses the pid %s", async (pid) => {
    await expect(call("start_run", { pid })).rejects.toThrow();
  });
});
