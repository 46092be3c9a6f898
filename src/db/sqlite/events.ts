// Events: appended once, read in pages. Their actions live in actions.ts.
import { and, asc, desc, eq, gt, gte, lt, lte, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Action, Event, EventType, JsonObject, JsonValue, NewEvent } from "../records.ts";
import type { History, HistoryQuery, Stored, StoreOptions } from "../store.ts";
import type { Actions } from "./actions.ts";
import { columnsOf, type Drizzle, Inserts, inList, Prepared, Shapes } from "./prepare.ts";
import { keyConflict } from "./refusals.ts";
import type { Runs } from "./runs.ts";
import { events } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, hashRequest, repairTexts, toJson } from "./text.ts";

type EventRow = typeof events.$inferSelect;

// Rows are read so many at a time, and a page ends behind the batch that brought it over the limit of text:
// 500 events of 4 MiB each would not fit into memory, nor into any reply.
const batchSize = 64;
const pageText = 4 * 1024 * 1024;

export class Events {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #actions: Actions;
  readonly #runs: Runs;
  readonly #insert;
  readonly #bySeq;
  readonly #byKey;
  readonly #pages = new Shapes<{ all(values: Record<string, unknown>): EventRow[] }>();

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; actions: Actions; runs: Runs },
  ) {
    this.#db = db;
    this.#options = options;
    this.#sessions = related.sessions;
    this.#actions = related.actions;
    this.#runs = related.runs;
    this.#insert = new Inserts(db, events);
    const ofSession = eq(events.sessionId, sql.placeholder("sessionId"));
    this.#bySeq = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(ofSession, eq(events.seq, sql.placeholder("seq")))),
    );
    this.#byKey = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(ofSession, eq(events.idempotencyKey, sql.placeholder("key")))),
    );
  }

  append(event: NewEvent): Stored<Event> {
    const { sessionId, idempotencyKey, runId } = event;
    const requestHash = idempotencyKey === null ? null : hashRequest(requestOf(event));
    if (idempotencyKey !== null) {
      const earlier = this.#byKey.get({ sessionId, key: idempotencyKey.toWellFormed() });
      if (earlier) {
        this.#sessions.get(sessionId);
        if (earlier.requestHash !== requestHash) throw keyConflict(idempotencyKey, `event ${earlier.seq}`);
        return { record: this.#withActions(earlier), duplicate: true };
      }
    }
    if (runId !== null) this.#runs.get(runId);
    const seq = this.#sessions.grow(sessionId, event);
    const createdAt = event.createdAt ?? this.#options.now();
    const { row, lossy } = repairTexts({
      sessionId,
      seq,
      type: event.type,
      author: event.author,
      origin: event.origin,
      client: event.client,
      createdAt,
      actionCount: event.actions.length,
      forgottenAt: null,
      agent: event.agent,
      branch: event.branch,
      turnId: event.turnId,
      messageId: event.messageId,
      runId,
      finish: event.finish,
      inputTokens: event.tokens.input,
      outputTokens: event.tokens.output,
      reasoningTokens: event.tokens.reasoning,
      cacheReadTokens: event.tokens.cacheRead,
      cacheWriteTokens: event.tokens.cacheWrite,
      costUsd: event.costUsd,
      longRunningToolIds: toJson(event.longRunningToolIds ?? undefined),
      idempotencyKey,
      requestHash,
      error: event.error,
      content: event.content,
      reasoning: event.reasoning,
      metadata: toJson(event.metadata ?? undefined),
      raw: toJson(event.raw),
    });
    const prepared = this.#actions.prepare(event.actions, { sessionId, seq, createdAt });
    const stored = { ...row, lossy: lossy || prepared.lossy ? 1 : null };
    this.#insert.run(stored);
    this.#actions.insert(prepared.rows);
    return { record: toEvent(stored, prepared.rows.map(this.#actions.toAction)), duplicate: false };
  }

  get(sessionId: string, seq: number): Event {
    const { lastSeq } = this.#sessions.get(sessionId);
    const row = this.#bySeq.get({ sessionId, seq });
    if (row) return this.#withActions(row);
    throw new StoreError(
      "not_found",
      `Session "${sessionId}" has no event ${seq}: its last is ${lastSeq}.`,
      "get_history lists the events with their seq.",
    );
  }

  history(query: HistoryQuery): History {
    const { eventCount } = this.#sessions.get(query.sessionId);
    const items: Event[] = [];
    let position = query.after;
    let text = 0;
    while (true) {
      const wanted = Math.min(batchSize, query.limit - items.length);
      const rows = this.#page(query, position, wanted + 1);
      const page = rows.slice(0, wanted);
      const actions = this.#actions.of(query.sessionId, page);
      for (const row of page) {
        const event = toEvent(row, actions.get(row.seq) ?? []);
        items.push(event);
        text += textLength(event);
      }
      const more = rows.length > wanted;
      if (!more || items.length === query.limit || text > pageText) return { items, more, eventCount };
      position = items.at(-1);
    }
  }

  #withActions(row: EventRow): Event {
    return toEvent(row, this.#actions.of(row.sessionId, [row]).get(row.seq) ?? []);
  }

  #page(query: HistoryQuery, after: HistoryQuery["after"], limit: number): EventRow[] {
    const values: Record<string, unknown> = {
      sessionId: query.sessionId,
      afterSeq: query.afterSeq,
      beforeSeq: query.beforeSeq,
      authors: query.authors && JSON.stringify(query.authors),
      types: query.types && JSON.stringify(query.types),
      branch: query.branch,
      turnId: query.turnId,
      since: query.since,
      until: query.until,
      positionSeq: after?.seq,
      positionTime: query.orderBy === "createdAt" ? after?.createdAt : undefined,
      limit,
    };
    const given = Object.keys(values).filter((name) => values[name] !== undefined);
    const shape = [query.orderBy, query.order, ...given].join();
    return this.#pages.get(shape, () => this.#preparePage(query, new Set(given))).all(values);
  }

  #preparePage({ orderBy, order }: Pick<HistoryQuery, "orderBy" | "order">, given: ReadonlySet<string>) {
    const behind = order === "asc" ? sql`>` : sql`<`;
    const conditions: Record<string, SQL> = {
      sessionId: eq(events.sessionId, sql.placeholder("sessionId")),
      afterSeq: gt(events.seq, sql.placeholder("afterSeq")),
      beforeSeq: lt(events.seq, sql.placeholder("beforeSeq")),
      authors: inList(events.author, "authors"),
      types: inList(events.type, "types"),
      branch: eq(events.branch, sql.placeholder("branch")),
      turnId: eq(events.turnId, sql.placeholder("turnId")),
      since: gte(events.createdAt, sql.placeholder("since")),
      until: lte(events.createdAt, sql.placeholder("until")),
      positionSeq:
        orderBy === "seq"
          ? sql`${events.seq} ${behind} ${sql.placeholder("positionSeq")}`
          : sql`(${events.createdAt}, ${events.seq}) ${behind} (${sql.placeholder("positionTime")}, ${sql.placeholder("positionSeq")})`,
    };
    const wanted = Object.entries(conditions).filter(([name]) => given.has(name));
    const where = and(...wanted.map(([, condition]) => condition));
    const direction = order === "asc" ? asc : desc;
    const limit = sql.placeholder("limit");
    const rows = this.#db.select(columnsOf(events)).from(events).$dynamic();
    if (orderBy === "seq") {
      const bySeq = rows.where(where).orderBy(direction(events.seq)).limit(limit);
      return new Prepared(this.#db, () => bySeq);
    }
    // Sorts the keys of the session first, and then reads the texts of one page only.
    const byTime = [direction(events.createdAt), direction(events.seq)];
    const page = this.#db
      .select({ id: events.id })
      .from(events)
      .where(where)
      .orderBy(...byTime)
      .limit(limit);
    const found = rows.where(sql`${events.id} in ${page}`).orderBy(...byTime);
    return new Prepared(this.#db, () => found);
  }
}

/** What a repeat must say again: everything the caller gave. */
function requestOf(event: NewEvent): object {
  const { origin: _origin, client: _client, idempotencyKey: _key, ...said } = event;
  return said;
}

function textLength({ content, reasoning, actions }: Event): number {
  let length = (content?.length ?? 0) + (reasoning?.length ?? 0);
  for (const { input, output } of actions) {
    length += typeof output === "string" ? output.length : 100;
    length += typeof input === "string" ? input.length : 100;
  }
  return length;
}

function toEvent(row: Omit<EventRow, "id">, actions: Action[]): Event {
  return {
    sessionId: row.sessionId,
    seq: row.seq,
    type: row.type as EventType,
    author: row.author,
    content: row.content,
    reasoning: row.reasoning,
    actions,
    agent: row.agent,
    branch: row.branch,
    turnId: row.turnId,
    messageId: row.messageId,
    runId: row.runId,
    finish: row.finish,
    error: row.error,
    tokens: {
      input: row.inputTokens,
      output: row.outputTokens,
      reasoning: row.reasoningTokens,
      cacheRead: row.cacheReadTokens,
      cacheWrite: row.cacheWriteTokens,
    },
    costUsd: row.costUsd,
    longRunningToolIds: fromJson<string[]>(row.longRunningToolIds),
    metadata: fromJson<JsonObject>(row.metadata),
    raw: fromJson<JsonValue>(row.raw) ?? undefined,
    origin: row.origin,
    client: row.client,
    lossy: row.lossy === 1,
    forgottenAt: row.forgottenAt,
    createdAt: row.createdAt,
  };
}
