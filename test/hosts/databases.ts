// The databases of the hosts, made from the SQL of their documents. The writer stays open where a live one is wanted.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";

/** In a folder of its own, in write-ahead mode as all of these hosts have it. */
export function makeDatabase(name: string, sql: string): Database.Database {
  const folder = mkdtempSync(join(tmpdir(), "backstory-hosts-"));
  const db = new Database(join(folder, name));
  db.pragma("journal_mode = WAL");
  db.exec(sql);
  db.pragma("wal_checkpoint(TRUNCATE)");
  return db;
}

export const opencodeTables = `
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, parent_id text, slug text NOT NULL,
    directory text NOT NULL, title text NOT NULL, version text NOT NULL, share_url text, revert text,
    time_created integer NOT NULL, time_updated integer NOT NULL, time_compacting integer, time_archived integer);
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL,
    time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL,
    time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE todo (session_id text NOT NULL, content text NOT NULL, status text NOT NULL, priority text NOT NULL,
    position integer NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL,
    PRIMARY KEY (session_id, position));
  CREATE INDEX part_message_id_id_idx ON part (message_id, id);`;

export const etcodeTables = `
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, directory text NOT NULL, title text NOT NULL,
    agent text, time_created integer NOT NULL, time_updated integer NOT NULL);
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL,
    time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL,
    time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE todo (session_id text NOT NULL, position integer NOT NULL, content text NOT NULL, status text NOT NULL,
    priority text NOT NULL, PRIMARY KEY (session_id, position));`;

export const asterTables = `
  CREATE TABLE sessions (id TEXT PRIMARY KEY, app_name TEXT NOT NULL, user_id TEXT NOT NULL, agent_id TEXT NOT NULL,
    metadata TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE events (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, invocation_id TEXT, agent_id TEXT, branch TEXT,
    author TEXT, content TEXT, reasoning TEXT, actions TEXT, long_running_tool_ids TEXT, metadata TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP);`;

export const pokecodeTables = `
  CREATE TABLE sessions (id text PRIMARY KEY, provider text, project_path text NOT NULL, name text NOT NULL, context text,
    claude_directory_path text, metadata text, created_at integer, updated_at integer, last_accessed_at integer,
    is_working integer DEFAULT 0, current_job_id text, last_job_status text, message_count integer DEFAULT 0,
    token_count integer DEFAULT 0, state text DEFAULT 'active');
  CREATE TABLE session_messages (id text PRIMARY KEY, session_id text, provider text, type text, content_data text,
    provider_session_id text, token_count integer, created_at integer);
  CREATE TABLE job_queue (id text PRIMARY KEY, session_id text, prompt_id text, status text DEFAULT 'pending', data text,
    attempts integer DEFAULT 0, max_attempts integer DEFAULT 3, created_at integer, started_at integer,
    completed_at integer, error text, next_retry_at integer);`;

export const agentYesTables = `
  CREATE TABLE projects (id INTEGER PRIMARY KEY AUTOINCREMENT, dir TEXT NOT NULL UNIQUE, cmd TEXT NOT NULL, prompt TEXT,
    created_at INTEGER, updated_at INTEGER, last_run_at INTEGER);
  CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL, project_id INTEGER NOT NULL,
    status TEXT NOT NULL, exit_code INTEGER, started_at INTEGER, ended_at INTEGER, args TEXT);`;

/** A row with its JSON columns as text. */
export function insert(db: Database.Database, table: string, row: Record<string, unknown>): void {
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) =>
    value !== null && typeof value === "object" ? JSON.stringify(value) : value,
  );
  db.prepare(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  ).run(...values);
}
