// The rows of a deleted session, removed a few at a time. Every read asks for the session first, so that nobody sees one
// that is half gone.
import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import type { Rollups } from "./rollups.ts";
import { actions, checkpoints, events, lineage, sessions, todos } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import { noUsage } from "./session-growth.ts";
import { untold } from "./sessions.ts";

// What a batch takes at most, so that it takes no more than some milliseconds: rows, and bytes of their texts. A row that
// has more goes alone.
const rowsPerBatch = 8;
const bytesPerBatch = 256 * 1024;
export class DeletedRows {
  readonly #now: StoreOptions["now"];
  readonly #rollups: Rollups;
  readonly #searchQueue: SearchQueue;
  readonly #next;
  readonly #nextEvents;
  readonly #emptyLargeAction;
  readonly #deleteActions;
  readonly #deleteEvents;
  readonly #batches;
  readonly #finish;

  constructor(
    db: Drizzle,
    { now }: Pick<StoreOptions, "now">,
    related: { rollups: Rollups; searchQueue: SearchQueue },
  ) {
    this.#now = now;
    this.#rollups = related.rollups;
    this.#searchQueue = related.searchQueue;
    this.#next = new Prepared(db, () =>
      db
        .select({ id: columnsOf(sessions).id })
        .from(sessions)
        .where(and(isNotNull(sessions.deletedAt), isNull(sessions.purgedAt)))
        .orderBy(sessions.deletedAt)
        .limit(1),
    );
    this.#nextEvents = new Prepared(db, () =>
      db
        .select({
          seq: columnsOf(events).seq,
          actionCount: columnsOf(events).actionCount,
          bytes: bytesOf(events.content, events.reasoning, events.raw).as("bytes"),
        })
        .from(events)
        .where(eq(events.sessionId, sql.placeholder("id")))
        .orderBy(events.seq)
        .limit(rowsPerBatch),
    );
    const inRange = (table: typeof actions | typeof events) =>
      and(
        eq(table.sessionId, sql.placeholder("id")),
        sql`${table.seq} between ${sql.placeholder("from")} and ${sql.placeholder("to")}`,
      );
    const isLarge = sql`${bytesOf(actions.input, actions.output)} > ${sql.raw(String(bytesPerBatch))}`;
    const oneLarge = sql`select ${actions.id} from ${actions} where ${and(inRange(actions), isLarge)} limit 1`;
    this.#emptyLargeAction = new Prepared(db, () =>
      db.update(actions).set({ input: null, output: null }).where(sql`${actions.id} = (${oneLarge})`),
    );
    this.#deleteActions = new Prepared(db, () => db.delete(actions).where(inRange(actions)));
    this.#deleteEvents = new Prepared(db, () => db.delete(events).where(inRange(events)));
    this.#batches = [
      { table: todos, rows: rowsPerBatch },
      // Of a megabyte each.
      { table: checkpoints, rows: 1 },
      { table: lineage, rows: rowsPerBatch },
    ].map(({ table, rows }) => new Prepared(db, () => prepareBatch(db, table, rows)));
    this.#finish = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ ...nothingLeft, purgedAt: value("now") })
        .where(eq(sessions.id, sql.placeholder("id"))),
    );
  }

  /** The session to purge next. */
  next(): { id: string } | undefined {
    return this.#next.get({});
  }

  /** Removes rows of deleted sessions for about `milliseconds`. Returns of how many sessions none is left now. */
  purge(milliseconds: number): number {
    const deadline = performance.now() + milliseconds;
    let finished = 0;
    do {
      const session = this.next();
      if (session === undefined || !this.#purgeRows(session, deadline)) break;
      this.#finish.run({ id: session.id, now: this.#now() });
      finished += 1;
    } while (performance.now() < deadline);
    return finished;
  }

  /** True if no row of the session is left. */
  #purgeRows(session: { id: string }, deadline: number): boolean {
    const batches = [
      () => this.#purgeEvents(session.id),
      ...this.#batches.map((batch) => () => batch.run(session)),
    ];
    for (const batch of batches) {
      while (batch() > 0) {
        if (performance.now() > deadline) return false;
      }
    }
    return true;
  }

  /** The first of the session's events with their actions, out of the statistics and off the disk. */
  #purgeEvents(id: string): number {
    const batch = firstOf(this.#nextEvents.all({ id }));
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const seqs = { from: first.seq, to: last.seq };
    const emptied = this.#emptyLargeAction.run({ id, ...seqs });
    if (emptied > 0) return emptied;
    this.#rollups.subtract(id, seqs);
    this.#searchQueue.add(id, seqs);
    this.#deleteActions.run({ id, ...seqs });
    return this.#deleteEvents.run({ id, ...seqs });
  }
}

interface Weight {
  actionCount: number;
  bytes: number;
}

/** As many as go together; at least one. */
function firstOf<T extends Weight>(found: readonly T[]): readonly T[] {
  let bytes = 0;
  const end = found.findIndex((event) => {
    bytes += event.bytes;
    return event.actionCount > rowsPerBatch || bytes > bytesPerBatch;
  });
  return end < 0 ? found : found.slice(0, Math.max(end, 1));
}

/** Read off the head of a row: SQLite does not fetch the texts. */
function bytesOf(...columns: SQLiteColumn[]): SQL<number> {
  const lengths = columns.map((column) => sql`coalesce(octet_length(${column}), 0)`);
  return sql<number>`(${sql.join(lengths, sql` + `)})`;
}

function prepareBatch(db: Drizzle, table: SQLiteTable & { sessionId: SQLiteColumn }, rows: number) {
  const some = sql`select rowid from ${table} where ${table.sessionId} = ${sql.placeholder("id")} limit ${rows}`;
  return db.delete(table).where(sql`rowid in (${some})`);
}

// What stays of a session: its id, its provider's id for it, when it was made, and the key that must not make another.
// Without a time of update it is behind all others in every list.
const nothingLeft = {
  ...untold,
  directory: "",
  projectId: null,
  gitBranch: null,
  agent: null,
  client: null,
  parentSessionId: null,
  forkedFromSessionId: null,
  forkedAtSeq: null,
  lastSeq: 0,
  eventCount: 0,
  ...noUsage,
  todosVersion: 0,
  updatedAt: 0,
  lastAccessedAt: 0,
};
