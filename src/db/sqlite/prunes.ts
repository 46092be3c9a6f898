// Pruning: which sessions have long been left alone, and the pages they leave behind.
import type Database from "better-sqlite3";
import { and, eq, isNull, lt, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Prunable, Prune, PruneStore } from "../pruning.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import { actions, events, sessions } from "./schema.ts";
import type { Transactions } from "./transactions.ts";
import { jobs } from "./work-schema.ts";

// Pages moved in a transaction: two megabytes.
const pagesPerSlice = 256;

type Found = Omit<Prunable, "bytes" | "seqs"> & {
  /** It has decisions or notes that are kept. */
  stays: boolean;
};

export class Prunes {
  readonly #left;
  readonly #dependents;
  readonly #kept;
  readonly #bytes;
  readonly #seqs;

  constructor(db: Drizzle) {
    this.#left = leftAlone(db);
    this.#dependents = dependents(db);
    this.#kept = new Prepared(db, () => db.select({ seq }).from(events).where(and(its, isKept)).limit(1));
    this.#bytes = textBytes(db);
    this.#seqs = new Prepared(db, () =>
      db
        .select({ seq })
        .from(events)
        .where(and(its, isNull(events.forgottenAt), sql`not ${isKept}`))
        .orderBy(events.seq),
    );
  }

  /** Dependents before what they depend on. */
  find({ before, keepDecisions }: Prune): Found[] {
    const found = this.#left.all({ before }).map(({ id, ...rest }): Found => {
      const stays = keepDecisions && this.#kept.get({ id }) !== undefined;
      return { sessionId: id, ...rest, stays };
    });
    const old = new Map(found.map((each) => [each.sessionId, each]));
    const dependents = this.#dependents
      .all({})
      .flatMap(({ id, parentSessionId, forkedFromSessionId }) =>
        [parentSessionId, forkedFromSessionId].filter((on) => on !== null).map((on) => ({ id, on })),
      );
    for (let stays = true; stays; ) {
      stays = false;
      for (const { id, on } of dependents) {
        const dependent = old.get(id);
        // One that keeps its decisions needs the session it depends on, but not all that was said there.
        const isNeeded = dependent === undefined || (dependent.stays && old.get(on)?.stays === false);
        if (isNeeded && old.delete(on)) stays = true;
      }
    }
    // A dependent is younger, and an id sorts by when it was made; an import may say otherwise.
    const depths = depthsOf(dependents);
    return [...old.values()].sort((a, b) => (depths.get(b.sessionId) ?? 0) - (depths.get(a.sessionId) ?? 0));
  }

  /** Null: nothing of it would go. */
  measure({ stays, ...found }: Found): Prunable | null {
    const id = found.sessionId;
    const bytes = this.#bytes.get({ id, all: stays ? 0 : 1 })?.bytes ?? 0;
    const seqs = stays ? this.#seqs.all({ id }).map((row) => row.seq) : undefined;
    return seqs?.length === 0 ? null : { ...found, bytes, seqs };
  }
}

const { seq } = columnsOf(events);
const its = eq(events.sessionId, sql.placeholder("id"));
// As its partial index says it.
const isKept = sql`${events.type} in ('decision', 'note')`;

/** Neither written to nor looked at since, and nobody is at work in them. */
function leftAlone(db: Drizzle) {
  const { id, title, updatedAt } = columnsOf(sessions);
  const atWork = sql`exists (select 1 from ${runs} where ${runs.sessionId} = ${sessions.id} and ${runs.status} = 'running')
    or exists (select 1 from ${jobs} where ${jobs.sessionId} = ${sessions.id}
      and ${jobs.status} in ('pending', 'processing'))`;
  const before = sql.placeholder("before");
  const isLeft = and(
    isNull(sessions.deletedAt),
    lt(sessions.updatedAt, before),
    lt(sessions.lastAccessedAt, before),
    sql`not (${atWork})`,
  );
  return new Prepared(db, () => db.select({ id, title, updatedAt }).from(sessions).where(isLeft));
}

function dependents(db: Drizzle) {
  const { id, parentSessionId, forkedFromSessionId } = columnsOf(sessions);
  const depends = sql`coalesce(${sessions.parentSessionId}, ${sessions.forkedFromSessionId}) is not null`;
  return new Prepared(db, () =>
    db
      .select({ id, parentSessionId, forkedFromSessionId })
      .from(sessions)
      .where(and(isNull(sessions.deletedAt), depends)),
  );
}

function textBytes(db: Drizzle) {
  const ofEvents = bytesOf(events.content, events.reasoning, events.error, events.metadata, events.raw);
  const ofActions = bytesOf(actions.input, actions.output, actions.error, actions.title);
  const sum = sql`coalesce(sum(${ofEvents} + coalesce((select sum(${ofActions}) from ${actions}
    where ${actions.sessionId} = ${events.sessionId} and ${actions.seq} = ${events.seq}), 0)), 0)`;
  return new Prepared(db, () =>
    db
      // Nested, for drizzle takes the tables' names off the columns that stand directly in a field.
      .select({ bytes: sql<number>`${sum}`.as("bytes") })
      .from(events)
      .where(and(its, sql`(${sql.placeholder("all")} = 1 or not ${isKept})`)),
  );
}

/** How far each is from what depends on nothing. */
function depthsOf(dependents: readonly { id: string; on: string }[]): Map<string, number> {
  const depths = new Map<string, number>();
  // As deep as the deepest chain; a ring, which nobody can make, would end too.
  for (let round = 0, changed = true; changed && round < dependents.length; round += 1) {
    changed = false;
    for (const { id, on } of dependents) {
      const depth = (depths.get(on) ?? 0) + 1;
      if (depth <= (depths.get(id) ?? 0)) continue;
      depths.set(id, depth);
      changed = true;
    }
  }
  return depths;
}

/** Read off the head of a row: SQLite does not fetch the texts. */
function bytesOf(...columns: SQLiteColumn[]) {
  const lengths = columns.map((column) => sql`coalesce(octet_length(${column}), 0)`);
  return sql`(${sql.join(lengths, sql` + `)})`;
}

export function pruneStore(db: Database.Database, transactions: Transactions, prunes: Prunes): PruneStore {
  const pages = (name: string) => Number(db.pragma(name, { simple: true }));
  return {
    async list(prune: Prune) {
      const listed: Prunable[] = [];
      for (const found of await transactions.read(() => prunes.find(prune))) {
        const measured = await transactions.read(() => prunes.measure(found));
        if (measured !== null) listed.push(measured);
      }
      return listed;
    },
    async releaseSpace() {
      while (pages("freelist_count") > 0) {
        const left = pages("freelist_count");
        await transactions.writeSlice(() => void db.pragma(`incremental_vacuum(${pagesPerSlice})`));
        if (pages("freelist_count") >= left) break;
      }
      db.pragma("wal_checkpoint(TRUNCATE)");
    },
    size: () => transactions.read(() => pages("page_count") * pages("page_size")),
  };
}
