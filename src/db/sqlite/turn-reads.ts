// What is read from the events of a session to tell its turns.
import { and, between, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { EventType } from "../records.ts";
import { clip, eventsOf, type Part, toPartsValue } from "./lineage.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { actions, events } from "./schema.ts";
import type { EventFacts, Marks, Span } from "./turn-spans.ts";

const seq = as<number>("seq", sql`${events.seq}`);
const first = as<number | null>("seq", sql`min(${events.seq})`);
const turnId = as<string | null>("turnId", sql`${events.turnId}`);
// Literal, so that a partial index can serve it.
const isPrompt = sql`${events.author} = 'user' and ${events.type} = 'message'`;

const facts = {
  seq,
  turnId,
  author: as<string>("author", sql`${events.author}`),
  type: as<EventType>("type", sql`${events.type}`),
  branch: as<string | null>("branch", sql`${events.branch}`),
  finish: as<string | null>("finish", sql`${events.finish}`),
  hasError: as<number>("hasError", sql`ifnull(${events.error}, '') <> ''`),
  hasActions: as<number>("hasActions", sql`${events.actionCount} > 0`),
  hasOpenAction: as<number>(
    "hasOpenAction",
    sql`${events.actionCount} > 0 and exists (select 1 from ${actions} where ${actions.sessionId} = ${events.sessionId}
      and ${actions.seq} = ${events.seq} and ${actions.status} in ('pending', 'running'))`,
  ),
  runId: as<string | null>("runId", sql`${events.runId}`),
  createdAt: as<number>("createdAt", sql`${events.createdAt}`),
  inputTokens: as<number | null>("inputTokens", sql`${events.inputTokens}`),
  outputTokens: as<number | null>("outputTokens", sql`${events.outputTokens}`),
  reasoningTokens: as<number | null>("reasoningTokens", sql`${events.reasoningTokens}`),
  cacheReadTokens: as<number | null>("cacheReadTokens", sql`${events.cacheReadTokens}`),
  cacheWriteTokens: as<number | null>("cacheWriteTokens", sql`${events.cacheWriteTokens}`),
  costUsd: as<number | null>("costUsd", sql`${events.costUsd}`),
};

export class TurnReads {
  readonly #prompts;
  readonly #firsts;
  readonly #firstOf;
  readonly #prelude;
  readonly #all;
  readonly #named;
  readonly #unnamed;

  constructor(db: Drizzle) {
    const parts = eventsOf("parts");
    const ofTurn = eq(events.turnId, sql.placeholder("turnId"));
    const factsWhere = (condition: SQL | undefined) =>
      new Prepared(db, () => db.select(facts).from(parts).where(condition));
    this.#prompts = new Prepared(db, () => db.select({ seq, turnId }).from(parts).where(isPrompt));
    this.#firsts = new Prepared(db, () =>
      db
        .select({
          turnId: as<string>("turnId", sql`${events.turnId}`),
          seq: as<number>("seq", sql`min(${events.seq})`),
        })
        // That index alone answers, in its own order; by seq every row would be read.
        .from(sql`${events} indexed by events_by_turn`)
        .where(
          and(
            eq(events.sessionId, sql.placeholder("ownerId")),
            isNotNull(events.turnId),
            between(events.seq, sql.placeholder("fromSeq"), sql.placeholder("toSeq")),
          ),
        )
        .groupBy(events.turnId),
    );
    this.#firstOf = new Prepared(db, () => db.select({ seq: first }).from(parts).where(ofTurn));
    this.#prelude = new Prepared(db, () =>
      db.select({ seq: first }).from(parts).where(isNull(events.turnId)),
    );
    this.#all = factsWhere(undefined);
    this.#named = factsWhere(ofTurn);
    this.#unnamed = factsWhere(isNull(events.turnId));
  }

  /** The marks of all of the parts' events. */
  marks(parts: readonly Part[], lastSeq: number): Marks {
    const prompts = bySeq(this.#prompts.all({ parts: toPartsValue(parts) }));
    const before = clip(parts, 1, (prompts[0]?.seq ?? lastSeq + 1) - 1);
    const prelude = this.#prelude.get({ parts: toPartsValue(before) })?.seq ?? null;
    const firsts = new Map<string, number>();
    for (const { turnId, seq } of parts.flatMap((part) => this.#firsts.all({ ...part }))) {
      if (!firsts.has(turnId)) firsts.set(turnId, seq);
    }
    return { prompts, firsts, prelude, lastSeq };
  }

  firstOf(turnId: string, parts: readonly Part[]): number | null {
    return this.#firstOf.get({ turnId, parts: toPartsValue(parts) })?.seq ?? null;
  }

  /** Of every event of the parts, by seq. */
  facts(parts: readonly Part[]): EventFacts[] {
    return bySeq(this.#all.all({ parts: toPartsValue(parts) }));
  }

  /** Of the events of a turn, by seq. */
  factsOf({ turnId, ranges }: Span, parts: readonly Part[]): EventFacts[] {
    const unnamed = ranges.flatMap(({ from, to }) => clip(parts, from, to));
    const found = this.#unnamed.all({ parts: toPartsValue(unnamed) });
    if (turnId === null) return bySeq(found);
    return bySeq([...this.#named.all({ turnId, parts: toPartsValue(parts) }), ...found]);
  }
}

function bySeq<T extends { seq: number }>(rows: T[]): T[] {
  return rows.sort((a, b) => a.seq - b.seq);
}

/** A column of a result. */
function as<T>(name: string, expression: SQL) {
  // Nested, for drizzle takes the tables' names off the columns that stand directly in a field.
  return sql<T>`${expression}`.as(name);
}
