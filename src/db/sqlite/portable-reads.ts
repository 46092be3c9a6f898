// Reads what is to be exported, a page at a time. Every page is a transaction of its own.
import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { PortableKind, PortableRecord, PortableScope } from "../portable.ts";
import type { Actions } from "./actions.ts";
import { type FormName, forms, toPortable } from "./portable-rows.ts";
import { columnsOf, type Drizzle, inList, Prepared } from "./prepare.ts";
import { checkpoints, events, lineage, projects, runs, sessions, todos } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { automations, jobs } from "./work-schema.ts";

// An event may have some megabytes.
const eventsPerPage = 20;
const rowsPerPage = 20;

type Listed = Extract<PortableKind, "project" | "run" | "job" | "automation">;

export class PortableReads {
  readonly #sessions: Sessions;
  readonly #actions: Actions;
  readonly #ids;
  readonly #sources;
  readonly #session;
  readonly #todos;
  readonly #lineage;
  readonly #events;
  readonly #checkpoints;
  readonly #lists;

  constructor(db: Drizzle, related: { sessions: Sessions; actions: Actions }) {
    this.#sessions = related.sessions;
    this.#actions = related.actions;
    const id = columnsOf(sessions).id;
    const matches = (column: SQLiteColumn, name: string) =>
      or(sql`${sql.placeholder(name)} is null`, eq(column, sql.placeholder(name)));
    this.#ids = new Prepared(db, () =>
      db
        .select({ id })
        .from(sessions)
        .where(
          and(
            isNull(sessions.deletedAt),
            matches(sessions.id, "sessionId"),
            matches(sessions.directory, "directory"),
          ),
        ),
    );
    this.#sources = new Prepared(db, () =>
      db
        .select({ sourceId: columnsOf(lineage).sourceId })
        .from(lineage)
        .where(inList(lineage.sessionId, "ids")),
    );
    const own = (column: SQLiteColumn) => eq(column, sql.placeholder("sessionId"));
    this.#session = new Prepared(db, () =>
      db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(and(own(sessions.id), isNull(sessions.deletedAt))),
    );
    this.#todos = new Prepared(db, () =>
      db.select(columnsOf(todos)).from(todos).where(own(todos.sessionId)).orderBy(todos.position),
    );
    this.#lineage = new Prepared(db, () =>
      db.select(columnsOf(lineage)).from(lineage).where(own(lineage.sessionId)).orderBy(lineage.fromSeq),
    );
    this.#events = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(
          and(
            own(events.sessionId),
            sql`${events.seq} > ${sql.placeholder("after")} and ${events.seq} <= ${sql.placeholder("upTo")}`,
          ),
        )
        .orderBy(events.seq)
        .limit(eventsPerPage),
    );
    this.#checkpoints = new Prepared(db, () =>
      db
        .select(columnsOf(checkpoints))
        .from(checkpoints)
        .where(and(own(checkpoints.sessionId), gt(checkpoints.id, sql.placeholder("after"))))
        .orderBy(checkpoints.id)
        .limit(1),
    );
    this.#lists = prepareLists(db);
  }

  /** Those that are shared come first: an id sorts by when it was made. */
  sessionIds({ sessionId, directory }: PortableScope): string[] {
    if (sessionId !== undefined) this.#sessions.get(sessionId);
    const ids = this.#ids
      .all({ sessionId: sessionId ?? null, directory: directory ?? null })
      .map((row) => row.id);
    const sources = this.#sources.all({ ids: JSON.stringify(ids) }).map((row) => row.sourceId);
    return [...new Set([...ids, ...sources])].sort();
  }

  /** Null: it has been deleted meanwhile. */
  session(sessionId: string): PortableRecord | null {
    const row = this.#session.get({ sessionId });
    if (row === undefined) return null;
    return {
      kind: "session",
      ...toPortable("session", row),
      lineage: this.#lineage.all({ sessionId }).map((part) => toPortable("lineage", part)),
      todos: this.#todos.all({ sessionId }).map((todo) => toPortable("todo", todo)),
    };
  }

  events(sessionId: string, after: number, upTo: number): PortableRecord[] {
    return this.#events.all({ sessionId, after, upTo }).map((row) => ({
      kind: "event",
      ...toPortable("event", row),
      actions: this.#actions.of(row).map((action) => toPortable("action", action)),
    }));
  }

  checkpoints(sessionId: string, after: string): PortableRecord[] {
    return this.#checkpoints
      .all({ sessionId, after })
      .map((row) => ({ kind: "checkpoint", ...toPortable("checkpoint", row) }));
  }

  /** `all`: whatever session they are of, or of none. */
  list(
    kind: Listed,
    scope: { all: boolean; ids: readonly string[]; directory?: string | undefined },
    after: string,
  ) {
    const given = {
      all: scope.all ? 1 : 0,
      ids: JSON.stringify(scope.ids),
      directory: scope.directory ?? null,
      after,
    };
    const rows: Record<string, unknown>[] = this.#lists[kind].all(given);
    return rows.map((row): PortableRecord => ({ kind, ...toPortable(kind, row) }));
  }
}

function prepareLists(db: Drizzle) {
  const of = (name: Listed & FormName, id: SQLiteColumn, belongs: SQL) =>
    new Prepared(db, () =>
      db
        .select(columnsOf(forms[name].table))
        .from(forms[name].table)
        .where(and(gt(id, sql.placeholder("after")), sql`(${sql.placeholder("all")} = 1 or ${belongs})`))
        .orderBy(id)
        .limit(rowsPerPage),
    );
  const there = (column: SQLiteColumn) => eq(column, sql.placeholder("directory"));
  const ofSession = (column: SQLiteColumn) => inList(column, "ids");
  const itsRun = sql`(${ofSession(runs.sessionId)} or ${there(runs.directory)})`;
  const itsJob = sql`(${ofSession(jobs.sessionId)} or ${there(jobs.directory)})`;
  const projectOf = sql`${projects.id} in (select project_id from sessions where ${ofSession(sessions.id)}
    union select project_id from runs where ${itsRun} union select project_id from jobs where ${itsJob}
    union select project_id from automations where ${there(automations.directory)})`;
  return {
    project: of("project", projects.id, projectOf),
    run: of("run", runs.id, itsRun),
    job: of("job", jobs.id, itsJob),
    automation: of("automation", automations.id, sql`${there(automations.directory)}`),
  };
}
