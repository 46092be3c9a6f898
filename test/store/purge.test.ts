// How much a purge does at a time: many small sessions together, large rows one by one.
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { createParts } from "../../src/db/sqlite/parts.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore, storeOptions } from "../open-test-store.ts";

const by = { origin: "tool" as const, client: "test" };

function open(store: Store) {
  const db = new Database(store.file);
  onTestFinished(() => void db.close());
  return { db, parts: createParts(db, storeOptions({ file: store.file })) };
}

/** A session with so many subagents, which have nothing in them. */
async function withSubagents(store: Store, count: number): Promise<string> {
  const { record: parent } = await store.createSession(newSession());
  const { record: child } = await store.createSession(newSession({ parentSessionId: parent.id }));
  const { db } = open(store);
  const names = db.pragma("table_info(sessions)") as { name: string }[];
  const values = names.map(({ name }) => (name === "id" ? "printf('%s%06d', id, n)" : name));
  db.prepare(
    `WITH RECURSIVE counted (n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
      INSERT INTO sessions SELECT ${values.join()} FROM sessions, counted WHERE id = ?`,
  ).run(count, child.id);
  return parent.id;
}

it("goes through sessions with little in them as long as its time lasts", async () => {
  const store = await openTestStore();
  const id = await withSubagents(store, 2_000);
  await store.deleteSession(id, true, by);
  const started = performance.now();
  expect(await store.purgeDeletedSessions()).toBe(2_001);
  // One by one it takes 50 s.
  expect(performance.now() - started).toBeLessThan(15_000);
}, 60_000);

it("takes large rows one by one", async () => {
  const store = await openTestStore();
  const { record } = await store.createSession(newSession());
  const text = "x".repeat(1_000_000);
  const action = { callId: null, toolName: "Read", title: null, status: "running" as const, error: null };
  for (let i = 0; i < 4; i++) {
    const actions = [1, 2].map(() => ({ ...action, input: text, output: text }));
    await store.appendEvent(newEvent(record.id, { content: text, actions }));
    await store.checkpoints.save({
      sessionId: record.id,
      label: null,
      state: text,
      gitHead: null,
      idempotencyKey: null,
      ...by,
    });
  }
  const { db, parts } = open(store);
  parts.deletions.delete(record.id, false, by);
  const bytes = db
    .prepare<[], number>(
      `SELECT (SELECT total(octet_length(content)) FROM events)
        + (SELECT total(coalesce(octet_length(input), 0) + coalesce(octet_length(output), 0)) FROM actions)
        + (SELECT total(octet_length(state)) FROM checkpoints)`,
    )
    .pluck();
  let left = bytes.get() ?? 0;
  expect(left).toBeGreaterThan(20_000_000);
  while (parts.deletedRows.purge(0) === 0) {
    const now = bytes.get() ?? 0;
    expect(left - now).toBeLessThan(2_100_000);
    left = now;
  }
  expect(left).toBe(0);
});
