// Jobs: their rows, the list of them, and what they say of a session. Who works on them is in claims.ts and leases.ts.
import { and, eq, lt, sql } from "drizzle-orm";
import type { Automation } from "../automations.ts";
import { StoreError } from "../errors.ts";
import type { Job, JobPlace, JobQuery, NewJob, SessionWork } from "../jobs.ts";
import type { JsonValue, Page, Provenance, Stored } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import { Pages } from "./pages.ts";
import { columnsOf, type Drizzle, Inserts, inList, Prepared, value } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import type { Redaction } from "./redaction.ts";
import { keyConflict } from "./refusals.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";
import { jobs } from "./work-schema.ts";

export type JobRow = typeof jobs.$inferSelect;

// As the unique index says it.
export const jobKeyScope = sql`(case when ${jobs.sessionId} is not null then ${jobs.sessionId} when ${jobs.directory} is not null then ${jobs.directory} else '' end)`;

const unclaimed = {
  status: "pending" as const,
  attempts: 0,
  worker: null,
  runId: null,
  leaseToken: null,
  leaseExpiresAt: null,
  result: null,
  error: null,
  startedAt: null,
  endedAt: null,
};

export class Jobs {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #projects: Projects;
  readonly #audit: Audit;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #cancel;
  readonly #working;
  readonly #lastStatuses;
  readonly #pages;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; projects: Projects; audit: Audit; redaction: Redaction },
  ) {
    this.#options = options;
    this.#sessions = related.sessions;
    this.#projects = related.projects;
    this.#audit = related.audit;
    this.#redaction = related.redaction;
    const id = eq(jobs.id, sql.placeholder("id"));
    this.#insert = new Inserts(db, jobs);
    this.#pages = new Pages(db, jobs, {
      conditions: () => ({
        jobId: eq(jobs.id, sql.placeholder("jobId")),
        sessionId: eq(jobs.sessionId, sql.placeholder("sessionId")),
        projectId: eq(jobs.projectId, sql.placeholder("projectId")),
        directory: eq(jobs.directory, sql.placeholder("directory")),
        status: eq(jobs.status, sql.placeholder("status")),
        afterId: lt(jobs.id, sql.placeholder("afterId")),
      }),
      newest: [jobs.id],
    });
    this.#byId = new Prepared(db, () => db.select(columnsOf(jobs)).from(jobs).where(id));
    this.#byKey = new Prepared(db, () =>
      db
        .select(columnsOf(jobs))
        .from(jobs)
        .where(
          and(
            sql`${jobKeyScope} = ${sql.placeholder("scope")}`,
            eq(jobs.idempotencyKey, sql.placeholder("key")),
          ),
        ),
    );
    this.#cancel = new Prepared(db, () =>
      db
        .update(jobs)
        .set({ status: "cancelled", endedAt: value("now"), leaseExpiresAt: null })
        .where(id)
        .returning(columnsOf(jobs)),
    );
    // Of all jobs at work, which are as many as there are workers: a session may have any number of jobs.
    this.#working = new Prepared(db, () =>
      db
        .select({
          sessionId: sql<string>`${jobs.sessionId}`.as("sessionId"),
          id: sql<string>`max(${jobs.id})`.as("id"),
        })
        .from(sql`${jobs} indexed by "jobs_leased"`)
        .where(and(sql`${jobs.status} = 'processing'`, inList(jobs.sessionId, "sessionIds")))
        .groupBy(jobs.sessionId),
    );
    this.#lastStatuses = new Prepared(db, () =>
      db
        .select({
          sessionId: sql<string>`"asked"."value"`.as("sessionId"),
          status: sql<Job["status"] | null>`(select ${jobs.status} from ${jobs}
            where ${jobs.sessionId} = "asked"."value" order by ${jobs.id} desc limit 1)`.as("status"),
        })
        .from(sql`json_each(${sql.placeholder("sessionIds")}) as "asked"`),
    );
  }

  enqueue(given: NewJob): Stored<Job> {
    const { record: job } = this.#redaction.record(given, ["prompt"]);
    const session = job.sessionId === null ? null : this.#sessions.get(job.sessionId);
    const { workspace, idempotencyKey, origin: _origin, client: _client, ...said } = job;
    const directory = workspace?.directory ?? session?.directory ?? null;
    const requestHash = idempotencyKey === null ? null : hashRequest({ ...said, directory });
    if (idempotencyKey !== null) {
      const scope = (job.sessionId ?? directory ?? "").toWellFormed();
      const earlier = this.#byKey.get({ scope, key: idempotencyKey.toWellFormed() });
      if (earlier && isOtherRequest(earlier.requestHash, requestHash))
        throw keyConflict(idempotencyKey, `job ${earlier.id}`);
      if (earlier) return { record: toJob(earlier), duplicate: true };
    }
    const now = this.#options.now();
    const { row, lossy } = repairTexts({
      ...unclaimed,
      ...said,
      id: this.#options.newId("job"),
      projectId: workspace === null ? (session?.projectId ?? null) : this.#projects.ensure(workspace),
      directory,
      automationId: null,
      allowedTools: toJson(job.allowedTools ?? undefined),
      ready: job.runAfter === null || job.runAfter <= now ? 1 : 0,
      runAfter: job.runAfter ?? now,
      origin: job.origin,
      client: job.client,
      idempotencyKey,
      requestHash,
      createdAt: now,
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    this.#insert.run(stored);
    return { record: toJob(stored), duplicate: false };
  }

  /** The id of a new job that says what the automation says. */
  enqueueFor({ id: automationId, directory, projectId, prompt, ...automation }: Automation): string {
    const now = this.#options.now();
    const id = this.#options.newId("job");
    this.#insert.run({
      ...unclaimed,
      id,
      automationId,
      directory,
      projectId,
      prompt,
      ready: 1,
      priority: 0,
      runAfter: now,
      maxAttempts: 3,
      origin: automation.origin,
      client: automation.client,
      lossy: automation.lossy ? 1 : null,
      createdAt: now,
    });
    return id;
  }

  getRow(jobId: string): JobRow {
    const row = this.#byId.get({ id: jobId });
    if (row === undefined) {
      throw new StoreError(
        "not_found",
        `There is no job "${jobId}".`,
        "list_jobs lists the ids; enqueue_job makes one.",
      );
    }
    return row;
  }

  cancel(jobId: string, { origin, client }: Provenance): Job {
    const row = this.getRow(jobId);
    if (row.status === "cancelled") return toJob(row);
    if (row.status === "completed" || row.status === "failed") {
      throw new StoreError(
        "invalid_state",
        `Job "${jobId}" has already ended as ${row.status}${endOf(row)}.`,
        "There is nothing left to cancel. enqueue_job makes another one.",
      );
    }
    const { sessionId, status } = row;
    const entry = { origin, client, tool: "cancel_job", sessionId, subjectId: jobId };
    this.#audit.append({ ...entry, details: { was: status, attempts: row.attempts } });
    return toJob(this.#cancel.get({ id: jobId, now: this.#options.now() }) ?? row);
  }

  workOf(sessionIds: readonly string[]): Map<string, SessionWork> {
    const asked = { sessionIds: JSON.stringify(sessionIds) };
    const working = new Map(this.#working.all(asked).map(({ sessionId, id }) => [sessionId, id]));
    return new Map(
      this.#lastStatuses.all(asked).map(({ sessionId, status }) => {
        const currentJobId = working.get(sessionId) ?? null;
        return [sessionId, { isWorking: currentJobId !== null, currentJobId, lastJobStatus: status }];
      }),
    );
  }

  /** What a job's row says that belongs there. */
  placeOf(workspace: JobPlace | undefined): { projectId?: string; directory?: string } {
    if (workspace === undefined) return {};
    const project = this.#projects.at(workspace.projectDirectory);
    return project ? { projectId: project.id } : { directory: workspace.directory.toWellFormed() };
  }

  list({ after, limit, workspace, ...filters }: JobQuery): Page<Job> {
    if (filters.jobId !== undefined) this.getRow(filters.jobId);
    if (filters.sessionId !== undefined) this.#sessions.get(filters.sessionId);
    const { rows, more } = this.#pages.page(
      { ...filters, ...this.placeOf(workspace), afterId: after?.id },
      limit,
    );
    return { items: rows.map(toJob), more };
  }
}

/** When it ended, for a message. */
export function endOf({ endedAt }: Pick<JobRow, "endedAt">): string {
  return endedAt === null ? "" : ` at ${new Date(endedAt).toISOString()}`;
}

export function toJob({
  ready: _ready,
  leaseToken: _token,
  idempotencyKey: _key,
  requestHash: _hash,
  ...job
}: JobRow): Job {
  return {
    ...job,
    allowedTools: fromJson<string[]>(job.allowedTools),
    result: fromJson<JsonValue>(job.result) ?? undefined,
    lossy: job.lossy === 1,
  };
}
