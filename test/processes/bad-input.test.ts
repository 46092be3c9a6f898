// Whatever comes in is answered with what is wrong with it; the next call works, and nothing is lost.
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { initializeParams, type Program, startProgram, toAnswer } from "./program.ts";

/** A server with a session that has one event. After the test both must still be there, and a call work. */
async function start(): Promise<{ server: Program; session_id: string }> {
  const server = startProgram({ db: join(makeFolder(), "test.db") });
  await server.initialize();
  const { result } = await server.call("create_session", { title: "kept" });
  const session_id: string = result.session.id;
  await server.call("add_event", { session_id, author: "user", content: "kept" });
  onTestFinished(async () => {
    const { result: history } = await server.call("get_history", { session_id });
    expect(history.events).toMatchObject([{ seq: 1, content: "kept" }]);
    expect((await server.call("list_sessions")).result.sessions).toHaveLength(1);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  });
  return { server, session_id };
}

describe("arguments", () => {
  const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
  const unknown = { session_id: "sess_unknown" };
  const event = { author: "user", content: "x" };

  type Case = [name: string, tool: string, args: object, code: string, says: RegExp];

  const cases: Case[] = [
    ["an unknown tool", "add_evnt", {}, "not_found", /add_event/],
    ["a tool named like a property", "constructor", {}, "not_found", /add_event/],
    ["an unknown key", "create_session", { titel: "x" }, "invalid_input", /titel.*title/],
    [
      "an unknown key inside",
      "add_event",
      { ...event, actions: [{ tool: "x" }] },
      "invalid_input",
      /tool_name/,
    ],
    ["a wrong type", "create_session", { title: 7 }, "invalid_input", /title.*string/],
    ["no arguments", "add_event", {}, "invalid_input", /author/],
    ["a null", "create_session", { title: null }, "invalid_input", /title/],
    ["a wrong value", "add_event", { ...event, type: "massage" }, "invalid_input", /message/],
    ["a fraction for an integer", "get_event", { seq: 1.5 }, "invalid_input", /seq/],
    [
      "a time without zone",
      "add_event",
      { ...event, created_at: "2026-01-01T10:00" },
      "invalid_input",
      /ISO 8601/,
    ],
    ["pid 0", "start_run", { pid: 0 }, "invalid_input", /pid/],
    ["pid -1", "start_run", { pid: -1 }, "invalid_input", /pid/],
    ["a list for an object", "create_session", { metadata: [] }, "invalid_input", /metadata.*object/],
    ["an unknown session", "get_session", unknown, "not_found", /list_sessions/],
    ["an unknown session of an event", "add_event", { ...unknown, ...event }, "not_found", /list_sessions/],
    ["an unknown session of todos", "get_todos", unknown, "not_found", /list_sessions/],
    [
      "an unknown parent",
      "create_session",
      { parent_session_id: "sess_unknown" },
      "not_found",
      /list_sessions/,
    ],
    ["an unknown event", "get_event", { seq: 2 }, "not_found", /get_history/],
    ["an unknown run", "finish_run", { run_id: "run_unknown", status: "failed" }, "not_found", /list_runs/],
    [
      "an event of an unknown run",
      "add_event",
      { ...event, run_id: "run_unknown" },
      "not_found",
      /list_runs/,
    ],
    ["an unknown field", "get_event", { seq: 1, field: "contents" }, "invalid_input", /content/],
    ["a made-up cursor", "get_history", { cursor: "abc" }, "invalid_input", /next_cursor/],
    ["a cursor that is no base64", "get_history", { cursor: "¡" }, "invalid_input", /next_cursor/],
    ["a cursor of JSON null", "list_sessions", { cursor: "bnVsbA" }, "invalid_input", /next_cursor/],
    ["8 MB of text", "add_event", { ...event, content: "x".repeat(8e6) }, "too_large", /1,048,576/],
    [
      "8 MB of output",
      "add_event",
      { ...event, actions: [{ tool_name: "t", output: "x".repeat(8e6) }] },
      "too_large",
      /1,048,576/,
    ],
    ["a large title", "create_session", { title: "漢".repeat(200) }, "too_large", /512/],
    ["JSON 65 levels deep", "add_event", { ...event, metadata: nested(65) }, "too_large", /64/],
    ["JSON 2,000 levels deep", "add_event", { ...event, metadata: nested(2_000) }, "too_large", /64/],
    [
      "JSON 2,000 levels deep in an unknown key",
      "create_session",
      { deep: nested(2_000) },
      "invalid_input",
      /deep/,
    ],
  ];

  // By their codes, with one server for each: a start for every line would take longer than all the rest.
  test.each([...new Set(cases.map(([, , , code]) => code))])("%s", async (wanted) => {
    const { server, session_id } = await start();
    for (const [name, tool, args, code, says] of cases.filter(([, , , code]) => code === wanted)) {
      const ofSession = /^(get_(event|history)|add_event)$/.test(tool) && Object.keys(args).length > 0;
      const { isError, error } = await server.call(tool, { ...(ofSession && { session_id }), ...args });
      expect(isError, name).toBe(true);
      expect(error, name).toMatchObject({ code, retryable: false });
      expect(`${error.message} ${error.hint}`, name).toMatch(says);
      expect(error.message.length + error.hint.length, name).toBeLessThan(1_000);
    }
  });

  test("a cursor of another list, another session or another order", async () => {
    const { server, session_id } = await start();
    for (let i = 0; i < 3; i++) await server.call("start_run", { session_id, pid: process.pid });
    const { result } = await server.call("list_runs", { limit: 1 });
    const cursor: string = result.next_cursor;
    expect((await server.call("list_runs", { cursor })).result.runs).toHaveLength(2);
    for (const [tool, args] of [
      ["list_sessions", {}],
      ["get_history", { session_id }],
      ["list_runs", { session_id }],
      ["list_runs", { status: "running" }],
    ] as const) {
      expect((await server.call(tool, { ...args, cursor })).error.code).toBe("invalid_input");
    }
  });

  test("JSON of 64 levels is kept", async () => {
    const server = startProgram({ db: join(makeFolder(), "test.db") });
    await server.initialize();
    const { result } = await server.call("create_session", { metadata: nested(64) });
    expect(result.session.metadata).toEqual(nested(64));
    const { result: found } = await server.call("get_session", { session_id: result.session.id });
    expect(found.session.metadata).toEqual(nested(64));
  });

  test("JSON of 100,000 levels is refused", async () => {
    const { server } = await start();
    const deep = `{"metadata":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
    server.write(
      `{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":{"name":"create_session","arguments":${deep}}}\n`,
    );
    expect(toAnswer(await server.reply("deep")).error.code).toBe("too_large");
  });
});

describe("lines", () => {
  const head =
    '{"jsonrpc":"2.0","id":"huge","method":"tools/call","params":{"name":"create_session","arguments":';

  test.each([
    ["2,000,000 levels of JSON", `{"metadata":{"a":${"[".repeat(2e6)}${"]".repeat(2e6)}}}`, "too_large"],
    ["2,000,000 levels that are never closed", `{"metadata":{"a":${"[".repeat(2e6)}}}`, -32700],
    ["1,000,000 keys", `{"metadata":{${manyKeys(1e6)}}}`, "too_large"],
    ["1,000,000 unknown keys", `{${manyKeys(1e6)}}`, "invalid_input"],
    ["a number of a million digits", `{"title":${"9".repeat(1e6)}}`, "invalid_input"],
    ["an escape that is none", '{"title":"\\x41"}', -32700],
  ])("%s", async (_name, args, code) => {
    const { server } = await start();
    const before = server.stdout.length;
    server.write(`${head}${args}}}\n`);
    const reply = await server.until(() => server.replies[before]);
    const found = reply.error?.code ?? toAnswer(reply).error.code;
    expect(found).toBe(code);
    expect(JSON.stringify(reply).length).toBeLessThan(4_000);
  });

  test("50 MB in one line, and 50 MB without an end before the host closes", async () => {
    const { server } = await start();
    server.write(`${head}{"title":"${"x".repeat(50e6)}"}}}\n`);
    expect((await server.reply("huge")).error).toMatchObject({ code: -32600 });
    const other = startProgram({ db: join(makeFolder(), "test.db") });
    await other.initialize();
    other.write(`${head}"${"x".repeat(50e6)}`);
    expect(await other.end()).toEqual({ code: 0, signal: null });
  });

  test.each([
    ["an id of 1,000 characters", "x".repeat(1_000)],
    ["a negative id", -7],
    ["the largest integer", Number.MAX_SAFE_INTEGER],
    ["an empty id", ""],
    ["an id with what is odd in JSON", '"\\\u2028\u0000'],
  ])("%s comes back as it was", async (_name, id) => {
    const { server } = await start();
    server.send({ id, method: "ping" });
    expect((await server.reply(id)).result).toEqual({});
  });

  const arguments_ = (bytes: number) => `{"title":"${"x".repeat(bytes)}"}`;
  const longCalls = {
    "with its id behind": (id: string) =>
      `{"method":"tools/call","params":{"name":"create_session","arguments":${arguments_(20e6)}},"jsonrpc":"2.0","id":${id}}\n`,
    "with its id in front": (id: string) =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"create_session","arguments":${arguments_(20e6)}}}\n`,
  };

  test.each(Object.entries(longCalls))("20 MB in one line, %s", async (_name, line) => {
    const { server } = await start();
    for (const id of [7, "seven"]) {
      server.write(line(JSON.stringify(id)));
      const { error } = await server.reply(id);
      expect(error).toMatchObject({ code: -32600, message: expect.stringContaining("16,777,216") });
      expect(error.data.error).toMatchObject({ code: "too_large", retryable: false });
    }
  });

  const noMessages: [name: string, line: string | Buffer, code: number][] = [
    ["no JSON", "hello\n", -32700],
    ["half of a message", '{"jsonrpc":"2.0","id":\n', -32700],
    ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0x00, 0x0a]), -32700],
    ["a number", "7\n", -32600],
    ["null", "null\n", -32600],
    ["an object of something else", "{}\n", -32600],
    ["another version", '{"jsonrpc":"1.0","method":"ping"}\n', -32600],
    ["params that are no object", '{"jsonrpc":"2.0","method":"ping","params":7}\n', -32600],
    ["an empty batch", "[]\n", -32600],
  ];

  test("lines that are no messages", async () => {
    const { server } = await start();
    for (const [name, line, code] of noMessages) {
      const before = server.stdout.length;
      server.write(line);
      const reply = await server.until(() => server.replies[before]);
      expect(reply, name).toMatchObject({ id: null, error: { code, message: expect.stringMatching(/./) } });
    }
  });

  test("a batch: each of its requests is told to come alone", async () => {
    const { server } = await start();
    const request = (id: unknown) => ({ jsonrpc: "2.0", id, method: "ping" });
    server.write(`${JSON.stringify([request(1), request("two"), { jsonrpc: "2.0", method: "x" }])}\n`);
    for (const id of [1, "two"]) expect((await server.reply(id)).error.message).toContain("batch");
  });

  test("empty lines are no messages", async () => {
    const { server } = await start();
    const before = server.stdout.length;
    server.write("\n\r\n  \n");
    await server.request("ping");
    expect(server.stdout.length).toBe(before + 1);
  });

  test("requests that MCP has no form for", async () => {
    const { server } = await start();
    const oddities = [
      { id: 1.5 },
      { id: "a", params: { _meta: null } },
      { id: "b", params: { _meta: "x" } },
      { id: "c", params: { _meta: { progressToken: null } } },
      { id: "d", params: [] },
      { id: 2 ** 53 },
      { id: -1e20 },
      { id: "f", params: { _meta: { progressToken: 1e20 } } },
      { id: "g", params: { _meta: { "io.modelcontextprotocol/related-task": { taskId: 5 } } } },
      { id: "h", result: {} },
      { id: "i", error: { code: 1, message: "x" } },
    ];
    for (const oddity of oddities) {
      server.write(`${JSON.stringify({ jsonrpc: "2.0", method: "ping", ...oddity })}\n`);
      expect((await server.reply(oddity.id)).error.code).toBe(-32600);
    }
    server.write('{"jsonrpc":"2.0","id":"e","method":"ping","extra":1}\n');
    expect((await server.reply("e")).result).toEqual({});
  });

  test("calls without a name, or with arguments that are no object", async () => {
    const { server } = await start();
    for (const args of ["x", [1], 5]) {
      const reply = await server.request("tools/call", { name: "list_sessions", arguments: args });
      expect(toAnswer(reply).error).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining("object"),
      });
    }
    for (const params of [{}, { name: 5 }, undefined]) {
      expect(toAnswer(await server.request("tools/call", params)).error.message).toContain("name");
    }
    const none = await server.request("tools/call", { name: "list_sessions", arguments: null });
    expect(toAnswer(none).result.sessions).toHaveLength(1);
  });

  test("what comes before all else, while the server loads, is refused alike", async () => {
    const server = startProgram({ db: join(makeFolder(), "test.db") });
    server.send({ id: 1, method: "initialize", params: {} }, { id: 2, method: "tools/call", params: {} });
    expect((await server.reply(1)).error).toMatchObject({ code: -32602 });
    expect(toAnswer(await server.reply(2)).error.message).toContain("name");
    await server.initialize();
    expect((await server.call("list_sessions")).isError).toBe(false);
  });

  test("a client with a name of 100,000 characters", async () => {
    const server = startProgram({ db: join(makeFolder(), "test.db") });
    const params = { ...initializeParams(), clientInfo: { name: "é".repeat(100_000), version: "1" } };
    await server.request("initialize", params);
    server.send({ method: "notifications/initialized" });
    const { session } = (await server.call("create_session")).result;
    expect(session.app_name).toBe("é".repeat(256));
    expect((await server.call("list_sessions", { app_name: session.app_name })).result.sessions).toHaveLength(
      1,
    );
  });

  test("methods that there are not", async () => {
    const { server } = await start();
    for (const method of ["resources/subscribe", "nonsense", ""]) {
      expect((await server.request(method)).error.code).toBe(-32601);
    }
  });
});

describe("pages", () => {
  const long = "x".repeat(1_000_000);
  type Case = [name: string, method: string, params: object, code: number, says: RegExp];

  const cases: Case[] = [
    [
      "a prompt's session_id of a million characters",
      "prompts/get",
      { name: "resume", arguments: { session_id: long } },
      -32602,
      /session_id.*512.*list_sessions/,
    ],
    [
      "a prompt's directory of a million characters",
      "prompts/get",
      { name: "resume", arguments: { directory: `/${long}` } },
      -32602,
      /directory.*4,096/,
    ],
    [
      "a prompt's directory of 4,000 characters, unknown",
      "prompts/get",
      { name: "resume", arguments: { directory: `/${"x".repeat(4_000)}` } },
      -32602,
      /create_session/,
    ],
    [
      "a prompt's argument that is no text",
      "prompts/get",
      { name: "resume", arguments: { session_id: 7 } },
      -32602,
      /arguments\.session_id.*string/,
    ],
    [
      "a prompt's argument of a long name that is no text",
      "prompts/get",
      { name: "resume", arguments: { [long]: 7 } },
      -32602,
      /prompts\/get/,
    ],
    ["a prompt without a name", "prompts/get", {}, -32602, /name.*string/],
    ["a resource of a long name", "resources/read", { uri: long }, -32002, /\{session_id\}/],
    ["a resource whose name is no text", "resources/read", { uri: 7 }, -32602, /uri.*string/],
    ["a cursor that is no text", "resources/list", { cursor: 7 }, -32602, /cursor.*string/],
    ["a completion of nothing", "completion/complete", {}, -32602, /ref/],
    ["a cursor of tools that is no text", "tools/list", { cursor: 7 }, -32602, /cursor.*string/],
    ["a cursor of prompts that is no text", "prompts/list", { cursor: 7 }, -32602, /cursor.*string/],
    [
      "a cursor of templates that is no text",
      "resources/templates/list",
      { cursor: 7 },
      -32602,
      /cursor.*string/,
    ],
    [
      "a handshake without a version",
      "initialize",
      { capabilities: {}, clientInfo: { name: "x", version: "1" } },
      -32602,
      /protocolVersion.*string/,
    ],
    ["a call as a task of no form", "tools/call", { name: "list_sessions", task: 5 }, -32602, /task.*object/],
    ["a handshake of nothing", "initialize", {}, -32602, /protocolVersion.*string/],
  ];

  test.each(cases)("%s", async (_name, method, params, code, says) => {
    const { server } = await start();
    const { error } = await server.request(method, params);
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(JSON.stringify(error).length).toBeLessThan(3_000);
  });
});

/** As the inside of an object. */
function manyKeys(count: number): string {
  return Array.from({ length: count }, (_, i) => `"k${i}":1`).join();
}
