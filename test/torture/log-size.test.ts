// The write-ahead log beside a reader that does not come to its end: it grows, and shrinks again when the reader is done.
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { newEvent, newSession } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { tell } from "./plan.ts";

const megabyte = 2 ** 20;

test("80 MB of writes beside a slow reader", { timeout: 120_000 }, async () => {
  const file = join(makeFolder(), "test.db");
  const store = await openTestStore({ file, durability: "full" });
  const { record: session } = await store.createSession(newSession());
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN");
  expect(reader.prepare("SELECT count(*) FROM events").pluck().get()).toBe(0);
  const content = "x".repeat(megabyte / 4);
  for (let i = 0; i < 4 * 80; i++)
    await store.appendEvent(newEvent(session.id, { content: `${i} ${content}` }));
  const logSize = () => statSync(`${file}-wal`).size / megabyte;
  const beside = logSize();
  expect(reader.prepare("SELECT count(*) FROM events").pluck().get()).toBe(0);
  reader.close();
  // One finds that all of the log can go into the file, the next begins it anew.
  for (let i = 0; i < 2; i++) await store.appendEvent(newEvent(session.id));
  const after = logSize();
  tell(`P14: the log has ${beside.toFixed(0)} MB beside the reader, ${after.toFixed(0)} MB after`);
  expect(beside).toBeGreaterThan(80);
  expect(after).toBeLessThan(64);
});
