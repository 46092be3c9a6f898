// Deleting sessions: one transaction makes them invisible, others remove their rows a few at a time. Every read asks
// for the session first, so that no row of a deleted one is ever seen.
import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { type SQLiteColumn, type SQLiteTable, unionAll } from "drizzle-orm/sqlite-core";
import { StoreError } from "../errors.ts";
import type { Provenance } from "../records.ts";
import type { DeletedSessions, StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import { columnsOf, type Drizzle, inList, Prepared, value } from "./prepare.ts";
import type { Rollups } from "./rollups.ts";
import { actions, checkpoints, events, lineage, sessions, todos } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import { noUsage } from "./session-growth.ts";
import { type Sessions, untold } from "./sessions.ts";

type Dependent = { id: string; kind: "fork" | "subagent" };

// What a batch takes at most, so that it takes no more than some milliseconds: rows, and bytes of their texts. A row that
// has more goes alone.
const rowsPerBatch = 8;
const bytesPerBatch = 256 * 1024;
// Named in a refusal; the rest is counted.
const mostNamed = 20;

export class Deletions {
  readonly #now: StoreOptions["now"];
  readonly #sessions: Sessions;
  readonly #audit: Audit;
  readonly #rollups: Rollups;
  readonly #searchQueue: SearchQueue;
  readonly #dependents;
  readonly #counts;
  readonly #hide;
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
    related: { sessions: Sessions; audit: Audit; rollups: Rollups; searchQueue: SearchQueue },
  ) {
    this.#now = now;
    this.#sessions = related.sessions;
    this.#audit = related.audit;
    this.#rollups = related.rollups;
    this.#searchQueue = related.searchQueue;
    this.#dependents = new Prepared(db, () => prepareDependents(db));
    const countOf = (table: typeof actions | typeof todos | typeof checkpoints) =>
      sql<number>`(select count(*) from ${table} where ${inList(table.sessionId, "ids")})`;
    this.#counts = new Prepared(db, () =>
      db
        .select({
          // A fork's own events begin behind the point where it was forked, and no seq is ever missing.
          events: sql<number>`sum(${sessions.lastSeq} - coalesce(${sessions.forkedAtSeq}, 0))`.as("events"),
          actions: countOf(actions).as("actions"),
          todos: countOf(todos).as("todos"),
          checkpoints: countOf(checkpoints).as("checkpoints"),
        })
        .from(sessions)
        .where(inList(sessions.id, "ids")),
    );
    this.#hide = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ deletedAt: value("now"), title: null, hostTitle: null, context: null, metadata: null })
        .where(inList(sessions.id, "ids")),
    );
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

  delete(sessionId: string, cascade: boolean, by: Provenance): DeletedSessions {
    this.#sessions.get(sessionId);
    const dependents = this.#dependentsOf(sessionId);
    if (dependents.length > 0 && !cascade) throw hasDependents(sessionId, dependents);
    const ids = [sessionId, ...dependents.map(({ id }) => id)];
    const given = { ids: JSON.stringify(ids), now: this.#now() };
    const counted = this.#counts.get(given) ?? { events: 0, actions: 0, todos: 0, checkpoints: 0 };
    const deleted = { sessions: ids.length, ...counted };
    this.#hide.run(given);
    // The entry with the sums is the newest of them.
    for (const { id } of dependents) this.#note(id, by, { deleted_with: sessionId });
    this.#note(sessionId, by, { ...deleted, ids });
    return { ...deleted, ids };
  }

  #note(id: string, { origin, client }: Provenance, details: Record<string, string | number | string[]>) {
    this.#audit.append({ origin, client, tool: "delete_session", sessionId: id, subjectId: id, details });
  }

  /** Everything that would lose its history or its parent, nearest first. */
  #dependentsOf(sessionId: string): Dependent[] {
    const found = new Map<string, Dependent>();
    let level = [sessionId];
    while (level.length > 0) {
      const rows = this.#dependents.all({ ids: JSON.stringify(level) });
      const unseen = rows.filter(({ id }) => id !== sessionId && !found.has(id));
      for (const { id, kind } of unseen) found.set(id, { id, kind });
      level = [...new Set(unseen.map(({ id }) => id))];
    }
    return [...found.values()];
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

/** The forks and subagents of the sessions in `ids`. */
function prepareDependents(db: Drizzle) {
  const those = (kind: Dependent["kind"], source: SQLiteColumn) =>
    db
      .select({ id: columnsOf(sessions).id, kind: sql<Dependent["kind"]>`${kind}`.as("kind") })
      .from(sessions)
      .where(and(inList(source, "ids"), isNull(sessions.deletedAt)));
  return unionAll(those("fork", sessions.forkedFromSessionId), those("subagent", sessions.parentSessionId));
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

function hasDependents(sessionId: string, dependents: readonly Dependent[]): StoreError {
  const named = (kind: Dependent["kind"]) => {
    const ids = dependents.filter((each) => each.kind === kind).map(({ id }) => id);
    if (ids.length === 0) return [];
    const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : "";
    return [
      `${ids.length} ${kind}${ids.length === 1 ? "" : "s"} (${ids.slice(0, mostNamed).join(", ")}${more})`,
    ];
  };
  return new StoreError(
    "conflict",
    `Session "${sessionId}" has ${[...named("fork"), ...named("subagent")].join(" and ")}; nothing was deleted.`,
    "delete_session with cascade: true deletes them with it; or delete those you do not need first.",
  );
}
