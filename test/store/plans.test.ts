// How SQLite goes about what is asked of a long session: by an index, never through a whole table.
import Database from "better-sqlite3";
import { expect, it, vi } from "vitest";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

/** The statements that are prepared while `work` goes on. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const prepare = vi.spyOn(Database.prototype, "prepare");
  try {
    await work();
    return prepare.mock.calls.map(([source]) => source).filter((source) => source.startsWith("select"));
  } finally {
    prepare.mockRestore();
  }
}

it("finds decisions and notes by their own index alone", async () => {
  const store = await openTestStore();
  const { record } = await store.createSession(newSession());
  const statements = await statementsOf(() => store.getFacts({ sessionId: record.id }));
  const ofNotes = statements.filter((statement) => statement.includes("'decision', 'note'"));
  expect(ofNotes).toHaveLength(2);
  const db = new Database(store.file, { readonly: true });
  for (const statement of ofNotes) {
    const values = Array(statement.split("?").length - 1).fill(1);
    const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all(...values);
    expect(plan.map(({ detail }) => detail)).toEqual([
      "SEARCH events USING COVERING INDEX events_by_note (session_id=? AND seq>? AND seq<?)",
    ]);
  }
  db.close();
});

it("reads the facts of a session by indexes", async () => {
  const store = await openTestStore();
  const { record } = await store.createSession(newSession());
  await store.appendEvent(newEvent(record.id));
  const statements = await statementsOf(async () => {
    await store.getFacts({ sessionId: record.id });
    await store.getFacts({ workspace });
    await store.listSessionIds("sess_", 10);
    await store.touchSession(record.id);
  });
  expect(statements.length).toBeGreaterThan(10);
  const db = new Database(store.file, { readonly: true });
  for (const statement of statements) {
    const values = Array(statement.split("?").length - 1).fill(1);
    const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all(...values);
    const scans = plan.map(({ detail }) => detail).filter((detail) => /^SCAN (?!json_each)/.test(detail));
    expect(scans, statement).toEqual([]);
  }
  db.close();
});
