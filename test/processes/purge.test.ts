// A large session deleted by a server that does not live to remove all its rows: nobody sees them, and the next start
// finishes the work.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { newSession } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { dice } from "../torture/plan.ts";
import { type Program, startProgram } from "./program.ts";

const events = 50_000;
const by = { origin: "tool" as const, client: "test" };

interface Rows {
  events: number;
  actions: number;
  purged: boolean;
}

/** A session of 50,000 events, each with an action, and another with one event. */
async function fill(file: string): Promise<{ sessionId: string; otherId: string }> {
  const store = await openTestStore({ file });
  const { record } = await store.createSession(newSession({ title: "large" }));
  const { record: other } = await store.createSession(newSession());
  await store.close();
  const db = new Database(file);
  db.transaction(() => {
    db.prepare(
      `INSERT INTO events (session_id, seq, type, author, origin, created_at, action_count, content)
        WITH RECURSIVE seqs (seq) AS (VALUES (1) UNION ALL SELECT seq + 1 FROM seqs WHERE seq < ?)
        SELECT ?, seq, 'message', 'user', 'tool', 0, 1, printf('%.1000c', 'x') FROM seqs`,
    ).run(events, record.id);
    db.prepare(
      `INSERT INTO actions (session_id, seq, position, call_id, tool_name, status)
        SELECT session_id, seq, 0, 'call_' || seq, 'Read', 'completed' FROM events`,
    ).run();
    const counted = db.prepare("UPDATE sessions SET last_seq = ?, event_count = ? WHERE id = ?");
    counted.run(events, events, record.id);
  })();
  db.close();
  return { sessionId: record.id, otherId: other.id };
}

function readRows(file: string, sessionId: string): Rows {
  const db = new Database(file);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(db.pragma("foreign_key_check")).toEqual([]);
  const count = (table: string) =>
    db.prepare(`SELECT count(*) FROM ${table} WHERE session_id = ?`).pluck().get(sessionId) as number;
  const rows = { events: count("events"), actions: count("actions") };
  const purgedAt = db.prepare("SELECT purged_at FROM sessions WHERE id = ?").pluck().get(sessionId);
  db.close();
  return { ...rows, purged: purgedAt !== null };
}

async function start(db: string): Promise<Program> {
  const server = startProgram({ db });
  await server.initialize();
  return server;
}

async function expectUnseen(server: Program, sessionId: string): Promise<void> {
  for (const tool of ["get_session", "get_history", "get_todos", "delete_session"]) {
    expect((await server.call(tool, { session_id: sessionId })).error.code, tool).toBe("not_found");
  }
  const event = await server.call("get_event", { session_id: sessionId, seq: events });
  expect(event.error.code).toBe("not_found");
}

async function expectFinished(db: string, sessionId: string): Promise<void> {
  const server = await start(db);
  await expectUnseen(server, sessionId);
  await server.until(() => server.stderr.find((line) => line.includes("purged deleted sessions")));
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(readRows(db, sessionId)).toEqual({ events: 0, actions: 0, purged: true });
}

test("killed in the middle of it, again and again", async () => {
  const db = join(makeFolder(), "test.db");
  const { sessionId, otherId } = await fill(db);
  const first = await start(db);
  const { result } = await first.call("delete_session", { session_id: sessionId });
  expect(result.deleted).toMatchObject({ sessions: 1, events, actions: events });
  await expectUnseen(first, sessionId);
  const added = await first.call("add_event", { session_id: otherId, author: "user" });
  expect(added.result.event.seq).toBe(1);
  first.child.kill("SIGKILL");
  await first.ended;
  let left = readRows(db, sessionId);
  expect(left.events).toBeGreaterThan(0);

  const random = dice("purges");
  for (let round = 0; round < 3; round++) {
    const server = await start(db);
    await expectUnseen(server, sessionId);
    // The sweep begins 200 ms after the handshake, and needs some seconds for all.
    await new Promise((resolve) => setTimeout(resolve, 250 + random() * 100));
    server.child.kill("SIGKILL");
    await server.ended;
    const now = readRows(db, sessionId);
    expect(now.actions).toBeLessThanOrEqual(left.actions);
    expect(now.events).toBeLessThanOrEqual(left.events);
    left = now;
  }
  await expectFinished(db, sessionId);
  expect(readRows(db, otherId)).toMatchObject({ events: 1 });
});

test("ended in order: it does not wait for the purge", async () => {
  const db = join(makeFolder(), "test.db");
  const { sessionId } = await fill(db);
  const first = await start(db);
  await first.call("delete_session", { session_id: sessionId });
  expect(await first.end()).toEqual({ code: 0, signal: null });
  expect(readRows(db, sessionId).events).toBeGreaterThan(0);
  await expectFinished(db, sessionId);
});

test("purged by two at once, while a third writes", async () => {
  const db = join(makeFolder(), "test.db");
  const { sessionId, otherId } = await fill(db);
  const store = await openTestStore({ file: db });
  await store.deleteSession(sessionId, false, by);
  const second = await openTestStore({ file: db });
  const writer = await start(db);
  const purged = Promise.all([store.purgeDeletedSessions(), second.purgeDeletedSessions()]);
  let appended = 0;
  let finished = false;
  void purged.finally(() => {
    finished = true;
  });
  while (!finished) {
    const { isError } = await writer.call("add_event", { session_id: otherId, author: "user" });
    expect(isError).toBe(false);
    appended += 1;
  }
  const [a, b] = await purged;
  // Or the writer's own sweep came to the end of it.
  expect(a + b).toBeLessThanOrEqual(1);
  expect(readRows(db, sessionId)).toEqual({ events: 0, actions: 0, purged: true });
  expect(readRows(db, otherId)).toMatchObject({ events: appended, actions: 0 });
});
