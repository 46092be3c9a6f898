// What is stored of some days, of all projects or of one: its statements, prepared once for each of the two.
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { dayOf, millisecondsPerDay, toldKey, total } from "./log-sums.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import { eventRollups, toolRollups } from "./report-schema.ts";
import { sessions } from "./schema.ts";
import { allProjects, periodsOf } from "./stored-sums.ts";
import type { Tallies } from "./tallies.ts";

/** Days, both included, and a project; null: all of them. */
export interface Scope {
  from: number;
  to: number;
  projectId: string | null;
}

const { toolName, bucket } = columnsOf(toolRollups);
const toolCalls = total(toolRollups.calls, "calls");
const toolErrors = total(toolRollups.errors, "errors");

export class ScopedSums {
  readonly #ofAll: Statements;
  readonly #ofProject: Statements;
  readonly #tools;

  constructor(db: Drizzle) {
    this.#ofAll = prepare(db, () => undefined);
    this.#ofProject = prepare(db, (column) => isProject(column));
    this.#tools = new Prepared(db, () =>
      db
        .select({ toolName, bucket, calls: toolCalls, errors: toolErrors })
        .from(toolRollups)
        .where(
          and(
            isProject(toolRollups.projectId),
            eq(toolRollups.days, sql.placeholder("days")),
            within(toolRollups.day),
          ),
        )
        .groupBy(toolRollups.toolName, toolRollups.bucket),
    );
  }

  addSums(tallies: Tallies, { from, to, projectId }: Scope): void {
    const statements = projectId === null ? this.#ofAll : this.#ofProject;
    const days = { from, to, projectId };
    for (const sum of statements.events.all(days)) tallies.addEvents(sum);
    for (const sum of statements.deletedTools.all(days)) tallies.addTool(sum, -1);
    for (const period of periodsOf(from, to)) {
      const sums = this.#tools.all({ ...period, projectId: projectId ?? allProjects });
      for (const sum of sums) tallies.addTool(sum);
    }
  }

  addCounts(tallies: Tallies, { from, to, projectId }: Scope): void {
    const statements = projectId === null ? this.#ofAll : this.#ofProject;
    const times = { from: from * millisecondsPerDay, to: (to + 1) * millisecondsPerDay - 1, projectId };
    for (const group of statements.sessions.all(times)) tallies.addSessions(group, group.count);
    for (const group of statements.runs.all(times)) tallies.addRuns(group, group.status, group.count);
  }
}

const within = (column: unknown) =>
  sql`${column} between ${sql.placeholder("from")} and ${sql.placeholder("to")}`;
const isProject = (column: unknown) => sql`${column} = ${sql.placeholder("projectId")}`;

type Statements = ReturnType<typeof prepare>;

function prepare(db: Drizzle, ofProject: (column: unknown) => SQL | undefined) {
  const count = sql<number>`count(*)`.as("count");
  const sessionAgent = sql<string>`coalesce(${sessions.agent}, '')`.as("agent");
  const { sessionId: _session, ...sums } = columnsOf(eventRollups);
  return {
    // Cross joins keep this order: the tables' first column is what narrows them down.
    events: new Prepared(db, () =>
      db
        .select({ ...sums, ...toldKey(eventRollups.agent) })
        .from(eventRollups)
        .crossJoin(sessions)
        .where(
          and(
            within(eventRollups.day),
            eq(sessions.id, eventRollups.sessionId),
            isNull(sessions.deletedAt),
            ofProject(sessions.projectId),
          ),
        ),
    ),
    // Of the sessions that wait to be purged.
    deletedTools: new Prepared(db, () =>
      db
        .select({ toolName, bucket, calls: toolCalls, errors: toolErrors })
        .from(sql`${sessions} indexed by "sessions_to_purge"`)
        .crossJoin(toolRollups)
        .where(
          and(
            sql`${sessions.deletedAt} is not null and ${sessions.purgedAt} is null`,
            eq(toolRollups.projectId, sessions.id),
            eq(toolRollups.days, sql`1`),
            within(toolRollups.day),
            ofProject(sessions.projectId),
          ),
        )
        .groupBy(toolRollups.toolName, toolRollups.bucket),
    ),
    sessions: new Prepared(db, () =>
      db
        .select({
          day: dayOf(sessions.createdAt).as("day"),
          projectId: sql<string>`coalesce(${sessions.projectId}, '')`.as("projectId"),
          agent: sessionAgent,
          count,
        })
        .from(sessions)
        .where(and(isNull(sessions.deletedAt), within(sessions.createdAt), ofProject(sessions.projectId)))
        .groupBy(sql`1, 2, 3`),
    ),
    runs: new Prepared(db, () =>
      db
        .select({
          day: dayOf(runs.startedAt).as("day"),
          projectId: sql<string>`${runs.projectId}`.as("projectId"),
          agent: sessionAgent,
          status: runs.status,
          count,
        })
        .from(runs)
        .leftJoin(sessions, and(eq(sessions.id, runs.sessionId), isNull(sessions.deletedAt)))
        .where(and(within(runs.startedAt), ofProject(runs.projectId)))
        .groupBy(sql`1, 2, 3, 4`),
    ),
  };
}
