// What is asked of the tables for an export.
import { and, eq, gt, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { PortableKind } from "../portable.ts";
import { type FormName, forms } from "./portable-rows.ts";
import { columnsOf, type Drizzle, inList, Prepared } from "./prepare.ts";
import { projects, runs } from "./project-schema.ts";
import { checkpoints, events, lineage, sessions, todos } from "./schema.ts";
import { automations, jobs } from "./work-schema.ts";

// An event may have some megabytes.
const eventsPerPage = 20;
const rowsPerPage = 20;

export type Listed = Extract<PortableKind, "project" | "run" | "job" | "automation">;

/** Which sessions. */
export function prepareScope(db: Drizzle) {
  const { id, forkedFromSessionId } = columnsOf(sessions);
  const { sessionId, sourceId } = columnsOf(lineage);
  const matches = (column: SQLiteColumn, name: string) =>
    or(sql`${sql.placeholder(name)} is null`, eq(column, sql.placeholder(name)));
  const inScope = and(
    isNull(sessions.deletedAt),
    matches(sessions.id, "sessionId"),
    matches(sessions.directory, "directory"),
  );
  return {
    ids: new Prepared(db, () => db.select({ id }).from(sessions).where(inScope)),
    shared: new Prepared(db, () =>
      db.select({ sessionId, sourceId }).from(lineage).where(inList(lineage.sessionId, "ids")),
    ),
    forks: new Prepared(db, () =>
      db
        .select({ id, forkedFromSessionId })
        .from(sessions)
        .where(and(inList(sessions.id, "ids"), isNotNull(sessions.forkedFromSessionId))),
    ),
  };
}

/** A session, and what comes with it. */
export function prepareSession(db: Drizzle) {
  const own = (column: SQLiteColumn) => eq(column, sql.placeholder("sessionId"));
  const isNext = sql`${events.seq} > ${sql.placeholder("after")} and ${events.seq} <= ${sql.placeholder("upTo")}`;
  return {
    row: new Prepared(db, () =>
      db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(and(own(sessions.id), isNull(sessions.deletedAt))),
    ),
    todos: new Prepared(db, () =>
      db.select(columnsOf(todos)).from(todos).where(own(todos.sessionId)).orderBy(todos.position),
    ),
    lineage: new Prepared(db, () =>
      db.select(columnsOf(lineage)).from(lineage).where(own(lineage.sessionId)).orderBy(lineage.fromSeq),
    ),
    events: new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(own(events.sessionId), isNext))
        .orderBy(events.seq)
        .limit(eventsPerPage),
    ),
    checkpoints: new Prepared(db, () =>
      db
        .select(columnsOf(checkpoints))
        .from(checkpoints)
        .where(and(own(checkpoints.sessionId), gt(checkpoints.id, sql.placeholder("after"))))
        .orderBy(checkpoints.id)
        .limit(1),
    ),
  };
}

/** What is of those sessions, of that directory, or of all. */
export function prepareLists(db: Drizzle) {
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
