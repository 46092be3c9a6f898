// Which sessions of a directory can be resumed, the likeliest first.
import { and, desc, eq, gt, isNotNull, isNull, ne, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Asker, ResumeTarget } from "../facts.ts";
import type { Session } from "../records.ts";
import { isOfProcess } from "./host-sessions.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { projects, runs } from "./project-schema.ts";
import { lineage, sessions } from "./schema.ts";
import { toSession } from "./sessions.ts";

type DirectoryTarget = Extract<ResumeTarget, { workspace: unknown }>;

const nobody: Asker = { createdSessionIds: [], host: null, providerSessionId: null };

// How surely a session is the asker's own: not at all, made by it, or the one that its host is in.
const ranks = [0, 1, 2];

export class Candidates {
  readonly #ofHost;
  readonly #places;

  constructor(db: Drizzle) {
    this.#ofHost = new Prepared(db, () => prepareHostSession(db));
    const directory = sql.placeholder("directory");
    this.#places = [
      prepareCandidates(db, () => eq(sessions.directory, directory)),
      prepareCandidates(db, () => {
        const theirs = eq(projects.directory, sql.placeholder("projectDirectory"));
        const project = db.select({ id: projects.id }).from(projects).where(theirs);
        return and(sql`${sessions.projectId} = ${project}`, ne(sessions.directory, directory));
      }),
    ];
  }

  /**
   * At least one, at most `limit`. What the asker has just opened stands behind the others; then the directory itself
   * comes before the rest of its project, and the latest activity before an earlier one.
   */
  of({ workspace, asker = nobody }: DirectoryTarget, limit: number): [Session, ...Session[]] {
    const values = {
      ...workspace,
      created: JSON.stringify(asker.createdSessionIds),
      hostSessionId: asker.host && (this.#ofHost.get({ ...asker.host })?.sessionId ?? null),
      providerSessionId: asker.providerSessionId,
    };
    const found: Session[] = [];
    for (const rank of ranks) {
      for (const place of this.#places) {
        if (found.length < limit)
          found.push(...place.all({ ...values, rank, limit: limit - found.length }).map(toSession));
      }
    }
    const [first, ...others] = found;
    if (first === undefined) throw nothingToResume(workspace.directory);
    return [first, ...others];
  }
}

/** The session of the latest run of that very process. */
function prepareHostSession(db: Drizzle) {
  return db
    .select({ sessionId: sql<string>`${runs.sessionId}`.as("sessionId") })
    .from(runs)
    .where(and(isOfProcess, isNotNull(runs.sessionId)))
    .orderBy(desc(runs.id))
    .limit(1);
}

function prepareCandidates(db: Drizzle, where: () => SQL | undefined) {
  const rank = sql`case
    when ${sessions.id} = ${sql.placeholder("hostSessionId")}
      or ${sessions.providerSessionId} = ${sql.placeholder("providerSessionId")} then 2
    when ${sessions.id} in (select value from json_each(${sql.placeholder("created")})) then 1
    else 0 end`;
  // A fork of a subagent's session goes on with a subagent's work.
  const source = sql`select 1 from ${sessions} as source where source.parent_session_id is not null
    and (source.id = ${sessions.forkedFromSessionId} or source.id in (
      select ${lineage.sourceId} from ${lineage} where ${lineage.sessionId} = ${sessions.id}))`;
  const resumable = and(
    isNull(sessions.deletedAt),
    isNull(sessions.parentSessionId),
    ne(sessions.state, sql`'archived'`),
    gt(sessions.eventCount, sql`0`),
    sql`(${sessions.forkedFromSessionId} is null or not exists (${source}))`,
    sql`${rank} = ${sql.placeholder("rank")}`,
  );
  return new Prepared(db, () =>
    db
      .select(columnsOf(sessions))
      .from(sessions)
      .where(and(where(), resumable))
      .orderBy(desc(sessions.updatedAt), desc(sessions.id))
      .limit(sql.placeholder("limit")),
  );
}

function nothingToResume(directory: string): StoreError {
  return new StoreError(
    "not_found",
    `There is no session to resume in "${directory}" or its project: none there has an event.`,
    "create_session starts one; list_sessions shows those of other directories, archived ones and subagents'.",
  );
}
