// How SQLite finds what statistics read: beside the stored sums, only what is behind them, or of a session.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { expect, it } from "vitest";
import { LogSums } from "../../src/db/sqlite/log-sums.ts";
import { Rollups } from "../../src/db/sqlite/rollups.ts";
import { Statistics } from "../../src/db/sqlite/stats.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

/** The plans of every statement that `work` prepares, by its SQL. */
function plansOf(db: Database.Database, work: () => void): Map<string, string> {
  const plans = new Map<string, string>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((source: string) => {
    const values = Array(source.split("?").length - 1).fill(0);
    const steps = prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`).all(values);
    plans.set(source, steps.map(({ detail }) => detail).join("; "));
    return prepare(source);
  }) as typeof db.prepare;
  work();
  db.prepare = prepare as typeof db.prepare;
  return plans;
}

it("walks along neither the events nor the actions", async () => {
  const store = await openTestStore();
  const { record } = await store.createSession(newSession());
  await store.appendEvent(newEvent(record.id));
  const db = new Database(store.file);
  db.prepare("UPDATE sessions SET deleted_at = 1").run();
  const query = drizzle(db);
  const log = new LogSums(query);
  const rollups = new Rollups(query, log);
  const statistics = new Statistics(query, log, rollups);
  const plans = plansOf(db, () => {
    rollups.advance();
    rollups.subtract(record.id, { from: 1, to: 1 });
    rollups.actionChanged(
      { sessionId: record.id, seq: 1, toolName: "Read" },
      { status: "pending", startedAt: null, endedAt: null },
      { status: "error", startedAt: null, endedAt: null },
    );
  });
  const read = plansOf(db, () => statistics.get({ limit: 1 }));
  db.close();
  expect(plans.size).toBeGreaterThan(10);
  for (const [source, plan] of plans) {
    // With an upper bound alone it would be all events up to there.
    expect(plan, source).not.toMatch(
      /SCAN (events|actions)|SEARCH events USING INTEGER PRIMARY KEY \(rowid<\?\)/,
    );
  }
  expect([...read.values()].join("\n")).toContain("sessions_to_purge");
  for (const [source, plan] of read) {
    // Nothing of a session's own log, however many of its sessions are deleted.
    expect(plan.replaceAll("SEARCH events USING INTEGER PRIMARY KEY (rowid>?)", ""), source).not.toMatch(
      /\bevents\b/,
    );
    expect(plan, source).not.toMatch(/SCAN (event|tool)_rollups/);
  }
});
