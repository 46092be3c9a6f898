// Sums made from the events themselves: to be added to the stored sums, taken from them, or read beside them.
import { and, eq, gt, isNull, lte, type SQL, sql } from "drizzle-orm";
import { bucketOf } from "./duration-buckets.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import type { eventRollups, toolRollups } from "./report-schema.ts";
import { actions, events, sessions } from "./schema.ts";

/** As it is stored. */
export type EventSum = typeof eventRollups.$inferSelect;
/** As it is told: by the project and agent that it counts for. */
export type ToldSum = Omit<EventSum, "sessionId"> & { projectId: string };
/** Of one day and session. */
export type ToolSum = Omit<typeof toolRollups.$inferSelect, "days"> & { sessionId: string };

export interface Sums<EventSums = EventSum> {
  events: readonly EventSums[];
  tools: readonly ToolSum[];
}

/** Both inclusive. */
export interface Seqs {
  from: number;
  to: number;
}

export const millisecondsPerDay = 86_400_000;

// SQLite divides towards zero. No time is further from 1970 than this, so that the days before it count right.
const mostDays = 100_000_000;

/** The UTC day of a time, counted from 1970. */
export function dayOf(time: unknown): SQL<number> {
  const shifted = sql`(${time} + ${sql.raw(String(mostDays * millisecondsPerDay))})`;
  return sql`${shifted} / ${sql.raw(String(millisecondsPerDay))} - ${sql.raw(String(mostDays))}`;
}

/** Whom an event counts for: its session's project; its own agent ('': none), else its session's. */
export const toldKey = (ownAgent: unknown) => ({
  projectId: sql<string>`coalesce(${sessions.projectId}, '')`.as("projectId"),
  agent: sql<string>`coalesce(nullif(${ownAgent}, ''), ${sessions.agent}, '')`.as("agent"),
});

const day = dayOf(events.createdAt).as("day");
const sessionId = sql<string>`${events.sessionId}`.as("sessionId");

export const storedKey = { day, sessionId, agent: sql<string>`coalesce(${events.agent}, '')`.as("agent") };

/** Doubles throughout: sum() fails where integers overflow, and no sum may ever hold up a write. */
export const total = (column: unknown, name: string) => sql<number>`total(${column})`.as(name);

const failedActions = sql`(select count(*) from ${actions} where ${actions.sessionId} = ${events.sessionId}
  and ${actions.seq} = ${events.seq} and ${actions.status} = 'error')`;

const eventNumbers = {
  events: sql<number>`count(*)`.as("events"),
  inputTokens: total(events.inputTokens, "inputTokens"),
  outputTokens: total(events.outputTokens, "outputTokens"),
  reasoningTokens: total(events.reasoningTokens, "reasoningTokens"),
  cacheReadTokens: total(events.cacheReadTokens, "cacheReadTokens"),
  cacheWriteTokens: total(events.cacheWriteTokens, "cacheWriteTokens"),
  costUsd: total(events.costUsd, "costUsd"),
  toolCalls: total(events.actionCount, "toolCalls"),
  toolErrors: total(sql`case when ${events.actionCount} > 0 then ${failedActions} end`, "toolErrors"),
};

const toolSum = {
  projectId: toldKey(events.agent).projectId,
  sessionId,
  toolName: sql<string>`${actions.toolName}`.as("toolName"),
  bucket: sql<number>`duration_bucket(${actions.endedAt} - ${actions.startedAt})`.as("bucket"),
  day,
  calls: sql<number>`count(*)`.as("calls"),
  errors: sql<number>`total(${actions.status} = 'error')`.as("errors"),
};

type Values = Readonly<Record<string, unknown>>;

export class LogSums {
  readonly #between;
  readonly #livingBehind;
  readonly #ofSession;

  constructor(db: Drizzle) {
    db.$client.function("duration_bucket", { deterministic: true }, bucketOf);
    const behind = gt(events.id, sql.placeholder("after"));
    const upTo = lte(events.id, sql.placeholder("upTo"));
    this.#between = sumsOf(db, storedKey, and(behind, upTo));
    const told = { day, ...toldKey(events.agent) };
    this.#livingBehind = sumsOf(db, told, and(behind, isNull(sessions.deletedAt)));
    this.#ofSession = sumsOf(
      db,
      storedKey,
      and(
        eq(events.sessionId, sql.placeholder("sessionId")),
        sql`${events.seq} between ${sql.placeholder("fromSeq")} and ${sql.placeholder("toSeq")}`,
        upTo,
      ),
    );
  }

  /** Of every event behind `after`, up to `upTo`: also of a deleted session, until its rows are gone. */
  between(after: number, upTo: number): Sums {
    return this.#between({ after, upTo });
  }

  /** Of the events behind `after` whose session is not deleted. */
  livingBehind(after: number): Sums<ToldSum> {
    return this.#livingBehind({ after });
  }

  /** Of a session's own events of these seqs, so far as their ids go up to `upTo`. */
  ofSession(sessionId: string, upTo: number, seqs: Seqs): Sums {
    return this.#ofSession({ sessionId, fromSeq: seqs.from, toSeq: seqs.to, upTo });
  }
}

type Key = Record<string, SQL.Aliased>;

/** By a key of three columns. */
function sumsOf<K extends Key>(db: Drizzle, key: K, where: SQL | undefined) {
  const ofSession = eq(sessions.id, events.sessionId);
  const eventSums = new Prepared(db, () =>
    db
      .select({ ...key, ...eventNumbers })
      .from(events)
      .innerJoin(sessions, ofSession)
      .where(where)
      .groupBy(sql`1, 2, 3`),
  );
  const toolSums = new Prepared(db, () =>
    db
      .select(toolSum)
      .from(events)
      .innerJoin(sessions, ofSession)
      .innerJoin(actions, and(eq(actions.sessionId, events.sessionId), eq(actions.seq, events.seq)))
      .where(and(gt(events.actionCount, sql`0`), where))
      .groupBy(sql`1, 2, 3, 4, 5`),
  );
  return (values: Values) => ({ events: eventSums.all(values), tools: toolSums.all(values) });
}
