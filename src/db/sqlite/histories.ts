// The history of a session, a page at a time: its own events, and those that it shares as a fork.
import { and, asc, desc, eq, gte, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { Event } from "../records.ts";
import type { History, HistoryQuery } from "../store.ts";
import { type Actions, toAction } from "./actions.ts";
import { type EventRow, eventConditions, filterValues, textLength, toEvent } from "./event-rows.ts";
import { clip, eventsOf, type Lineage, type Part, toPartsValue } from "./lineage.ts";
import { columnsOf, type Drizzle, inList, Prepared, Shapes } from "./prepare.ts";
import { events } from "./schema.ts";
import type { Sessions } from "./sessions.ts";

// Rows are read so many at a time, and a page ends behind the event that brought it over the limit of text:
// 500 events of 4 MiB each would not fit into memory, nor into any reply.
const batchSize = 64;
const pageText = 4 * 1024 * 1024;

/** Up to `limit` rows behind `last`, or from the start. */
type Reader = (limit: number, last: HistoryQuery["after"]) => EventRow[];

export class Histories {
  readonly #db: Drizzle;
  readonly #sessions: Sessions;
  readonly #lineage: Lineage;
  readonly #actions: Actions;
  readonly #ofSeqs;
  readonly #windows;
  readonly #pages = new Shapes<{ all(values: Record<string, unknown>): EventRow[] }>();

  constructor(db: Drizzle, related: { sessions: Sessions; lineage: Lineage; actions: Actions }) {
    this.#db = db;
    this.#sessions = related.sessions;
    this.#lineage = related.lineage;
    this.#actions = related.actions;
    this.#ofSeqs = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(eq(events.sessionId, sql.placeholder("ownerId")), inList(events.seq, "seqs")))
        .orderBy(events.seq),
    );
    const window = (direction: typeof asc) =>
      new Prepared(db, () =>
        db.select(columnsOf(events)).from(eventsOf("parts")).orderBy(direction(events.seq)),
      );
    this.#windows = { asc: window(asc), desc: window(desc) };
  }

  page(query: HistoryQuery): History {
    const session = this.#sessions.get(query.sessionId);
    const { eventCount } = session;
    const parts = clip(
      this.#lineage.partsOf(session),
      (query.afterSeq ?? 0) + 1,
      (query.beforeSeq ?? Number.POSITIVE_INFINITY) - 1,
    );
    const items: Event[] = [];
    let text = 0;
    for (const read of this.#readers(query, parts)) {
      let last: Event | undefined;
      let more = true;
      while (more) {
        const wanted = text > pageText ? 0 : Math.min(batchSize, query.limit - items.length);
        const rows = read(wanted + 1, last);
        let taken = 0;
        for (const { event, length } of this.#toEvents(rows.slice(0, wanted), query.sessionId)) {
          items.push(event);
          text += length;
          taken += 1;
          if (text > pageText) break;
        }
        more = rows.length > taken;
        if (more && (items.length === query.limit || text > pageText)) return { items, more, eventCount };
        last = items.at(-1);
      }
    }
    return { items, more: false, eventCount };
  }

  /** The events with these ascending seqs; the first of them if they are more than 4 MiB of text. */
  ofSeqs(
    sessionId: string,
    parts: readonly Part[],
    seqs: readonly number[],
  ): { items: Event[]; text: number } {
    const items: Event[] = [];
    let text = 0;
    for (const { ownerId, fromSeq, toSeq } of parts) {
      const theirs = seqs.filter((seq) => seq >= fromSeq && seq <= toSeq);
      for (let start = 0; start < theirs.length; start += batchSize) {
        const batch = JSON.stringify(theirs.slice(start, start + batchSize));
        for (const { event, length } of this.#toEvents(
          this.#ofSeqs.all({ ownerId, seqs: batch }),
          sessionId,
        )) {
          items.push(event);
          text += length;
          if (text > pageText) return { items, text };
        }
      }
    }
    return { items, text };
  }

  /** One by one, with the length of its texts: who has enough text stops, and the rest is never read. */
  *#toEvents(rows: EventRow[], sessionId: string): Generator<{ event: Event; length: number }> {
    for (const row of rows) {
      const actions = this.#actions.of(row);
      yield { event: toEvent(row, actions.map(toAction), sessionId), length: textLength(row, actions) };
    }
  }

  /** One behind the other they read the parts' events in the order asked for. */
  #readers(query: HistoryQuery, parts: readonly Part[]): Reader[] {
    if (query.orderBy === "createdAt") return this.#byTime(query, parts);
    return parts.length > 1 && isUnfiltered(query) ? this.#byWindow(query, parts) : this.#bySeq(query, parts);
  }

  /** One query for several parts: as every seq has its event, so many events are so many seqs. */
  #byWindow({ order, after }: HistoryQuery, parts: readonly Part[]): Reader[] {
    const [first, end] = [parts[0]?.fromSeq ?? 1, parts.at(-1)?.toSeq ?? 0];
    const read: Reader = (limit, last = after) => {
      const from = Math.max(first, last === undefined ? first : last.seq + 1);
      const to = Math.min(end, last === undefined ? end : last.seq - 1);
      const window = order === "asc" ? clip(parts, from, from + limit - 1) : clip(parts, to - limit + 1, to);
      return this.#windows[order].all({ parts: toPartsValue(window) });
    };
    return [read];
  }

  /** A range of an index for each part. */
  #bySeq(query: HistoryQuery, parts: readonly Part[]): Reader[] {
    const { order, after } = query;
    const rest = (part: Part, seq: number) =>
      order === "asc"
        ? { ...part, fromSeq: Math.max(part.fromSeq, seq + 1) }
        : { ...part, toSeq: Math.min(part.toSeq, seq - 1) };
    const ordered = order === "asc" ? parts : parts.toReversed();
    return ordered.map((part) => (limit, last = after) => {
      const { ownerId, fromSeq, toSeq } = last === undefined ? part : rest(part, last.seq);
      if (fromSeq > toSeq) return [];
      return this.#read(query, { ownerId, fromSeq, toSeq, limit });
    });
  }

  /** Sorts the keys of all parts together. */
  #byTime(query: HistoryQuery, parts: readonly Part[]): Reader[] {
    const [only, ...others] = parts;
    const values = only && others.length === 0 ? { ...only } : { parts: toPartsValue(parts) };
    const read: Reader = (limit, last = query.after) =>
      this.#read(query, { ...values, positionSeq: last?.seq, positionTime: last?.createdAt, limit });
    return [read];
  }

  #read(query: HistoryQuery, where: Record<string, unknown>): EventRow[] {
    const values: Record<string, unknown> = { ...where, ...filterValues(query), turnId: query.turnId };
    const given = Object.keys(values).filter((name) => values[name] !== undefined);
    const shape = [query.orderBy, query.order, ...given].join();
    return this.#pages.get(shape, () => this.#prepare(query, new Set(given))).all(values);
  }

  #prepare({ orderBy, order }: Pick<HistoryQuery, "orderBy" | "order">, given: ReadonlySet<string>) {
    const behind = order === "asc" ? sql`>` : sql`<`;
    const conditions: Record<string, SQL> = {
      ownerId: eq(events.sessionId, sql.placeholder("ownerId")),
      fromSeq: gte(events.seq, sql.placeholder("fromSeq")),
      toSeq: lte(events.seq, sql.placeholder("toSeq")),
      ...eventConditions,
      turnId: eq(events.turnId, sql.placeholder("turnId")),
      positionTime: sql`(${events.createdAt}, ${events.seq}) ${behind} (${sql.placeholder("positionTime")}, ${sql.placeholder("positionSeq")})`,
    };
    const wanted = Object.entries(conditions).filter(([name]) => given.has(name));
    const where = and(...wanted.map(([, condition]) => condition));
    const direction = order === "asc" ? asc : desc;
    const limit = sql.placeholder("limit");
    const rows = this.#db.select(columnsOf(events)).from(events).$dynamic();
    if (orderBy === "seq") {
      return new Prepared(this.#db, () => rows.where(where).orderBy(direction(events.seq)).limit(limit));
    }
    // Sorts the keys first, and then reads the texts of one page only.
    const byTime = [direction(events.createdAt), direction(events.seq)];
    const page = this.#db
      .select({ id: sql<number>`${events.id}` })
      .from(given.has("parts") ? eventsOf("parts") : sql`${events}`)
      .where(where)
      .orderBy(...byTime)
      .limit(limit);
    return new Prepared(this.#db, () => rows.where(inArray(events.id, page)).orderBy(...byTime));
  }
}

function isUnfiltered(query: HistoryQuery): boolean {
  const filters: unknown[] = Object.values({ ...filterValues(query), turnId: query.turnId });
  return filters.every((filter) => filter === undefined);
}
