// Facts of sessions that are archived, deleted or forked, as their rows say so.
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

async function createSession(store: Store): Promise<string> {
  const { record } = await store.createSession(newSession());
  const action = {
    callId: null,
    toolName: "Bash",
    title: null,
    input: undefined,
    output: undefined,
    error: null,
  };
  for (const status of ["pending", "completed", "running"] as const) {
    await store.appendEvent(newEvent(record.id, { actions: [{ ...action, status }] }));
  }
  return record.id;
}

function change(store: Store, statement: string, ...values: unknown[]): void {
  const db = new Database(store.file);
  expect(db.prepare(statement).run(...values).changes).toBe(1);
  db.close();
}

it.each(["state = 'archived'", "deleted_at = 1"])("passes over a session with %s", async (changed) => {
  const store = await openTestStore();
  const wanted = await createSession(store);
  const other = await createSession(store);
  change(store, `UPDATE sessions SET ${changed}, updated_at = updated_at + 1 WHERE id = ?`, other);
  const { session, otherCandidates } = await store.getFacts({ workspace });
  expect([session.id, otherCandidates]).toEqual([wanted, []]);
  const shown = (await store.listSessionIds("sess_", 9)).items;
  expect(shown.includes(other)).toBe(changed.startsWith("state"));
});

it("finds unfinished tool calls in the history that a fork shares, up to where it does", async () => {
  const store = await openTestStore();
  const source = await createSession(store);
  const { record: fork } = await store.createSession(newSession());
  change(
    store,
    "INSERT INTO lineage (session_id, from_seq, to_seq, source_id) VALUES (?, 1, 2, ?)",
    fork.id,
    source,
  );
  const { unfinishedActions } = await store.getFacts({ sessionId: fork.id });
  expect(unfinishedActions.map(({ seq, status }) => [seq, status])).toEqual([[1, "pending"]]);
});
