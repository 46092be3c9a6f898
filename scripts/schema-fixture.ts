// `node_modules/.bin/node scripts/schema-fixture.ts VERSION`: a database as that schema's program left it, with a row in each table that
// tools fill, for the test that upgrades it. Made once, when the schema is released.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openConnection } from "../src/db/sqlite/connection.ts";
import { migrate } from "../src/db/sqlite/migrate.ts";
import { listMigrations } from "../src/db/sqlite/migration-files.ts";

const at = Date.UTC(2026, 0, 1);
const of = (id: string) => `${id}_01kxfixture0000000000000000`;
const [projectId, sessionId, forkId, runId] = [
  of("proj"),
  of("sess"),
  of("sess").replace("0000", "0001"),
  of("run"),
];
const session = {
  app_name: "fixture",
  project_id: projectId,
  directory: "/home/ada/engine",
  title: "Ünïcode, 中文 and 🦉",
  state: "active",
  origin: "tool",
  todos_version: 1,
  created_at: at,
  updated_at: at,
  last_accessed_at: at,
};

// By the columns of the schema that first had the table; later ones may be null.
const rows: [table: string, row: Record<string, string | number | null>][] = [
  [
    "projects",
    { id: projectId, directory: "/home/ada/engine", name: "engine", created_at: at, updated_at: at },
  ],
  ["sessions", { ...session, id: sessionId, last_seq: 2, event_count: 2, idempotency_key: "first" }],
  [
    "sessions",
    {
      ...session,
      id: forkId,
      last_seq: 1,
      event_count: 1,
      forked_from_session_id: sessionId,
      forked_at_seq: 1,
    },
  ],
  [
    "events",
    {
      session_id: sessionId,
      seq: 1,
      type: "message",
      author: "user",
      origin: "tool",
      created_at: at,
      action_count: 0,
      content: "Where is the wombat?",
    },
  ],
  [
    "events",
    {
      session_id: sessionId,
      seq: 2,
      type: "tool_call",
      author: "assistant",
      origin: "tool",
      created_at: at + 1,
      action_count: 1,
      input_tokens: 7,
      content: "NUL \0 and emoji 🦉",
    },
  ],
  [
    "actions",
    {
      session_id: sessionId,
      seq: 2,
      position: 0,
      call_id: of("call"),
      tool_name: "grep",
      status: "running",
      started_at: at,
      input: '{"q":"wombat"}',
    },
  ],
  [
    "todos",
    {
      session_id: sessionId,
      position: 0,
      id: of("todo"),
      content: "find it",
      status: "pending",
      priority: "high",
      created_at: at,
      updated_at: at,
    },
  ],
  [
    "runs",
    {
      id: runId,
      session_id: sessionId,
      project_id: projectId,
      directory: "/home/ada/engine",
      status: "completed",
      exit_code: 0,
      ended_by: "tool",
      pid: 4242,
      origin: "tool",
      started_at: at,
      ended_at: at + 5,
    },
  ],
  ["lineage", { session_id: forkId, from_seq: 1, to_seq: 1, source_id: sessionId }],
  [
    "checkpoints",
    {
      id: of("chk"),
      session_id: sessionId,
      label: "before",
      seq: 2,
      todos: "[]",
      origin: "tool",
      created_at: at,
      state: '{"a":1}',
    },
  ],
  [
    "automations",
    {
      id: of("auto"),
      name: "daily",
      directory: "/home/ada/engine",
      schedule: "0 9 * * *",
      time_zone: "UTC",
      prompt: "look",
      enabled: 0,
      origin: "tool",
      created_at: at,
      updated_at: at,
    },
  ],
  [
    "jobs",
    {
      id: of("job"),
      session_id: sessionId,
      prompt: "go on",
      status: "pending",
      ready: 1,
      priority: 0,
      run_after: at,
      attempts: 0,
      max_attempts: 3,
      origin: "tool",
      created_at: at,
    },
  ],
  [
    "audit_entries",
    {
      at,
      origin: "tool",
      tool: "update_session",
      session_id: sessionId,
      subject_id: sessionId,
      details: '["title"]',
    },
  ],
];

const version = Number(process.argv[2]);
const migrations = listMigrations(join(import.meta.dirname, "..", "migrations", "sqlite")).slice(0, version);
if (migrations.length !== version)
  throw new Error("Say which schema: node_modules/.bin/node scripts/schema-fixture.ts VERSION");
const folder = mkdtempSync(join(tmpdir(), "backstory-fixture-"));
const file = join(folder, "backstory.db");
const db = openConnection(file, { durability: "full" }, version);
migrate(db, { file, migrations, now: () => at, log: { info() {}, warn() {} } });
const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
for (const [table, row] of rows.filter(([table]) => tables.includes(table))) {
  const columns = Object.keys(row);
  const values = columns.map(() => "?").join();
  db.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${values})`).run(...Object.values(row));
}
db.close();
const fixture = join(import.meta.dirname, "..", "test", "fixtures", "schemas", `schema-${version}.db.gz`);
writeFileSync(fixture, gzipSync(readFileSync(file), { level: 9 }));
rmSync(folder, { recursive: true });
process.stdout.write(`${fixture}\n`);
