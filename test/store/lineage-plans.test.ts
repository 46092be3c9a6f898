// The parts of a fork are read by ranges of an index, whatever SQLite knows of the tables.
import Database from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { eventsOf } from "../../src/db/sqlite/lineage.ts";
import { events } from "../../src/db/sqlite/schema.ts";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { storeOptions } from "../open-test-store.ts";

const columns = { seq: sql<number>`${events.seq}`, content: sql<string>`${events.content}` };
const ofTurn = eq(events.turnId, "a");

test.each([
  ["all events", undefined, "INDEX events_by_seq (session_id=? AND seq>? AND seq<?)"],
  ["a turn's", ofTurn, "INDEX events_by_turn (session_id=? AND turn_id=? AND seq>? AND seq<?)"],
])("%s", async (_what, where, expected) => {
  const options = storeOptions();
  await (await openStore(options)).close();
  const client = new Database(options.file);
  onTestFinished(() => {
    client.close();
  });
  const query = drizzle(client).select(columns).from(eventsOf("parts")).where(where).toSQL();
  const values = query.params.map((param) => (typeof param === "string" ? param : "[]"));
  const plan = client.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${query.sql}`).all(values);
  expect(plan.map(({ detail }) => detail)).toContain(`SEARCH events USING ${expected}`);
});
