// Rollups: the stored sums of the log up to a watermark. Appending writes none of them: they follow, in slices, and
// what changes behind the watermark is told to them by the transaction that changes it.
import { and, eq, gt, lte, sql } from "drizzle-orm";
import type { Action } from "../records.ts";
import { bucketOf } from "./duration-buckets.ts";
import { type LogSums, type Seqs, type Sums, storedKey, toldKey } from "./log-sums.ts";
import { type Drizzle, Prepared, value } from "./prepare.ts";
import { rollupState } from "./report-schema.ts";
import { events, sessions } from "./schema.ts";
import { StoredSums } from "./stored-sums.ts";

/** What of an action its sums depend on. */
type Outcome = Pick<Action, "status" | "startedAt" | "endedAt">;

const nothing = {
  events: 0,
  inputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  toolCalls: 0,
};

// Events and actions of one slice: some milliseconds under the lock.
const sliceSize = 1_000;

// Its migration puts it there.
const theRow = eq(rollupState.id, 1);

/** Up to the watermark every row of `events` is counted, also of a deleted session, for as long as the row is there. */
export class Rollups {
  readonly #log: LogSums;
  readonly #stored: StoredSums;
  readonly #watermark;
  readonly #moveWatermark;
  readonly #next;
  readonly #countedKey;

  constructor(db: Drizzle, log: LogSums) {
    this.#log = log;
    this.#stored = new StoredSums(db);
    this.#watermark = new Prepared(db, () =>
      db
        .select({ eventId: sql<number>`${rollupState.eventId}`.as("eventId") })
        .from(rollupState)
        .where(theRow),
    );
    this.#moveWatermark = new Prepared(db, () =>
      db
        .update(rollupState)
        .set({ eventId: value("eventId") })
        .where(theRow),
    );
    this.#next = new Prepared(db, () =>
      db
        .select({ id: events.id, actionCount: sql<number>`${events.actionCount}`.as("actionCount") })
        .from(events)
        .where(gt(events.id, sql.placeholder("after")))
        .orderBy(events.id)
        .limit(sliceSize + 1),
    );
    this.#countedKey = new Prepared(db, () =>
      db
        .select({ ...storedKey, projectId: toldKey(events.agent).projectId })
        .from(events)
        .innerJoin(sessions, eq(sessions.id, events.sessionId))
        .where(
          and(
            eq(events.sessionId, sql.placeholder("sessionId")),
            eq(events.seq, sql.placeholder("seq")),
            lte(events.id, sql.placeholder("watermark")),
          ),
        ),
    );
  }

  /** The id of the last event that is counted; 0 when none is. */
  watermark(): number {
    return this.#watermark.get({})?.eventId ?? 0;
  }

  /** Counts the next events in, at most so many with their actions; true if there are more. */
  advance(size = sliceSize): boolean {
    // Read under the lock: another process may have counted these events meanwhile.
    const watermark = this.watermark();
    const next = this.#next.all({ after: watermark });
    const slice = firstOf(next, size);
    const last = slice.at(-1);
    if (last === undefined) return false;
    this.#stored.add(this.#log.between(watermark, last.id));
    this.#moveWatermark.run({ eventId: last.id });
    return slice.length < next.length;
  }

  /** An action of this event has moved. */
  actionChanged(
    event: { sessionId: string; seq: number; toolName: string },
    before: Outcome,
    after: Outcome,
  ): void {
    const { sessionId, seq, toolName } = event;
    const key = this.#countedKey.get({ sessionId, seq, watermark: this.watermark() });
    if (key === undefined) return;
    const sumsOf = ({ status, startedAt, endedAt }: Outcome): Sums => {
      const duration = startedAt === null || endedAt === null ? null : endedAt - startedAt;
      const errors = status === "error" ? 1 : 0;
      return {
        events: [{ ...nothing, ...key, toolErrors: errors }],
        tools: [{ ...key, toolName, bucket: bucketOf(duration), calls: 1, errors }],
      };
    };
    this.#stored.subtract(sumsOf(before));
    this.#stored.add(sumsOf(after));
  }

  /** The session's own events with these seqs, and their actions, are about to be deleted. */
  subtract(sessionId: string, seqs: Seqs): void {
    this.#stored.subtract(this.#log.ofSession(sessionId, this.watermark(), seqs));
  }

  /** They have changed, having been subtracted as they were. */
  addAgain(sessionId: string, seqs: Seqs): void {
    this.#stored.add(this.#log.ofSession(sessionId, this.watermark(), seqs));
  }

  /** Every session of the one project has become the other's; null: no project's. */
  mergeProject(from: string, into: string | null): void {
    this.#stored.mergeProject(from, into ?? "");
  }

  /** Forgets every sum; `advance` then counts the log anew. */
  clear(): void {
    this.#stored.clear();
    this.#moveWatermark.run({ eventId: 0 });
  }
}

/** As many events as have, with their actions, this size together; at least one. */
function firstOf<T extends { actionCount: number }>(found: readonly T[], size: number): readonly T[] {
  let sum = 0;
  const end = found.findIndex(({ actionCount }) => {
    sum += 1 + actionCount;
    return sum > size;
  });
  return end < 0 ? found : found.slice(0, Math.max(end, 1));
}
