// stdout belongs to the protocol, stderr to the log, and the log never holds what a session says.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { initializeParams, startProgram } from "./program.ts";

const secret = "xyzzy-plugh";

test("stdout carries JSON-RPC lines alone; stderr pino's lines, without any text of ours", async () => {
  const server = startProgram({ db: join(makeFolder(), "test.db"), args: ["--log-level", "debug"] });
  await server.initialize();
  const { result } = await server.call("create_session", { title: secret, context: secret });
  const session_id: string = result.session.id;
  const event = { session_id, author: secret, content: secret, raw: { [secret]: secret } };
  await server.call("add_event", { ...event, idempotency_key: secret });
  await server.call("add_event", { ...event, idempotency_key: secret, reasoning: secret });
  await server.call("add_event", { ...event, [secret]: secret });
  await server.call("add_event", { session_id, author: [secret], type: secret });
  await server.call("update_todos", {
    session_id,
    todos: [{ content: secret }, { content: secret, id: secret }],
  });
  await server.call("start_run", { session_id, pid: process.pid, prompt: secret, args: [secret] });
  await server.call("get_history", { session_id, cursor: secret });
  await server.call("get_event", { session_id, seq: 1, field: secret });
  server.write(`${secret}\n{"jsonrpc":"1.0","params":"${secret}"}\n["${secret}"]\n`);
  // A reply to nothing, and messages that fit no schema: the SDK reports these, with the message in its report.
  server.send({ id: 99, result: { content: secret } });
  server.send({ id: 98, error: { code: 1, message: secret } });
  server.send({ method: "notifications/progress", params: { progressToken: secret, message: secret } });
  server.send({ id: 97, method: "tools/call", params: { name: [secret], arguments: secret } });
  server.send({ id: 96, method: "initialize", params: { ...initializeParams(), capabilities: secret } });
  await server.request("ping");
  expect(await server.end()).toEqual({ code: 0, signal: null });

  expect(server.stdout.length).toBeGreaterThan(12);
  for (const line of server.stdout) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  expect(server.stderr.length).toBeGreaterThan(8);
  for (const line of server.stderr) {
    expect(JSON.parse(line)).toMatchObject({ name: "backstory", pid: server.pid, msg: expect.any(String) });
    expect(line).not.toContain(secret);
  }
});

test("a failure inside says what failed, without the text that was to be stored", async () => {
  const db = join(makeFolder(), "test.db");
  const server = startProgram({ db });
  await server.initialize();
  const { result } = await server.call("create_session");
  const file = new Database(db);
  file.exec("ALTER TABLE todos RENAME TO elsewhere");
  file.exec("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT raise(abort, 'not today'); END");
  file.close();
  const session_id: string = result.session.id;
  const calls = [
    await server.call("update_todos", { session_id, todos: [{ content: secret }] }),
    await server.call("add_event", { session_id, author: "user", content: secret, raw: secret }),
  ];
  for (const { error } of calls) {
    expect(error).toMatchObject({ code: "internal", retryable: false });
    expect(JSON.stringify(error)).not.toContain(secret);
  }
  expect((await server.call("get_history", { session_id })).result).toEqual({ events: [], total: 0 });
  await server.end();
  expect(server.stderr.filter((line) => line.includes("internal"))).toHaveLength(2);
  expect(server.stderr.join()).not.toContain(secret);
});
