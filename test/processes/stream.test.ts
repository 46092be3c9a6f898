// Every request has its answer, in order, however early it comes and however soon its sender leaves.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { initializeParams, type Program, startProgram, toAnswer } from "./program.ts";

const hello = { id: 0, method: "initialize", params: initializeParams() };
const initialized = { method: "notifications/initialized" };
const call = (id: number | string, name: string, args: object = {}) => ({
  id,
  method: "tools/call",
  params: { name, arguments: args },
});
test("what was sent before and while it loads is answered in order", async () => {
  const { db, session_id } = await createSession();
  const server = startProgram({ db });
  server.send(hello, initialized, { id: 1, method: "tools/list" });
  const ids = Array.from({ length: 40 }, (_, i) => i + 2);
  for (const id of ids) {
    server.send(call(id, "add_event", { session_id, author: "user", content: `${id}` }));
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await server.reply(ids.at(-1) ?? 0);
  expect(server.replies.map(({ id }) => id)).toEqual([0, 1, ...ids]);
  expect(await contents(server, session_id)).toEqual(ids.map(String));
});

test("whoever pipes requests in and closes at once gets every answer, and exit code 0", async () => {
  const { db, session_id } = await createSession();
  const expected: string[] = [];
  for (const pause of [0, 0, 20, 60, 120]) {
    const server = startProgram({ db });
    server.send(hello);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const ids = Array.from({ length: 50 }, (_, i) => i + 1);
    const adding = ids.map((id) =>
      call(id, "add_event", { session_id, author: "user", content: `${pause} ${id}` }),
    );
    server.send(initialized, ...adding);
    // The last one lacks its end of line.
    server.write(JSON.stringify({ jsonrpc: "2.0", ...call("last", "get_session", { session_id }) }));
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(server.replies.map(({ id }) => id).filter((id) => id !== "last")).toEqual([0, ...ids]);
    expect(server.replies).toHaveLength(52);
    expected.push(...ids.map((id) => `${pause} ${id}`));
  }
  const server = startProgram({ db });
  await server.initialize();
  expect(await contents(server, session_id)).toEqual(expected);
});

test("a line may come in pieces that split its characters", async () => {
  const server = startProgram({ db: join(makeFolder(), "test.db") });
  await server.initialize();
  const title = "修复 👩‍👩‍👧‍👦";
  const bytes = Buffer.from(
    `${JSON.stringify({ jsonrpc: "2.0", ...call(1, "create_session", { title }) })}\r\n`,
  );
  for (let i = 0; i < bytes.length; i += 7) {
    server.write(bytes.subarray(i, i + 7));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(toAnswer(await server.reply(1)).result.session.title).toBe(title);
});

test("a cancelled request does not hold up the end", async () => {
  const server = startProgram({ db: join(makeFolder(), "test.db") });
  await server.initialize();
  server.send(call(1, "list_sessions"), { method: "notifications/cancelled", params: { requestId: 1 } });
  const started = performance.now();
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("a start that only looks leaves no file behind", async () => {
  for (const pause of [0, 300]) {
    const folder = makeFolder();
    const db = join(folder, "data", "test.db");
    const server = startProgram({ db });
    await server.initialize();
    expect((await server.request("tools/list")).result.tools).toHaveLength(13);
    // Long enough for the server proper to load, and for its look at the runs.
    await new Promise((resolve) => setTimeout(resolve, pause));
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(existsSync(join(folder, "data"))).toBe(false);
  }
});

/** A file with a session in it, and no process that has it open. */
async function createSession(): Promise<{ db: string; session_id: string }> {
  const db = join(makeFolder(), "test.db");
  const server = startProgram({ db });
  await server.initialize();
  const { result } = await server.call("create_session");
  await server.end();
  return { db, session_id: result.session.id };
}

async function contents(server: Program, session_id: string): Promise<string[]> {
  const { result } = await server.call("get_history", { session_id, limit: 500, max_chars: 1_000_000 });
  return result.events.map(({ content }: { content: string }) => content);
}
