// A session's counters, which grow with its events: seqs, usage, and the time of the latest activity.
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Session, Tokens } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, namesOfGiven, Prepared, Shapes, value } from "./prepare.ts";
import { sessionNotFound } from "./refusals.ts";
import { sessions } from "./schema.ts";

/** What an event adds to its session. */
export interface Growth {
  tokens: Tokens;
  costUsd: number | null;
}

/** The seq of the new event, and the session's latest activity. */
type Grown = Pick<Session, "lastSeq" | "updatedAt">;

/** Of a session of whose usage nothing has been told yet. */
export const noUsage = {
  inputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  costUsd: null,
};

type Counter = keyof typeof noUsage;

export const usageCounters = Object.keys(noUsage) as Counter[];

export class SessionGrowth {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "now">;
  readonly #growths = new Shapes<{ get(values: Record<string, unknown>): Grown | undefined }>();
  readonly #usages = new Shapes<{ run(values: Record<string, unknown>): number }>();

  constructor(db: Drizzle, options: Pick<StoreOptions, "now">) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Counts one more event in, and gives it its seq. `at`: when it happened, of one that is taken in afterwards (0: not
   * known), which is no activity of now.
   */
  grow(sessionId: string, growth: Growth, at?: number): Grown {
    const added = countersOf(growth);
    const counters = namesOfGiven(added) as Counter[];
    const late = at !== undefined;
    const shape = `${late} ${counters.join()}`;
    const statement = this.#growths.get(shape, () => this.#prepareGrowth(counters, late));
    const grown = statement.get({ ...added, id: sessionId, now: this.#options.now(), at });
    if (grown === undefined) throw sessionNotFound(sessionId);
    return grown;
  }

  /** Counts the usage of an event that was counted in without it. */
  addUsage(sessionId: string, growth: Growth): void {
    const added = countersOf(growth);
    const counters = namesOfGiven(added) as Counter[];
    if (counters.length === 0) return;
    const prepare = () => {
      const id = eq(sessions.id, sql.placeholder("id"));
      return new Prepared(this.#db, () => this.#db.update(sessions).set(growBy(counters)).where(id));
    };
    this.#usages.get(counters.join(), prepare).run({ ...added, id: sessionId });
  }

  #prepareGrowth(counters: readonly Counter[], late: boolean) {
    const times = late
      ? { updatedAt: laterOf(value("at")) }
      : { updatedAt: value("now"), lastAccessedAt: value("now") };
    return new Prepared(this.#db, () =>
      this.#db
        .update(sessions)
        .set({
          lastSeq: sql`${sessions.lastSeq} + 1`,
          eventCount: sql`${sessions.eventCount} + 1`,
          ...times,
          ...growBy(counters),
        })
        .where(and(eq(sessions.id, sql.placeholder("id")), isNull(sessions.deletedAt)))
        .returning({ lastSeq: columnsOf(sessions).lastSeq, updatedAt: columnsOf(sessions).updatedAt }),
    );
  }
}

/** The latest activity, as far as it is not after the time given. */
export function laterOf(at: SQL): SQL {
  return sql`max(${sessions.updatedAt}, ${at})`;
}

function countersOf({ tokens, costUsd }: Growth): Record<Counter, number | null> {
  return {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    reasoningTokens: tokens.reasoning,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite,
    costUsd,
  };
}

/** Adds a placeholder's value to each counter; one that nobody has counted yet is null. */
function growBy(counters: readonly Counter[]): Partial<Record<Counter, SQL>> {
  return Object.fromEntries(
    counters.map((name) => [name, sql`coalesce(${sessions[name]}, 0) + ${sql.placeholder(name)}`]),
  );
}
