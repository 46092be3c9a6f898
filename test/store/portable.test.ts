// An export taken in by an empty store is equal, field by field; taken in again, it changes nothing.
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import type { PortableKind, PortableRecord, PortableScope } from "../../src/db/portable.ts";
import type { JsonObject, JsonValue } from "../../src/db/records.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";

const by = { origin: "tool", client: "test" } as const;
let file: string;
let store: Store;
let sessionId: string;
let forkId: string;
let now = Date.UTC(2026, 10, 21);

/** Every field, but the numbers that a store gives by itself. */
function rowsOf(path: string): unknown {
  const db = new Database(path, { readonly: true });
  const all = (table: string, order: string) => db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all();
  const withoutId = (rows: unknown[]) => rows.map((row) => ({ ...(row as object), id: 0 }));
  const found = {
    projects: all("projects", "id"),
    sessions: all("sessions", "id"),
    events: withoutId(all("events", "session_id, seq")),
    actions: withoutId(all("actions", "session_id, seq, position")),
    todos: all("todos", "session_id, position"),
    lineage: all("lineage", "session_id, from_seq"),
    checkpoints: all("checkpoints", "id"),
    runs: all("runs", "id"),
    jobs: all("jobs", "id"),
    automations: all("automations", "id"),
  };
  db.close();
  return found;
}

async function recordsOf(scope: PortableScope = {}): Promise<PortableRecord[]> {
  const records: PortableRecord[] = [];
  // As they come out of a file.
  for await (const batch of store.portable.read(scope)) records.push(...JSON.parse(JSON.stringify(batch)));
  return records;
}

async function* inBatches(records: PortableRecord[], size: number): AsyncGenerator<PortableRecord[]> {
  for (let i = 0; i < records.length; i += size) yield records.slice(i, i + size);
}

beforeEach(async () => {
  file = join(makeFolder(), "test.db");
  store = await openTestStore({ file, now: () => now++ });
  const said = { title: "a \u0000 title", metadata: { a: [1, "\u2028"] }, idempotencyKey: "k" };
  sessionId = (await store.createSession(newSession({ ...said, provider: "p", providerSessionId: "1" })))
    .record.id;
  const action = { toolName: "sh", title: null, status: "running", output: undefined, error: null } as const;
  for (let i = 0; i < 45; i += 1) {
    const actions = i % 9 === 0 ? [{ ...action, callId: `c${i}`, input: { i } }] : [];
    const more = {
      raw: [i, null, "\ud800"],
      tokens: { input: i, output: 1, reasoning: null, cacheRead: null, cacheWrite: null },
    };
    await store.appendEvent(
      newEvent(sessionId, {
        content: `event ${i} 你好`,
        actions,
        ...more,
        costUsd: 0.1,
        idempotencyKey: `e${i}`,
        createdAt: 5 + i,
      }),
    );
  }
  await store.updateTodos(sessionId, [{ id: null, content: "do", status: "pending", priority: "low" }]);
  const checkpoint = { label: "here", state: { a: 1 }, gitHead: null, idempotencyKey: null };
  await store.checkpoints.save({ ...by, sessionId, ...checkpoint });
  const run = { workspace, pid: 1, command: "x", args: ["a"], prompt: null, idempotencyKey: "r" };
  await store.startRun({ ...by, ...run, sessionId });
  forkId = (await store.forkSession({ ...by, sessionId, atSeq: 20, title: "fork", idempotencyKey: null }))
    .record.id;
  await store.appendEvent(newEvent(forkId, { content: "its own" }));
  await store.forgetting.forget({ sessionId, seqs: [3] }, by);
  const gone = (await store.createSession(newSession())).record.id;
  await store.forgetting.forget({ sessionId: gone }, by);
});

const openOther = async () => {
  const other = join(makeFolder(), "other.db");
  return { other, into: await openTestStore({ file: other }) };
};

it("is equal in an empty store, and changes nothing when it comes again", async () => {
  const { other, into } = await openOther();
  const records = await recordsOf();
  const { counts } = await into.portable.take(inBatches(records, 7));
  expect(counts).toEqual({ project: 1, session: 3, event: 46, checkpoint: 1, run: 1, job: 0, automation: 0 });
  expect(rowsOf(other)).toEqual(rowsOf(file));
  const again = await into.portable.take(inBatches(records, 50));
  expect(Object.values(again.counts).every((count) => count === 0)).toBe(true);
  expect(rowsOf(other)).toEqual(rowsOf(file));
  expect((await into.getEvent(forkId, 5)).content).toBe("event 4 你好");
});

it("goes on where it was cut short, whatever was the last record", async () => {
  const records = await recordsOf();
  for (const cut of [1, 2, 10, 47, 49]) {
    const { other, into } = await openOther();
    await into.portable.take(inBatches(records.slice(0, cut), 6));
    await into.portable.take(inBatches(records, 6));
    expect(rowsOf(other)).toEqual(rowsOf(file));
  }
});

it("leaves what is here as it is: deleted, forgotten, or grown another way", async () => {
  const records = await recordsOf();
  const { other, into } = await openOther();
  await into.portable.take(inBatches(records.slice(0, 20), 5));
  await into.appendEvent(newEvent(sessionId, { content: "another way" }));
  const before = rowsOf(other) as { events: unknown };
  await into.portable.take(inBatches(records, 50));
  expect(
    (await into.getHistory({ sessionId, order: "desc", orderBy: "seq", limit: 1 })).items[0]?.content,
  ).toBe("another way");
  expect((rowsOf(other) as { events: unknown[] }).events).toEqual(
    expect.arrayContaining(before.events as unknown[]),
  );
  await into.forgetting.forget({ sessionId }, by);
  await into.portable.take(inBatches(records, 50));
  expect(JSON.stringify(rowsOf(other))).not.toContain("你好");
});

describe("somebody else writes to a session that is being taken in", () => {
  /** `work` is done when some of the session's events are stored. */
  async function* interrupted(records: PortableRecord[], work: () => Promise<unknown>) {
    yield records.slice(0, 12);
    await work();
    yield* inBatches(records.slice(12), 6);
  }

  it("another import of the same: both come to an end, and each record is there once", async () => {
    const records = await recordsOf();
    for (const upTo of [20, records.length]) {
      const { other, into } = await openOther();
      const others = () => into.portable.take(inBatches(records.slice(0, upTo), 9));
      await into.portable.take(interrupted(records, others));
      expect(rowsOf(other)).toEqual(rowsOf(file));
    }
  });

  it.each<[string, (into: Store) => Promise<unknown>]>([
    ["an agent: it goes on its own way", (into) => into.appendEvent(newEvent(sessionId))],
    ["forget: nothing more of it comes", (into) => into.forgetting.forget({ sessionId }, by)],
    ["delete: nothing more of it comes", (into) => into.deleteSession(sessionId, false, by)],
  ])("%s, and what is behind it comes", async (_who, work) => {
    const { other, into } = await openOther();
    const records = (await recordsOf()).filter(({ id }) => id !== forkId);
    const rest = records.filter(({ session_id }) => session_id !== forkId);
    await into.portable.take(interrupted(rest, () => work(into)));
    const found = rowsOf(other) as { events: { content: string }[]; sessions: unknown[] };
    expect(found.events.some(({ content }) => content === "event 44 你好")).toBe(false);
    expect(found.sessions.length).toBe(2);
  });
});

it("puts what is shared before its forks, whatever their ids", async () => {
  let left = 9000;
  const downwards = (prefix: string) => `${prefix}_${left--}`;
  const other = await openTestStore({ newId: downwards });
  const { id } = (await other.createSession(newSession())).record;
  await other.appendEvent(newEvent(id));
  const fork = async (sessionId: string, atSeq: number) =>
    (await other.forkSession({ ...by, sessionId, atSeq, title: null, idempotencyKey: null })).record.id;
  const forked = await fork(id, 1);
  await other.appendEvent(newEvent(forked));
  const deep = await fork(forked, 2);
  const early = await fork(deep, 0);
  expect([id, forked, deep, early].sort()).toEqual([early, deep, forked, id]);
  store = other;
  const { into } = await openOther();
  expect((await into.portable.take(inBatches(await recordsOf({ sessionId: deep }), 5))).leftForks).toEqual(
    [],
  );
  expect((await into.getEvent(deep, 2)).content).toBe("hello");
  const ids = (await recordsOf()).filter(({ kind }) => kind === "session").map((record) => record.id);
  expect(ids).toEqual([id, forked, deep, early]);
});

it("exports a fork with what it shares, and a directory's sessions alone", async () => {
  const ids = (records: PortableRecord[]) =>
    records.filter(({ kind }) => kind === "session").map(({ id }) => id);
  expect(ids(await recordsOf({ sessionId: forkId }))).toEqual([sessionId, forkId]);
  expect(ids(await recordsOf({ directory: "/elsewhere" }))).toEqual([]);
  expect(ids(await recordsOf({ directory: workspace.directory }))).toHaveLength(3);
  await expect(recordsOf({ sessionId: "sess_none" })).rejects.toMatchObject({ code: "not_found" });
});

describe("forks of a session that is here under another id", () => {
  const contents = async (from: Store, id: string) =>
    (await from.getHistory({ sessionId: id, order: "asc", orderBy: "seq", limit: 50 })).items.map(
      ({ content }) => content,
    );
  const sameHere = async (into: Store, events: number) => {
    const known = newSession({ provider: "p", providerSessionId: "1" });
    const { id } = (await into.createSession(known)).record;
    for (let i = 0; i < events; i += 1)
      await into.appendEvent(newEvent(id, { content: `event ${i} 你好`, createdAt: 5 + i }));
    return id;
  };

  it("share with that one, as far as it is the same", async () => {
    const { into } = await openOther();
    const id = await sameHere(into, 30);
    const { counts, leftForks } = await into.portable.take(inBatches(await recordsOf(), 7));
    expect(leftForks).toEqual([]);
    expect(counts).toMatchObject({ session: 2, event: 1 });
    expect(await into.getSession(forkId)).toMatchObject({ forkedFromSessionId: id, eventCount: 21 });
    expect((await contents(into, forkId)).slice(3)).toEqual((await contents(store, forkId)).slice(3));
  });

  it("stay out and are named, where it is shorter or another or deleted; what is behind them comes", async () => {
    const later = (await store.createSession(newSession({ title: "later" }))).record.id;
    const deep = { sessionId: forkId, atSeq: 21, title: null, idempotencyKey: null };
    const deepId = (await store.forkSession({ ...by, ...deep })).record.id;
    for (const events of [19, "another", "deleted"] as const) {
      const { into } = await openOther();
      const id = await sameHere(into, events === 19 ? 19 : 0);
      for (let i = 0; events === "another" && i < 30; i += 1)
        await into.appendEvent(newEvent(id, { author: "assistant" }));
      if (events === "deleted") await into.deleteSession(id, false, by);
      const { leftForks } = await into.portable.take(inBatches(await recordsOf(), 7));
      expect(leftForks).toEqual([forkId, deepId]);
      expect(await into.getSession(later)).toMatchObject({ title: "later" });
      await expect(into.getSession(forkId)).rejects.toMatchObject({ code: "not_found" });
    }
  });
});

describe("a value that would stand in the way of later reads", () => {
  const first = <T extends { kind: string }>(records: T[], kind: string) =>
    records.findIndex((record) => record.kind === kind);
  const nested = (depth: number): JsonValue => (depth === 0 ? 1 : [nested(depth - 1)]);

  it.each<[PortableKind, JsonObject]>([
    ["project", { id: "../../x" }],
    ["project", { created_at: -1e15 }],
    ["session", { id: "sess_\u001b[2J" }],
    ["session", { created_at: 9e15 }],
    ["session", { updated_at: 1.5 }],
    ["session", { last_seq: -5 }],
    ["session", { input_tokens: 1e18 }],
    ["session", { cost_usd: -5 }],
    ["session", { metadata: "text" }],
    ["session", { metadata: nested(600) }],
    ["session", { parent_session_id: "../x" }],
    ["session", { project_id: "proj_nope" }],
    ["session", { forked_at_seq: 1 }],
    ["session", { state: "lost" }],
    ["session", { id: "sess_1", forked_from_session_id: "sess_1" }],
    ["session", { todos: [{}] }],
    ["event", { type: "hologram" }],
    ["event", { metadata: [1] }],
    ["event", { long_running_tool_ids: {} }],
    ["event", { long_running_tool_ids: [1] }],
    ["event", { redactions: { rule: "x" } }],
    ["event", { created_at: 1e17 }],
    ["event", { actions: [{}] }],
    ["checkpoint", { todos: {} }],
    ["checkpoint", { todos: [{ id: "a", content: 1 }] }],
    ["checkpoint", { session_id: "sess_nope" }],
    ["run", { args: "rm" }],
    ["run", { pid: -1 }],
  ])("is refused in a %s, and its record named: %j", async (kind, change) => {
    const { into } = await openOther();
    const records = await recordsOf();
    const at = first(records, kind);
    const changed = records.map((record, i) => (i === at ? { ...record, ...change } : record));
    await expect(into.portable.take(inBatches(changed as PortableRecord[], 10))).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(new RegExp(`^Record ${at + 1} behind the first line of the export `)),
    });
  });

  it("has no other's parts: todos and actions are of the record they stand in", async () => {
    const { other, into } = await openOther();
    const elsewhere = (parts: JsonValue | undefined) =>
      Array.isArray(parts) ? parts.map((part) => ({ ...(part as JsonObject), session_id: "sess_1" })) : [];
    const records = (await recordsOf()).map((record) => {
      if (record.kind === "session") return { ...record, todos: elsewhere(record.todos) };
      return record.kind === "event" ? { ...record, actions: elsewhere(record.actions) } : record;
    });
    await into.portable.take(inBatches(records as PortableRecord[], 10));
    expect(rowsOf(other)).toEqual(rowsOf(file));
  });
});

describe("a fork made elsewhere of a session that is forgotten here", () => {
  const todo = (content: string) => ({ id: null, content, status: "pending", priority: "low" }) as const;
  const checkpoint = { label: null, state: null, gitHead: null, idempotencyKey: null };

  it.each([
    ["shares some of it", 2],
    ["shares nothing of it", 0],
  ])("%s, and does not bring back what it was given", async (_how, atSeq) => {
    const { other: here, into } = await openOther();
    const all = await recordsOf();
    await into.portable.take(inBatches(all, 50));
    const fork = async (from: string, title: string | null) =>
      (await store.forkSession({ ...by, sessionId: from, atSeq, title, idempotencyKey: null })).record.id;
    await store.updateSession(sessionId, { title: "GIVEN title", context: "GIVEN context" }, by);
    await store.updateTodos(sessionId, [todo("GIVEN")]);
    const madeThere = await fork(await fork(sessionId, null), null);
    const given = (await store.getTodos(madeThere)).todos;
    await store.updateTodos(madeThere, [...given, todo("its own")]);
    await store.checkpoints.save({ ...by, sessionId: madeThere, ...checkpoint });
    await into.forgetting.forget({ sessionId }, by);
    await into.portable.take(inBatches(await recordsOf(), 7));
    expect(JSON.stringify(rowsOf(here))).not.toContain("GIVEN");
    expect(await into.getSession(madeThere)).toMatchObject({ title: null, context: null, metadata: null });
    expect((await into.getTodos(madeThere)).todos.map(({ content }) => content)).toEqual(["its own"]);
  });

  it("keeps what it has since the session was forgotten there", async () => {
    await store.forgetting.forget({ sessionId }, by);
    await store.updateSession(forkId, { title: "its own" }, by);
    const { other, into } = await openOther();
    const records = await recordsOf();
    await into.portable.take(inBatches(records.slice(0, 30), 7));
    await into.portable.take(inBatches(records, 7));
    expect(rowsOf(other)).toEqual(rowsOf(file));
    expect(await into.getSession(forkId)).toMatchObject({ title: "its own" });
  });
});

it("refuses what is no record of an export", async () => {
  const { into } = await openOther();
  const records = await recordsOf();
  const broken = records.map((record) =>
    record.kind === "event" && record.seq === 9 ? { ...record, author: 5 } : record,
  );
  await expect(into.portable.take(inBatches(broken as PortableRecord[], 10))).rejects.toMatchObject({
    code: "invalid_input",
  });
  const gap = records.filter((record) => record.kind !== "event" || record.seq !== 9);
  await expect(into.portable.take(inBatches(gap, 10))).rejects.toMatchObject({ code: "invalid_input" });
});
