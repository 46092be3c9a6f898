// What is read from the events of a session to tell its turns.
import { and, between, eq, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { EventFilters } from "../records.ts";
import { eventConditions, filterValues } from "./event-rows.ts";
import { clip, eventsOf, type Part, toPartsValue } from "./lineage.ts";
import { type Drizzle, Prepared, Shapes } from "./prepare.ts";
import { actions, events } from "./schema.ts";
import type { LastSeqs, Mark, Marks, Span } from "./turn-spans.ts";

/** A turn's sums; `run` is the last of its events that names one. */
export interface Summary extends LastSeqs {
  firstSeq: number;
  lastSeq: number;
  eventCount: number;
  startedAt: number;
  lastAt: number;
  run: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  costUsd: number | null;
}

// Literal, so that a partial index can serve it.
const isPrompt = sql`${events.author} = 'user' and ${events.type} = 'message'`;
const isWord = sql`${events.type} not in ('status', 'note')`;
const isFailure = sql`(${events.type} = 'error' or ${events.error} <> '' or ${events.finish} = 'error')`;
// The model waits for results, and speaks again.
const callsTools = sql`(${events.finish} like 'tool%' or ${events.finish} in ('function_call', 'pause_turn'))`;
const hasOpenAction = sql`exists (select 1 from ${actions} where ${actions.sessionId} = ${events.sessionId}
  and ${actions.seq} = ${events.seq} and ${actions.status} in ('pending', 'running'))`;
const isReply = sql`${events.type} in ('message', 'result') and ${events.author} not in ('user', 'system', 'tool')`;
const isAnswer = sql`not ifnull(${isFailure}, 0) and not ifnull(${callsTools}, 0)
  and (${events.finish} is not null or (${isReply} and (${events.actionCount} = 0 or not ${hasOpenAction})))`;

export class TurnReads {
  readonly #db: Drizzle;
  readonly #prompts;
  readonly #firsts;
  readonly #first;
  readonly #prelude;
  readonly #recent;
  readonly #runAt;
  readonly #summary;
  readonly #seqs = new Shapes<{ all(values: Record<string, unknown>): { seq: number }[] }>();

  constructor(db: Drizzle) {
    this.#db = db;
    const seq = as<number>("seq", sql`${events.seq}`);
    const turnId = as<string | null>("turnId", sql`${events.turnId}`);
    const first = as<number | null>("seq", sql`min(${events.seq})`);
    const ofParts = eventsOf("parts");
    const ofOwner = eq(events.sessionId, sql.placeholder("ownerId"));
    this.#prompts = new Prepared(db, () => db.select({ seq, turnId }).from(ofParts).where(isPrompt));
    this.#firsts = new Prepared(db, () =>
      db
        .select({
          turnId: as<string>("turnId", sql`${events.turnId}`),
          seq: as<number>("seq", sql`min(${events.seq})`),
        })
        .from(ofParts)
        .where(isNotNull(events.turnId))
        .groupBy(events.turnId),
    );
    this.#first = new Prepared(db, () =>
      db
        .select({ seq: first })
        .from(ofParts)
        .where(eq(events.turnId, sql.placeholder("turnId"))),
    );
    this.#prelude = new Prepared(db, () =>
      db
        .select({ seq: first })
        .from(ofParts)
        .where(and(isNull(events.turnId), lt(events.seq, sql.placeholder("before")))),
    );
    this.#recent = new Prepared(db, () =>
      db
        .select({ seq, turnId, prompt: as<number>("prompt", isPrompt) })
        .from(events)
        .where(and(ofOwner, between(events.seq, sql.placeholder("fromSeq"), sql.placeholder("toSeq"))))
        .orderBy(events.seq),
    );
    this.#runAt = new Prepared(db, () =>
      db
        .select({ runId: as<string | null>("runId", sql`${events.runId}`) })
        .from(events)
        .where(and(ofOwner, eq(events.seq, sql.placeholder("seq")))),
    );
    this.#summary = new Prepared(db, () => prepareSummary(db));
  }

  /** All marks of the parts' events. */
  marks(parts: readonly Part[], lastSeq: number): Marks {
    const values = { parts: toPartsValue(parts) };
    const prompts = this.#prompts.all(values).sort((a, b) => a.seq - b.seq);
    const before = prompts[0]?.seq ?? lastSeq + 1;
    const prelude = this.#prelude.get({ ...values, before })?.seq ?? null;
    return { prompts, firsts: this.#firsts.all(values), prelude, lastSeq };
  }

  /** The same of a few events, read one by one; `last` is the mark of the last of them. */
  recentMarks(parts: readonly Part[]): Marks & { last: Mark } {
    const rows = parts.flatMap((part) => this.#recent.all({ ...part }));
    const prompts = rows.filter(({ prompt }) => prompt === 1);
    const firsts = new Map<string, number>();
    for (const { turnId, seq } of rows) if (turnId !== null && !firsts.has(turnId)) firsts.set(turnId, seq);
    const [prelude] = rows.filter(({ turnId }) => turnId === null);
    const last = rows.at(-1) ?? { seq: 0, turnId: null };
    return {
      prompts,
      firsts: [...firsts].map(([turnId, seq]) => ({ turnId, seq })),
      prelude: prelude && prelude.seq < (prompts[0]?.seq ?? Number.POSITIVE_INFINITY) ? prelude.seq : null,
      lastSeq: last.seq,
      last,
    };
  }

  firstOf(turnId: string, parts: readonly Part[]): number | null {
    return this.#first.get({ turnId, parts: toPartsValue(parts) })?.seq ?? null;
  }

  summary(span: Span, parts: readonly Part[]): Summary {
    const summary = this.#summary.get(spanValues(span, parts));
    if (summary === undefined) throw new Error("an aggregate without a row");
    return summary;
  }

  /** The turn's events that the filters leave, by seq. */
  seqs(span: Span, parts: readonly Part[], filters: EventFilters, limit: number): number[] {
    const values: Record<string, unknown> = filterValues(filters);
    const given = Object.keys(eventConditions).filter((name) => values[name] !== undefined);
    const statement = this.#seqs.get(given.join(), () => this.#prepareSeqs(new Set(given)));
    return statement.all({ ...values, ...spanValues(span, parts), limit }).map(({ seq }) => seq);
  }

  #prepareSeqs(given: ReadonlySet<string>) {
    const wanted = Object.entries(eventConditions).filter(([name]) => given.has(name));
    const conditions = wanted.map(([, condition]) => condition);
    return new Prepared(this.#db, () => {
      const members = membersOf(this.#db, { seq: as<number>("seq", sql`${events.seq}`) }, conditions);
      return this.#db
        .select({ seq: as<number>("seq", sql`seq`) })
        .from(sql`${members} as member`)
        .orderBy(sql`seq`)
        .limit(sql.placeholder("limit"));
    });
  }

  /** The run that an event names. */
  runAt(seq: number, parts: readonly Part[]): string | null {
    const ownerId = clip(parts, seq, seq)[0]?.ownerId;
    return this.#runAt.get({ ownerId, seq })?.runId ?? null;
  }
}

/** A column of a result. */
function as<T>(name: string, expression: SQL) {
  // Nested, for drizzle takes the tables' names off the columns that stand directly in a field.
  return sql<T>`${expression}`.as(name);
}

/** The events of a turn: those that name it in `parts`, and those that name none in `ranges`. */
function membersOf(db: Drizzle, fields: Record<string, SQL.Aliased>, conditions: SQL[] = []) {
  const named = and(eq(events.turnId, sql.placeholder("turnId")), ...conditions);
  const unnamed = and(isNull(events.turnId), ...conditions);
  return db
    .select(fields)
    .from(eventsOf("parts"))
    .where(named)
    .unionAll(db.select(fields).from(eventsOf("ranges")).where(unnamed));
}

function spanValues({ turnId, ranges }: Span, parts: readonly Part[]) {
  const unnamed = ranges.flatMap(({ from, to }) => clip(parts, from, to));
  return { turnId, parts: toPartsValue(turnId === null ? [] : parts), ranges: toPartsValue(unnamed) };
}

function prepareSummary(db: Drizzle) {
  const seqIf = (condition: SQL) => sql`case when ${condition} then ${events.seq} end`;
  const columns = {
    seq: sql`${events.seq}`,
    at: sql`${events.createdAt}`,
    prompt: seqIf(isPrompt),
    word: seqIf(isWord),
    failure: seqIf(isFailure),
    answer: seqIf(isAnswer),
    run: seqIf(sql`${events.runId} is not null`),
    inputTokens: sql`${events.inputTokens}`,
    outputTokens: sql`${events.outputTokens}`,
    reasoningTokens: sql`${events.reasoningTokens}`,
    cacheReadTokens: sql`${events.cacheReadTokens}`,
    cacheWriteTokens: sql`${events.cacheWriteTokens}`,
    costUsd: sql`${events.costUsd}`,
  };
  const fields = Object.entries(columns).map(
    ([name, column]) => [name, as<number | null>(name, column)] as const,
  );
  const members = membersOf(db, Object.fromEntries(fields));
  const last = (name: keyof typeof columns) => as<number | null>(name, sql`max(${sql.identifier(name)})`);
  const sum = (name: keyof typeof columns) => as<number | null>(name, sql`sum(${sql.identifier(name)})`);
  return db
    .select({
      firstSeq: as<number>("firstSeq", sql`min("seq")`),
      lastSeq: as<number>("lastSeq", sql`max("seq")`),
      eventCount: as<number>("eventCount", sql`count(*)`),
      startedAt: as<number>("startedAt", sql`min("at")`),
      lastAt: as<number>("lastAt", sql`max("at")`),
      prompt: last("prompt"),
      word: last("word"),
      failure: last("failure"),
      answer: last("answer"),
      run: last("run"),
      inputTokens: sum("inputTokens"),
      outputTokens: sum("outputTokens"),
      reasoningTokens: sum("reasoningTokens"),
      cacheReadTokens: sum("cacheReadTokens"),
      cacheWriteTokens: sum("cacheWriteTokens"),
      costUsd: sum("costUsd"),
    })
    .from(sql`${members} as member`);
}
