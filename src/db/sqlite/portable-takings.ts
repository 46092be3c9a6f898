// An export on its way in: each record once, sessions event by event, so that a repeat goes on where one was cut short.
import { and, eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import { type PortableCounts, type PortableRecord, portableKinds } from "../portable.ts";
import type { JsonObject, JsonValue } from "../records.ts";
import { fromPortable, PortableInserts } from "./portable-rows.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import type { Redaction } from "./redaction.ts";
import { events, projects, sessions } from "./schema.ts";
import type { SessionRow } from "./sessions.ts";

/** The session whose events come now, and the seq of the next one that is not there; null: its events stay out. */
interface Open {
  session: SessionRow;
  next: number | null;
}

// What of a session grows with its events.
const counters = [
  "inputTokens",
  "outputTokens",
  "reasoningTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "costUsd",
  "updatedAt",
  "lastAccessedAt",
] as const;

export class PortableTables {
  readonly inserts: PortableInserts;
  readonly session;
  readonly event;
  readonly grow;
  readonly finish;
  readonly projectAt;

  constructor(db: Drizzle) {
    this.inserts = new PortableInserts(db);
    const id = eq(sessions.id, sql.placeholder("id"));
    this.session = new Prepared(db, () => db.select(columnsOf(sessions)).from(sessions).where(id));
    this.event = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(eq(events.sessionId, sql.placeholder("id")), eq(events.seq, sql.placeholder("seq")))),
    );
    const grown = { lastSeq: value("lastSeq"), eventCount: value("lastSeq") };
    this.grow = new Prepared(db, () => db.update(sessions).set(grown).where(id));
    const sums = Object.fromEntries(counters.map((name) => [name, value(name)]));
    this.finish = new Prepared(db, () => db.update(sessions).set(sums).where(id));
    this.projectAt = new Prepared(db, () =>
      db
        .select({ id: columnsOf(projects).id })
        .from(projects)
        .where(eq(projects.directory, sql.placeholder("directory"))),
    );
  }
}

interface Related {
  tables: PortableTables;
  providerSessions: ProviderSessions;
  redaction: Redaction;
}

export class PortableTaking {
  readonly counts = Object.fromEntries(portableKinds.map((kind) => [kind, 0])) as PortableCounts;
  readonly #related: Related;
  /** Projects of the export that are here under another id. */
  readonly #projects = new Map<string, string>();
  /** Sessions whose records stay out. */
  readonly #left = new Set<string>();
  #open: Open | undefined;

  constructor(related: Related) {
    this.#related = related;
  }

  take(records: readonly PortableRecord[]): void {
    for (const record of records) if (this.#record(record)) this.counts[record.kind] += 1;
    this.#grow();
  }

  #record(record: PortableRecord): boolean {
    switch (record.kind) {
      case "project":
        return this.#project(record);
      case "session":
        return this.#session(record);
      case "event":
        return this.#event(record);
      default: {
        const row = this.#row(record.kind, record);
        return !this.#left.has(String(row.sessionId)) && this.#related.tables.inserts.run(record.kind, row);
      }
    }
  }

  #row(name: Parameters<typeof fromPortable>[0], record: JsonObject): Record<string, unknown> {
    const row = fromPortable(name, record, this.#related.redaction);
    const here = this.#projects.get(String(row.projectId));
    return here === undefined ? row : { ...row, projectId: here };
  }

  #project(record: PortableRecord): boolean {
    const { tables } = this.#related;
    const row = this.#row("project", record);
    if (tables.inserts.run("project", row)) return true;
    const here = tables.projectAt.get({ directory: row.directory });
    if (here !== undefined && here.id !== row.id) this.#projects.set(String(row.id), here.id);
    return false;
  }

  #session(record: PortableRecord): boolean {
    this.#grow();
    const { tables, providerSessions } = this.#related;
    const said = this.#row("session", record) as SessionRow;
    const here = tables.session.get({ id: said.id });
    const isTaken = here === undefined && providerSessions.find(said) !== undefined;
    if (isTaken || (here && (here.deletedAt !== null || here.forgottenAt !== null))) {
      this.#left.add(said.id);
      this.#open = { session: said, next: null };
      return false;
    }
    const before = said.forkedAtSeq ?? 0;
    const lastSeq = here?.lastSeq ?? before;
    this.#open = { session: said, next: lastSeq < said.lastSeq ? lastSeq + 1 : null };
    if (here) return false;
    const empty = { ...said, lastSeq: before, eventCount: before };
    if (!tables.inserts.run("session", empty)) {
      this.#left.add(said.id);
      this.#open.next = null;
      return false;
    }
    for (const part of objects(record.lineage)) tables.inserts.run("lineage", this.#row("lineage", part));
    for (const todo of objects(record.todos)) tables.inserts.run("todo", this.#row("todo", todo));
    return true;
  }

  #event(record: PortableRecord): boolean {
    const { tables } = this.#related;
    const row = this.#row("event", record);
    const open = this.#open;
    if (open === undefined || open.session.id !== row.sessionId) throw outOfPlace(row);
    if (open.next === null || Number(row.seq) < open.next) {
      // The last one here: if it is another than theirs, so is all behind it.
      if (Number(row.seq) + 1 === open.next && !this.#isSame(row)) open.next = null;
      return false;
    }
    if (row.seq !== open.next) throw outOfPlace(row);
    if (!tables.inserts.run("event", row)) throw outOfPlace(row);
    for (const action of objects(record.actions)) tables.inserts.run("action", this.#row("action", action));
    open.next += 1;
    return true;
  }

  #isSame(row: Record<string, unknown>): boolean {
    const here = this.#related.tables.event.get({ id: row.sessionId, seq: row.seq });
    return (["createdAt", "author", "type"] as const).every((name) => here?.[name] === row[name]);
  }

  /** What is stored of a session is what it shows, whenever this is cut short. */
  #grow(): void {
    const { session, next } = this.#open ?? { next: null };
    if (session === undefined || next === null) return;
    this.#related.tables.grow.run({ id: session.id, lastSeq: next - 1 });
    if (next <= session.lastSeq) return;
    this.#related.tables.finish.run(session);
  }
}

function objects(given: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(given)) return [];
  return given.filter(
    (item): item is JsonObject => item !== null && typeof item === "object" && !Array.isArray(item),
  );
}

function outOfPlace({ sessionId, seq }: Record<string, unknown>): StoreError {
  return new StoreError(
    "invalid_input",
    `Event ${String(seq)} of session "${String(sessionId)}" is not in its place in the export.`,
    "Export it again; what came before it was stored, and a repeat goes on from there.",
  );
}
