// An export on its way in: each record once, sessions event by event, so that a repeat goes on where one was cut short.
import { and, eq, sql } from "drizzle-orm";
import { type PortableCounts, type PortableRecord, portableKinds } from "../portable.ts";
import type { JsonObject } from "../records.ts";
import { PortableForks } from "./portable-forks.ts";
import { assertJoined, outOfPlace, toRefusal } from "./portable-refusals.ts";
import { fromPortable, objects, PortableInserts } from "./portable-rows.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { projects } from "./project-schema.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import type { Redaction } from "./redaction.ts";
import { events, sessions, type todos } from "./schema.ts";
import { usageCounters } from "./session-growth.ts";
import type { SessionRow } from "./sessions.ts";

type TodoRow = typeof todos.$inferSelect;

/** A session of the export as it is here: its id, and up to where its history is the same. */
interface Here {
  id: string;
  same: number;
}

/** The session whose events come now, and the seq of the next one that is not there; null: its events stay out. */
interface Open {
  session: SessionRow;
  next: number | null;
  here: Here | null;
}

// What of a session grows with its events.
const counters = [...usageCounters, "updatedAt", "lastAccessedAt"] as const;

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
  readonly leftForks: string[] = [];
  readonly #related: Related;
  readonly #forks: PortableForks;
  /** Projects of the export that are here under another id. */
  readonly #projects = new Map<string, string>();
  /** Sessions of the export that are here, by their ids there. */
  readonly #here = new Map<string, Here>();
  /** Sessions whose records stay out. */
  readonly #left = new Set<string>();
  #open: Open | undefined;
  /** Of the record, from 1. */
  #position = 0;

  constructor(related: Related) {
    this.#related = related;
    this.#forks = new PortableForks((id) => related.tables.session.get({ id }));
  }

  take(records: readonly PortableRecord[]): void {
    this.#meet();
    for (const record of records) {
      this.#position += 1;
      try {
        if (this.#record(record)) this.counts[record.kind] += 1;
      } catch (error) {
        throw toRefusal(error, this.#position);
      }
    }
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
        const said = this.#row(record.kind, record);
        const row = record.kind === "checkpoint" ? this.#forks.checkpoint(said) : said;
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
    const said = this.#parented(this.#row("session", record) as SessionRow);
    const found = tables.session.get({ id: said.id }) ?? providerSessions.find(said);
    this.#forks.note(said, found?.id ?? said.id);
    if (found !== undefined) {
      const { id, deletedAt, forgottenAt, lastSeq } = found;
      const stays = id !== said.id || deletedAt !== null || forgottenAt !== said.forgottenAt;
      if (stays) this.#left.add(said.id);
      const next = !stays && lastSeq < said.lastSeq ? lastSeq + 1 : null;
      this.#begin(said, { next, id: deletedAt === null ? id : null });
      return false;
    }
    const lineage = this.#lineageOf(record);
    if (lineage === null) this.leftForks.push(said.id);
    const before = said.forkedAtSeq ?? 0;
    const empty = { ...this.#forks.session(said), lastSeq: before, eventCount: before };
    if (lineage === null || !tables.inserts.run("session", empty)) {
      this.#left.add(said.id);
      this.#begin(said, { next: null, id: null });
      return false;
    }
    this.#begin(said, { next: before < said.lastSeq ? before + 1 : null, id: said.id });
    for (const part of lineage) tables.inserts.run("lineage", part);
    for (const todo of objects(record.todos)) {
      const row = this.#row("todo", todo) as TodoRow;
      if (this.#forks.isOwn(said.id, row)) tables.inserts.run("todo", { ...row, sessionId: said.id });
    }
    return true;
  }

  /** `id`: here; null: nobody may share with it. */
  #begin(session: SessionRow, { next, id }: { next: number | null; id: string | null }): void {
    const here = id === null ? null : { id, same: session.forkedAtSeq ?? 0 };
    if (here !== null) this.#here.set(session.id, here);
    this.#open = { session, next, here };
  }

  #parented(session: SessionRow): SessionRow {
    const idOf = (id: string | null) => (id === null ? null : (this.#here.get(id)?.id ?? id));
    return {
      ...session,
      parentSessionId: idOf(session.parentSessionId),
      forkedFromSessionId: idOf(session.forkedFromSessionId),
    };
  }

  /** Null: some of what it shares is not here, or is another history. */
  #lineageOf(record: PortableRecord): Record<string, unknown>[] | null {
    const parts: Record<string, unknown>[] = objects(record.lineage).map((part) => ({
      ...this.#row("lineage", part),
      sessionId: record.id,
    }));
    assertJoined(parts, record);
    const here = parts.flatMap((part) => {
      const source = this.#here.get(String(part.sourceId));
      return source && Number(part.toSeq) <= source.same ? [{ ...part, sourceId: source.id }] : [];
    });
    return here.length === parts.length ? here : null;
  }

  #event(record: PortableRecord): boolean {
    const { tables } = this.#related;
    const row = this.#row("event", record);
    const open = this.#open;
    if (open === undefined || open.session.id !== row.sessionId) throw outOfPlace(row);
    const seq = Number(row.seq);
    if (open.next === null || seq < open.next) {
      const same = open.here !== null && this.#isSame(row, open.here.id);
      if (same && open.here?.same === seq - 1) open.here.same = seq;
      // The last one here: if it is another than theirs, so is all behind it.
      if (seq + 1 === open.next && !same) open.next = null;
      return false;
    }
    if (seq !== open.next) throw outOfPlace(row);
    const actions = objects(record.actions);
    if (!tables.inserts.run("event", { ...row, actionCount: actions.length })) throw outOfPlace(row);
    for (const action of actions) {
      tables.inserts.run("action", { ...this.#row("action", action), sessionId: row.sessionId, seq });
    }
    open.next += 1;
    if (open.here?.same === seq - 1) open.here.same = seq;
    return true;
  }

  /** Others may have written to the session since the last transaction: what is there is compared again. */
  #meet(): void {
    const open = this.#open;
    if (open === undefined || open.next === null) return;
    const { id, lastSeq, forgottenAt } = open.session;
    const found = this.#related.tables.session.get({ id });
    if (found?.deletedAt !== null || found.forgottenAt !== forgottenAt) {
      this.#left.add(id);
      if (found?.deletedAt !== null) this.#here.delete(id);
      open.next = null;
    } else if (found.lastSeq + 1 !== open.next) {
      open.next = found.lastSeq < lastSeq ? found.lastSeq + 1 : null;
    }
  }

  #isSame(row: Record<string, unknown>, id: string): boolean {
    const here = this.#related.tables.event.get({ id, seq: row.seq });
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
