// A file of every released schema, upgraded: the schema of a fresh one, every row kept, a verified copy first; and all or
// nothing, whenever the process that does it is killed.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterAll, describe, expect, test } from "vitest";
import { listMigrations } from "../../src/db/sqlite/migration-files.ts";
import { newEvent } from "../new-records.ts";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { dice, howMany, seed, tell } from "../torture/plan.ts";
import { bundle } from "./bundle.ts";
import { startChild } from "./child.ts";
import { copiesOf, withMigration } from "./files.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "schemas");
const versions = readdirSync(fixtures).map((name) => Number(/\d+/.exec(name)?.[0]));
const current = listMigrations(migrationsDirectory).length;

const opener = bundle("opener");
afterAll(() => opener.remove());

function unpack(version: number): string {
  const file = join(makeFolder(), "test.db");
  writeFileSync(file, gunzipSync(readFileSync(join(fixtures, `schema-${version}.db.gz`))));
  return file;
}

describe.each(versions)("a file of schema %d", (version) => {
  test("gets the schema of a fresh one, and keeps its rows", async () => {
    const [file, fresh] = [unpack(version), join(makeFolder(), "fresh.db")];
    const before = rowsOf(file);
    for (const each of [file, fresh]) await (await openTestStore({ file: each })).close();
    expect(schemaOf(file)).toEqual(schemaOf(fresh));
    expect(before.size).toBeGreaterThan(5);
    const after = rowsOf(file, before);
    for (const [table, { rows }] of before) expect(after.get(table)?.rows, table).toEqual(rows);
  });

  test.runIf(version < current)("leaves a verified copy of itself", async () => {
    const file = unpack(version);
    const before = rowsOf(file);
    await (await openTestStore({ file })).close();
    const [copy = "", ...others] = copiesOf(file);
    expect(others).toEqual([]);
    expect(integrityOf(copy)).toEqual({ integrity: "ok", version });
    expect(rowsOf(copy)).toEqual(before);
  });

  test("is worked with", async () => {
    const store = await openTestStore({ file: unpack(version) });
    const query = { text: "wombat", mode: "any", scope: { kind: "all" }, limit: 10, offset: 0 } as const;
    const { hits } = await store.search.search(query);
    expect(hits.map(({ seq }) => seq)).toContain(1);
    const [session] = (await store.listSessions({ titleContains: "中文", limit: 10 })).items.filter(
      ({ forkedFromSessionId }) => forkedFromSessionId === null,
    );
    const { record } = await store.appendEvent(newEvent(session?.id ?? ""));
    expect(record.seq).toBe(3);
    expect((await store.getEvent(record.sessionId, 2)).content).toBe("NUL \0 and emoji 🦉");
  });
});

interface Rows {
  columns: string[];
  rows: unknown[];
}

// Sums made from the log, which a migration may have made anew; and the ledger, which it adds to.
const madeAnew = ["event_rollups", "tool_rollups", "rollup_state", "migrations"];

/** The rows of every plain table: all columns, or those that `like` has. */
function rowsOf(file: string, like = new Map<string, Rows>()): Map<string, Rows> {
  const db = new Database(file, { readonly: true });
  const tables = db
    .prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const kept = tables.filter((table) => !madeAnew.includes(table));
  const found = kept.map((table): [string, Rows] => {
    const columns =
      like.get(table)?.columns ??
      (db.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table) as string[]);
    const names = columns.map((column) => `"${column}"`).join();
    return [
      table,
      { columns, rows: db.prepare(`SELECT ${names} FROM "${table}" ORDER BY rowid`).raw().all() },
    ];
  });
  db.close();
  return new Map(found.filter(([, { rows }]) => rows.length > 0));
}

function schemaOf(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  const schema = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").all();
  db.close();
  return schema;
}

function integrityOf(file: string): { integrity: unknown; version: unknown } {
  const db = new Database(file, { readonly: true });
  const found = {
    integrity: db.pragma("integrity_check", { simple: true }),
    version: db.pragma("user_version", { simple: true }),
  };
  db.close();
  return found;
}

const kills = howMany(50, 200);
const events = 8_000;

test(`an upgrade killed ${kills} times: all of it or nothing`, { timeout: kills * 5_000 }, async () => {
  // Takes some time: it changes every event, again and again.
  const change = "UPDATE events SET agent = coalesce(agent, '') || '!'";
  const migrations = withMigration("ALTER TABLE events ADD marked integer", change, change, change);
  const random = dice("upgrades");
  const old = makeLargeFile();
  const whole = await killAfter(freshCopy(old), migrations, Number.POSITIVE_INFINITY);
  const states = { old: 0, new: 0 };
  for (let kill = 0; kill < kills; kill++) {
    const file = freshCopy(old);
    await killAfter(file, migrations, random() * whole);
    states[stateOf(file)] += 1;
    for (const copy of copiesOf(file)) expect(stateOf(copy), `seed ${seed}`).toBe("old");
    await (await openTestStore({ file, migrationsDirectory: migrations })).close();
    expect(stateOf(file), `seed ${seed}`).toBe("new");
  }
  tell(
    `P7: an upgrade of ${whole.toFixed(0)} ms killed ${kills} times: ${states.old} old, ${states.new} new`,
  );
  // Else the moments were none.
  expect(states.old).toBeGreaterThan(0);
});

function makeLargeFile(): string {
  const file = unpack(Math.min(...versions));
  const db = new Database(file);
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < ${events})
    INSERT INTO events (session_id, seq, type, author, origin, created_at, action_count, content)
    SELECT (SELECT session_id FROM events), i, 'message', 'user', 'tool', i, 0, printf('%.*c', 200, 'x') FROM n`);
  db.close();
  return file;
}

function freshCopy(file: string): string {
  const copy = join(makeFolder(), "test.db");
  cpSync(file, copy);
  return copy;
}

/** Opens the file in a process that is killed so many milliseconds after it began; returns how long it was at it. */
async function killAfter(file: string, migrations: string, milliseconds: number): Promise<number> {
  const child = startChild(opener.file, [migrations, file]);
  await child.ready;
  const began = performance.now();
  child.go();
  if (Number.isFinite(milliseconds)) setTimeout(() => void child.kill(), milliseconds);
  await child.closed;
  return performance.now() - began;
}

/** Which of the two the file is, to its last event; whatever is between them fails. */
function stateOf(file: string): "old" | "new" {
  const db = new Database(file);
  expect(db.pragma("integrity_check", { simple: true }), `seed ${seed}`).toBe("ok");
  const version = db.pragma("user_version", { simple: true });
  const changed = db.prepare("SELECT count(*) FROM events WHERE agent = '!!!'").pluck().get();
  const count = db.prepare("SELECT count(*) FROM events").pluck().get();
  db.close();
  const state = version === current + 1 ? "new" : "old";
  const oldest = Math.min(...versions);
  expect({ version, changed, count }, `seed ${seed}`).toEqual(
    state === "new"
      ? { version: current + 1, changed: events, count: events }
      : { version: oldest, changed: 0, count: events },
  );
  return state;
}
