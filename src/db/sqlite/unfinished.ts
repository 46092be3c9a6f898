// Tool calls whose end nobody recorded, in a session and in the history that it shares as a fork.
import { and, desc, eq, gte, lte, sql } from "drizzle-orm";
import type { UnfinishedAction } from "../facts.ts";
import { toAction } from "./actions.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { actions, events, lineage } from "./schema.ts";

// Literal, so that a partial index serves it.
const unfinished = sql`${actions.status} in ('pending', 'running')`;
const inEvent = and(eq(events.sessionId, actions.sessionId), eq(events.seq, actions.seq));
const inLineage = and(
  eq(actions.sessionId, lineage.sourceId),
  gte(actions.seq, lineage.fromSeq),
  lte(actions.seq, lineage.toSeq),
);
const latestFirst = [desc(actions.seq), desc(actions.position)];

export class Unfinished {
  readonly #own;
  readonly #shared;
  readonly #count;

  constructor(db: Drizzle) {
    const { author, origin } = columnsOf(events);
    const columns = { ...columnsOf(actions), author, origin };
    const limit = sql.placeholder("limit");
    const own = and(eq(actions.sessionId, sql.placeholder("sessionId")), unfinished);
    const shared = and(eq(lineage.sessionId, sql.placeholder("sessionId")), unfinished);
    this.#own = new Prepared(db, () =>
      db
        .select(columns)
        .from(actions)
        .innerJoin(events, inEvent)
        .where(own)
        .orderBy(...latestFirst)
        .limit(limit),
    );
    this.#shared = new Prepared(db, () =>
      db
        .select(columns)
        .from(lineage)
        .innerJoin(actions, inLineage)
        .innerJoin(events, inEvent)
        .where(shared)
        .orderBy(...latestFirst)
        .limit(limit),
    );
    const total = { count: sql<number>`count(*)`.as("count") };
    this.#count = {
      own: new Prepared(db, () => db.select(total).from(actions).where(own)),
      shared: new Prepared(db, () =>
        db.select(total).from(lineage).innerJoin(actions, inLineage).where(shared),
      ),
    };
  }

  /** A fork's own, then those of the history it shares: the newest `limit`, and how many there are. */
  of(sessionId: string, limit: number): { items: UnfinishedAction[]; count: number } {
    const own = this.#own.all({ sessionId, limit });
    const rows = [...own, ...this.#shared.all({ sessionId, limit: limit - own.length })];
    const items = rows.map(({ author, origin, seq, ...row }) => ({
      ...toAction({ ...row, seq }),
      seq,
      author,
      origin,
    }));
    if (items.length < limit) return { items, count: items.length };
    const counts = [this.#count.own.get({ sessionId }), this.#count.shared.get({ sessionId })];
    return { items, count: counts.reduce((sum, row) => sum + (row?.count ?? 0), 0) };
  }
}
