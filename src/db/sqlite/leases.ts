// Leases: which worker a job belongs to, for how long, and what becomes of it when the worker is done or gone.
import { isDeepStrictEqual } from "node:util";
import { and, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { ClaimedJob, FinishedJob, Job, JobClaim } from "../jobs.ts";
import { limits } from "../limits.ts";
import type { JsonValue, Run } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { endOf, type JobRow, type Jobs, toJob } from "./jobs.ts";
import { columnsOf, type Drizzle, Prepared, Shapes, value } from "./prepare.ts";
import type { Redaction } from "./redaction.ts";
import type { Runs } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";
import { jobs } from "./work-schema.ts";

// Rows that one transaction changes before it lets others write: some milliseconds.
const sliceSize = 500;

const firstDelay = 10_000;
const longestDelay = 3_600_000;
// So much of it is left to chance, or jobs that failed together would come back together.
const jitter = 0.2;

export class Leases {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #jobs: Jobs;
  readonly #runs: Runs;
  readonly #sessions: Sessions;
  readonly #redaction: Redaction;
  readonly #promote;
  readonly #giveBackLate;
  readonly #giveBackEndless;
  readonly #giveBackOfRun;
  readonly #renew;
  readonly #end;
  readonly #claims = new Shapes<{ get(values: Record<string, unknown>): JobRow | undefined }>();

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { jobs: Jobs; runs: Runs; sessions: Sessions; redaction: Redaction },
  ) {
    this.#db = db;
    this.#options = options;
    this.#jobs = related.jobs;
    this.#runs = related.runs;
    this.#sessions = related.sessions;
    this.#redaction = related.redaction;
    this.#promote = new Prepared(db, () =>
      db
        .update(jobs)
        .set({ ready: 1 })
        .where(slice("jobs_waiting", sql`${jobs.status} = 'pending' and ${jobs.ready} = 0`, jobs.runAfter))
        .returning({ id: columnsOf(jobs).id }),
    );
    const giveBack = (where: SQL | undefined) =>
      db
        .update(jobs)
        .set(givenBack)
        .where(where)
        .returning({ id: columnsOf(jobs).id });
    const atWork = sql`${jobs.status} = 'processing'`;
    this.#giveBackLate = new Prepared(db, () => giveBack(slice("jobs_leased", atWork, jobs.leaseExpiresAt)));
    const isEndless = and(atWork, gt(jobs.leaseExpiresAt, sql.placeholder("longest")));
    const endless = sql`select ${jobs.id} from ${jobsBy("jobs_leased")} where ${isEndless}`;
    this.#giveBackEndless = new Prepared(db, () => giveBack(sql`${jobs.id} in (${endless})`));
    this.#giveBackOfRun = new Prepared(db, () =>
      giveBack(and(atWork, eq(jobs.runId, sql.placeholder("runId")))),
    );
    const id = eq(jobs.id, sql.placeholder("id"));
    this.#renew = new Prepared(db, () =>
      db
        .update(jobs)
        .set({ status: "processing", leaseExpiresAt: value("leaseExpiresAt"), endedAt: null })
        .where(id)
        .returning(columnsOf(jobs)),
    );
    this.#end = new Prepared(db, () =>
      db
        .update(jobs)
        .set({
          status: value("status"),
          ready: value("ready"),
          runAfter: value("runAfter"),
          leaseExpiresAt: null,
          result: value("result"),
          error: value("error"),
          lossy: value("lossy"),
          endedAt: value("endedAt"),
        })
        .where(id)
        .returning(columnsOf(jobs)),
    );
  }

  /**
   * Makes ready what waited for its time, and gives back what was held too long. False: that was a slice, and there is
   * more; nothing may be handed out before the rest, which may be of a higher priority.
   */
  settle(): boolean {
    const now = this.#options.now();
    const slice = { now, reason: "The lease of its last attempt ran out." };
    // Given by a clock that was ahead: no lease is that long.
    this.#giveBackEndless.all({ ...slice, longest: now + limits.leaseSeconds * 1_000 });
    return this.#promote.all(slice).length < sliceSize && this.#giveBackLate.all(slice).length < sliceSize;
  }

  claim({ worker, runId, leaseSeconds, sessionId, workspace }: JobClaim): ClaimedJob | null {
    if (runId !== null) refuseEnded(this.#runs.get(runId));
    if (sessionId !== undefined) this.#sessions.get(sessionId);
    const wanted = { ...(sessionId !== undefined && { sessionId }), ...this.#jobs.placeOf(workspace) };
    const now = this.#options.now();
    const leaseToken = this.#options.newId("lease");
    const { row: held, lossy } = repairTexts({ worker, runId, leaseToken });
    const row = this.#claims
      .get(Object.keys(wanted).join(), () => this.#prepareClaim(wanted))
      .get({ ...wanted, ...held, lossy: lossy ? 1 : null, now, leaseExpiresAt: now + leaseSeconds * 1_000 });
    return row === undefined ? null : { job: toJob(row), leaseToken };
  }

  #prepareClaim(given: object) {
    const db = this.#db;
    const names = claimableBy.filter((name) => name in given);
    const index = names[0] === undefined ? "jobs_claimable" : indexBy[names[0]];
    const wanted = and(
      sql`${jobs.status} = 'pending' and ${jobs.ready} = 1`,
      ...names.map((name) => eq(jobs[name], sql.placeholder(name))),
    );
    return new Prepared(db, () =>
      db
        .update(jobs)
        .set({
          status: "processing",
          attempts: sql`${jobs.attempts} + 1`,
          worker: value("worker"),
          runId: value("runId"),
          leaseToken: value("leaseToken"),
          leaseExpiresAt: value("leaseExpiresAt"),
          lossy: sql`coalesce(${jobs.lossy}, ${sql.placeholder("lossy")})`,
          startedAt: value("now"),
        })
        .where(
          sql`${jobs.id} = (select ${jobs.id} from ${jobsBy(index)} where ${wanted}
            order by ${jobs.priority} desc, ${jobs.id} limit 1)`,
        )
        .returning(columnsOf(jobs)),
    );
  }

  renew({
    jobId,
    leaseToken,
    leaseSeconds,
  }: {
    jobId: string;
    leaseToken: string;
    leaseSeconds: number;
  }): Job {
    const row = this.#rowOf(jobId, leaseToken);
    if (row.status === "cancelled") return toJob(row);
    if (!isHeld(row)) throw finished(row);
    const leaseExpiresAt = this.#options.now() + leaseSeconds * 1_000;
    return toJob(this.#renew.get({ id: jobId, leaseExpiresAt }) ?? row);
  }

  finish(given: FinishedJob): Job {
    const { record: outcome } = this.#redaction.record(given, ["result", "error"]);
    const { jobId, leaseToken, status } = outcome;
    const row = this.#rowOf(jobId, leaseToken);
    const { result, error } = isForgotten(row) ? noWords : outcome;
    const { row: texts, lossy } = repairTexts({ error });
    if (!isHeld(row)) {
      const same =
        isDeepStrictEqual(fromJson<JsonValue>(row.result), result ?? null) && row.error === texts.error;
      if (same && outcomeOf(row) === status) return toJob(row);
      throw finished(row);
    }
    const now = this.#options.now();
    const again = status === "failed" && row.attempts < row.maxAttempts && !isForgotten(row);
    const ended = this.#end.get({
      id: jobId,
      status: again ? "pending" : status,
      ready: again ? 0 : 1,
      runAfter: again ? now + delayAfter(row.attempts) : row.runAfter,
      result: toJson(result),
      error: texts.error,
      lossy: row.lossy === 1 || lossy ? 1 : null,
      endedAt: again ? null : now,
    });
    return toJob(ended ?? row);
  }

  /** Gives back what a run had claimed that is gone, whatever its leases say. */
  giveBackOf({ id, status }: Pick<Run, "id" | "status">): void {
    if (status !== "crashed" && status !== "ended") return;
    const reason = `The run of its last attempt, ${id}, is gone (${status}).`;
    this.#giveBackOfRun.all({ runId: id, reason, now: this.#options.now() });
  }

  #rowOf(jobId: string, leaseToken: string): JobRow {
    const row = this.#jobs.getRow(jobId);
    if (row.leaseToken === leaseToken.toWellFormed()) return row;
    const why =
      row.leaseToken === null
        ? "nobody has claimed it yet"
        : row.attempts === 1
          ? "it was claimed once, with another token"
          : "its last claim came with another token";
    throw new StoreError(
      "conflict",
      `That lease_token is not the lease of job "${jobId}": ${why}.`,
      "Stop working on it, and leave its outcome to whoever holds it. claim_job hands out a job with its lease_token.",
    );
  }
}

// The token and the end of the lease stay: until somebody else claims the job, its worker may come back late.
const isAgain = sql`${jobs.attempts} < ${jobs.maxAttempts} and ${jobs.prompt} <> ''`;
const givenBack = {
  status: sql`case when ${isAgain} then 'pending' when ${jobs.prompt} = '' then 'cancelled' else 'failed' end`,
  error: sql`case when ${isAgain} then ${jobs.error} else ${sql.placeholder("reason")} end`,
  endedAt: sql`case when ${isAgain} then null else ${sql.placeholder("now")} end`,
};

/** With its session: its prompt is not there for another attempt, and what its worker says of this one is left out. */
function isForgotten({ prompt }: JobRow): boolean {
  return prompt === "";
}

const noWords = { result: undefined, error: null };

// The narrowest first: by its index the claim goes.
const claimableBy = ["sessionId", "projectId", "directory"] as const;
const indexBy = {
  sessionId: "jobs_claimable_by_session",
  projectId: "jobs_claimable_by_project",
  directory: "jobs_claimable_by_directory",
} as const;

type Index =
  | "jobs_claimable"
  | "jobs_claimable_by_session"
  | "jobs_claimable_by_project"
  | "jobs_claimable_by_directory"
  | "jobs_waiting"
  | "jobs_leased";

/** Left to itself, SQLite prefers the index by status, and then reads every pending job. */
function jobsBy(index: Index): SQL {
  return sql`${jobs} indexed by ${sql.identifier(index)}`;
}

/** The first jobs of a partial index whose time has come. */
function slice(index: Index, condition: SQL, time: typeof jobs.runAfter | typeof jobs.leaseExpiresAt): SQL {
  return sql`${jobs.id} in (select ${jobs.id} from ${jobsBy(index)}
    where ${and(condition, lte(time, sql.placeholder("now")))} order by ${time} limit ${sql.raw(String(sliceSize))})`;
}

/** The worker may still finish it: it is at work, or was given back without a word of the worker. */
function isHeld({ leaseExpiresAt }: JobRow): boolean {
  return leaseExpiresAt !== null;
}

/** What the worker has said of the attempt that is over. */
function outcomeOf({ status }: JobRow): JobRow["status"] {
  return status === "pending" ? "failed" : status;
}

function finished(row: JobRow): StoreError {
  if (row.status === "cancelled") {
    return new StoreError(
      "invalid_state",
      `Job "${row.id}" was cancelled${endOf(row)}.`,
      "Stop working on it: its outcome is not recorded. claim_job hands out the next one.",
    );
  }
  return new StoreError(
    "invalid_state",
    `This attempt at job "${row.id}" has already been finished as ${outcomeOf(row)}${endOf(row)}.`,
    "An attempt is finished once. claim_job hands out the next one.",
  );
}

function refuseEnded(run: Run): void {
  if (run.status === "running") return;
  throw new StoreError(
    "invalid_state",
    `Run "${run.id}" has already ended as ${run.status}.`,
    "Claim with the run that is at work now (start_run records it), or without run_id.",
  );
}

/** Milliseconds until the next attempt: doubled by each one that failed. */
function delayAfter(attempts: number): number {
  const delay = Math.min(firstDelay * 2 ** (attempts - 1), longestDelay);
  return Math.round(delay * (1 - Math.random() * jitter));
}
