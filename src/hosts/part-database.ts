// opencode's tables (session, message, part, todo), of any version that has them: etcode's are the same with fewer columns.
import { createHash } from "node:crypto";
import { databaseBytes, ForeignDatabase, type Row, selectList } from "./foreign-sqlite.ts";
import type { HostRecord, JsonObject, Position, PositionRecord, SessionRecord } from "./host.ts";
import { asInteger, asObject, asObjects, asText, asTime, parseJson } from "./narrow.ts";
import { newSkip } from "./new-records.ts";
import { type Message, messageRecords, type Part } from "./part-messages.ts";
import { sessionFromRow } from "./part-sessions.ts";
import { type Revisions, revisionsOf } from "./revisions.ts";
import { toTodos } from "./todos.ts";

const version = 1;
const messagesPerRead = 100;
const mostRemembered = 200;
// A text grows while it is said. One that has not for so long will not.
const stillWritten = 60_000;

/** Rejects if the file cannot be read, or has none of these tables. */
export async function* readPartsDatabase(
  path: string,
  host: string,
  position: Position,
  signal?: AbortSignal,
): AsyncGenerator<HostRecord> {
  const db = ForeignDatabase.open(path);
  try {
    yield* new PartsReading(db, path, host, position?.version === version ? position : null).records(signal);
  } finally {
    db.close();
  }
}

/** What a message, a session or a list was like when it was read, and when it had been written last. */
interface Version {
  digest: string;
  at: number;
}

class PartsReading {
  readonly #db: ForeignDatabase;
  readonly #path: string;
  readonly #host: string;
  readonly #since: number;
  readonly #before: JsonObject[];
  readonly #read: Map<string, Version>;
  readonly #revisions: Revisions;
  readonly #named = new Set<string>();
  #until: number;
  /** The first change of what is still being written: the next reading begins there. */
  #unfinished = Number.POSITIVE_INFINITY;

  constructor(db: ForeignDatabase, path: string, host: string, position: Position) {
    this.#db = db;
    this.#path = path;
    this.#host = host;
    this.#since = asInteger(position?.since) ?? 0;
    this.#until = this.#since;
    this.#before = asObjects(position?.read);
    this.#read = new Map(
      this.#before.map(({ id, digest, at }) => [
        asText(id) ?? "",
        { digest: asText(digest) ?? "", at: asInteger(at) ?? 0 },
      ]),
    );
    this.#revisions = revisionsOf(position);
  }

  async *records(signal: AbortSignal | undefined): AsyncGenerator<HostRecord> {
    if (this.#db.columns("session").size === 0) yield newSkip("newer format");
    // A second conversation table of a newer opencode, which does not take over the rows of the first.
    if (this.#db.columns("session_v2").size > 0) yield newSkip("newer format");
    const rows = this.#changedMessages();
    for (let start = 0; start < rows.length && signal?.aborted !== true; start += messagesPerRead) {
      const batch = rows.slice(start, start + messagesPerRead);
      const [messages, parts] = [
        this.#stored("message", "id", batch),
        this.#stored("part", "message_id", batch),
      ];
      for (const row of batch) {
        const id = asText(row.id) ?? "";
        yield* this.#message(row, messages.get(id)?.[0], parts.get(id) ?? []);
      }
      if (start + messagesPerRead < rows.length) yield this.#position(this.#since, this.#before);
    }
    if (signal?.aborted !== true) yield* this.#sessions();
    const done = signal?.aborted !== true;
    const since = done ? Math.min(this.#until, this.#unfinished) : this.#since;
    yield this.#position(since, done ? this.#latest() : this.#before);
  }

  /** Ids alone, so that all of them fit: those that changed, and those whose parts did. */
  #changedMessages(): Row[] {
    if (this.#db.columns("message").size === 0) return [];
    return this.#db.all(
      `SELECT id, session_id, time_created, max(touched) AS touched FROM (
         SELECT id, session_id, time_created, time_updated AS touched FROM message WHERE time_updated >= ?
         UNION ALL
         SELECT message.id, message.session_id, message.time_created, part.time_updated
         FROM part JOIN message ON message.id = part.message_id WHERE part.time_updated >= ?
       ) GROUP BY id ORDER BY session_id, time_created, id`,
      this.#since,
      this.#since,
    );
  }

  /** Rows of some messages together, by the message: whether or not the host has an index for one. */
  #stored(table: "message" | "part", column: string, batch: Row[]): Map<string, Row[]> {
    const ids = batch.flatMap(({ id }) => asText(id) ?? []);
    const rows = this.#db.all(
      `SELECT id, ${column} AS message, data, time_created FROM ${table}
       WHERE ${column} IN (${ids.map(() => "?").join(", ")}) ORDER BY id`,
      ...ids,
    );
    return Map.groupBy(rows, ({ message }) => asText(message) ?? "");
  }

  *#message(row: Row, stored: Row | undefined, parts: Row[]): Generator<HostRecord> {
    const id = asText(row.id);
    const sessionId = asText(row.session_id);
    if (id === null || sessionId === null) return yield newSkip("no session");
    const digest = digestOf([stored?.data ?? null, ...parts.map(({ data }) => data ?? null)]);
    const touched = asInteger(row.touched) ?? 0;
    // A clock that ran ahead would hide all that comes behind it.
    if (asTime(touched) !== null) this.#until = Math.max(this.#until, touched);
    if (this.#read.get(id)?.digest === digest) return;
    this.#read.set(id, { digest, at: touched });
    yield* this.#nameSession(sessionId);
    const message = toMessage(id, sessionId, row, stored, parts);
    if (message === null) return yield newSkip("not json");
    if (message.data.parentID === undefined && message.data.role !== "user") {
      message.turnId = this.#userMessageBefore(row);
    }
    if (isUnfinished(message) && touched > Date.now() - stillWritten) {
      this.#read.delete(id);
      this.#unfinished = Math.min(this.#unfinished, touched);
      message.parts = message.parts.filter(({ data }) => !isGrowing(data));
    }
    for (const record of messageRecords(message)) {
      if (record.kind === "event") yield* this.#revisions.take(record);
      else yield record;
    }
  }

  #userMessageBefore({ id, session_id, time_created }: Row): string | null {
    const [found] = this.#db.all(
      `SELECT id FROM message WHERE session_id = ? AND (time_created, id) < (?, ?)
         AND CASE WHEN json_valid(data) THEN json_extract(data, '$.role') = 'user' END
       ORDER BY time_created DESC, id DESC LIMIT 1`,
      asText(session_id) ?? "",
      asInteger(time_created) ?? 0,
      asText(id) ?? "",
    );
    return asText(found?.id);
  }

  *#nameSession(id: string): Generator<HostRecord> {
    if (this.#named.has(id)) return;
    this.#named.add(id);
    const [row] = this.#sessionRows("WHERE id = ?", id);
    const session = row === undefined ? null : this.#toSession(row);
    yield session ?? newSkip("no session");
  }

  /** Sessions that changed without a message of theirs: a title, an end; and their todos. */
  *#sessions(): Generator<HostRecord> {
    for (const row of this.#sessionRows("WHERE time_updated >= ?", this.#since)) {
      const session = this.#toSession(row);
      if (session === null) continue;
      const digest = digestOf([row]);
      if (this.#read.get(session.id)?.digest !== digest && !this.#named.has(session.id)) yield session;
      this.#read.set(session.id, { digest, at: session.updatedAt ?? 0 });
      this.#named.add(session.id);
    }
    for (const id of this.#named) yield* this.#todos(id);
  }

  *#todos(sessionId: string): Generator<HostRecord> {
    if (!this.#db.columns("todo").has("position")) return;
    const rows = this.#db.all(
      `SELECT ${selectList(this.#db.columns("todo"), ["content", "status", "priority", "time_updated"])}
       FROM todo WHERE session_id = ? ORDER BY position`,
      sessionId,
    );
    const digest = digestOf(rows);
    const key = `todos of ${sessionId}`;
    if (rows.length === 0 || this.#read.get(key)?.digest === digest) return;
    const at = Math.max(...rows.map((row) => asTime(row.time_updated) ?? 0)) || null;
    this.#read.set(key, { digest, at: at ?? 0 });
    yield { kind: "todos", sessionId, todos: toTodos(rows), at };
  }

  #sessionRows(where: string, value: string | number): Row[] {
    const columns = this.#db.columns("session");
    const names = [
      "id",
      "project_id",
      "parent_id",
      "slug",
      "directory",
      "title",
      "version",
      "share_url",
      "revert",
    ];
    const list = selectList(columns, [...names, "agent", "time_created", "time_updated", "time_archived"]);
    return columns.size === 0
      ? []
      : this.#db.all(`SELECT ${list} FROM session ${where} ORDER BY time_created, id`, value);
  }

  #toSession(row: Row): SessionRecord | null {
    const session = sessionFromRow(row);
    return session === null || asText(row.agent) !== null ? session : { ...session, agent: this.#host };
  }

  /** The next reading begins at the latest, and finds those of that moment again. */
  #latest(): JsonObject[] {
    const latest = [...this.#read].sort(([, a], [, b]) => b.at - a.at).slice(0, mostRemembered);
    return latest.map(([id, { digest, at }]) => ({ id, digest, at }));
  }

  #position(since: number, read: JsonObject[]): PositionRecord {
    const bytes = databaseBytes(this.#path);
    const position = { version, since, read, revisions: this.#revisions.state() };
    return { kind: "position", position, bytes };
  }
}

function toMessage(
  id: string,
  sessionId: string,
  row: Row,
  stored: Row | undefined,
  parts: Row[],
): Message | null {
  const data = asObject(parseJson(stored?.data));
  if (data === null) return null;
  return {
    id,
    sessionId,
    data,
    createdAt: asTime(row.time_created),
    turnId: null,
    parts: parts.flatMap((part) => toPart(part) ?? []),
  };
}

function isUnfinished({ data }: Message): boolean {
  return data.role === "assistant" && asTime(asObject(data.time)?.completed) === null;
}

function isGrowing({ type, time }: JsonObject): boolean {
  return (type === "text" || type === "reasoning") && asTime(asObject(time)?.end) === null;
}

function toPart(row: Row): Part | null {
  const data = asObject(parseJson(row.data));
  const id = asText(row.id);
  return data === null || id === null ? null : { id, data, createdAt: asTime(row.time_created) };
}

function digestOf(values: (JsonObject | JsonObject[keyof JsonObject])[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("base64url").slice(0, 12);
}
