// The floor of appending: prepared better-sqlite3 and nothing else, with our schema and our pragmas.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { rulesVersion } from "../../src/recall/version.ts";

const migrations = join(import.meta.dirname, "..", "..", "migrations", "sqlite");

export type Durability = "full" | "normal";

/** A file that the Store takes for its own, with no row in it. */
export function openRaw(file: string, durability: Durability | "off"): Database.Database {
  const db = new Database(file);
  db.pragma("page_size = 8192");
  db.pragma("auto_vacuum = INCREMENTAL");
  db.pragma("journal_mode = WAL");
  db.pragma(`synchronous = ${durability}`);
  db.pragma("foreign_keys = ON");
  db.pragma("trusted_schema = OFF");
  db.pragma("cell_size_check = ON");
  db.pragma("temp_store = MEMORY");
  db.pragma("cache_size = -64000");
  db.pragma("journal_size_limit = 16777216");
  db.pragma("wal_autocheckpoint = 4096");
  const names = readdirSync(migrations).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort()) db.exec(readFileSync(join(migrations, name), "utf8"));
  db.pragma(`application_id = ${0x626b7374}`);
  db.pragma(`user_version = ${names.length}`);
  return db;
}

/** As if the search index had followed the log: a store that is opened on the file has nothing to catch up with. */
export function markIndexed(db: Database.Database): void {
  db.prepare(
    "INSERT INTO search_slots SELECT 'a', 'active', ?, coalesce(max(id), 0), 0, NULL FROM events",
  ).run(rulesVersion);
}

export interface RawEvent {
  sessionId: string;
  author: string;
  content: string;
}

// As often as the Store, and as there after the append: a short log costs less to extend and to sync.
const appendsPerCheckpoint = 200;

export class RawLog {
  readonly #db;
  readonly #begin;
  readonly #commit;
  readonly #insertSession;
  readonly #grow;
  readonly #insertEvent;
  readonly #insertAction;
  readonly #countAction;
  #appends = 0;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#insertSession = db.prepare(
      `INSERT INTO sessions (id, app_name, user_id, directory, state, origin, client, last_seq, event_count,
        todos_version, created_at, updated_at, last_accessed_at)
        VALUES (?, 'bench', ?, ?, 'active', 'tool', 'bench', ?, ?, 0, ?, ?, ?)`,
    );
    this.#grow = db
      .prepare<[number, number, string], number>(
        `UPDATE sessions SET last_seq = last_seq + 1, event_count = event_count + 1, updated_at = ?,
          last_accessed_at = ? WHERE id = ? RETURNING last_seq`,
      )
      .pluck();
    this.#insertEvent = db.prepare(
      `INSERT INTO events (session_id, seq, type, author, origin, client, created_at, action_count, content)
        VALUES (?, ?, 'message', ?, 'tool', 'bench', ?, 0, ?)`,
    );
    this.#insertAction = db.prepare(
      `INSERT INTO actions (session_id, seq, position, call_id, tool_name, status, input)
        VALUES (?, ?, 0, ?, 'Read', 'completed', ?)`,
    );
    this.#countAction = db.prepare("UPDATE events SET action_count = 1 WHERE session_id = ? AND seq = ?");
  }

  insertSession(id: string, given: { userId: string; directory: string; events: number; at: number }): void {
    const { userId, directory, events, at } = given;
    this.#insertSession.run(id, userId, directory, events, events, at, at, at);
  }

  /** Without a transaction: for filling a file in one. */
  insertEvent(seq: number, at: number, { sessionId, author, content }: RawEvent): void {
    this.#insertEvent.run(sessionId, seq, author, at, content);
  }

  /** A completed call of the event's, and counted in it. */
  insertAction(sessionId: string, seq: number, path: string): void {
    this.#insertAction.run(sessionId, seq, `call_${seq}`, JSON.stringify({ path }));
    this.#countAction.run(sessionId, seq);
  }

  /** One transaction: the session's counters, and the event. */
  append(event: RawEvent): void {
    this.#begin.run();
    const now = Date.now();
    const seq = this.#grow.get(now, now, event.sessionId) ?? 0;
    this.insertEvent(seq, now, event);
    this.#commit.run();
    this.#appends += 1;
    if (this.#appends % appendsPerCheckpoint === 0) {
      setImmediate(() => this.#db.pragma("wal_checkpoint(PASSIVE)"));
    }
  }
}
