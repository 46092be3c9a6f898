// Claims: which waiting job a worker gets, and what takes a job back from one that is gone.
import { and, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { ClaimedJob, JobClaim } from "../jobs.ts";
import { limits } from "../limits.ts";
import type { Run } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { type JobRow, type Jobs, toJob } from "./jobs.ts";
import { columnsOf, type Drizzle, Prepared, Shapes, value } from "./prepare.ts";
import type { Runs } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import { repairTexts } from "./text.ts";
import { jobs } from "./work-schema.ts";

// Rows that one transaction changes before it lets others write: some milliseconds.
const sliceSize = 500;

export class Claims {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #jobs: Jobs;
  readonly #runs: Runs;
  readonly #sessions: Sessions;
  readonly #promote;
  readonly #giveBackLate;
  readonly #giveBackEndless;
  readonly #giveBackOfRun;
  readonly #claims = new Shapes<{ get(values: Record<string, unknown>): JobRow | undefined }>();

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { jobs: Jobs; runs: Runs; sessions: Sessions },
  ) {
    this.#db = db;
    this.#options = options;
    this.#jobs = related.jobs;
    this.#runs = related.runs;
    this.#sessions = related.sessions;
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

  /** Gives back what a run had claimed that is gone, whatever its leases say. */
  giveBackOf({ id, status }: Pick<Run, "id" | "status">): void {
    if (status !== "crashed" && status !== "ended") return;
    const reason = `The run of its last attempt, ${id}, is gone (${status}).`;
    this.#giveBackOfRun.all({ runId: id, reason, now: this.#options.now() });
  }
}

// The token and the end of the lease stay: until somebody else claims the job, its worker may come back late.
const isAgain = sql`${jobs.attempts} < ${jobs.maxAttempts} and ${jobs.prompt} <> ''`;
const givenBack = {
  status: sql`case when ${isAgain} then 'pending' when ${jobs.prompt} = '' then 'cancelled' else 'failed' end`,
  error: sql`case when ${isAgain} then ${jobs.error} else ${sql.placeholder("reason")} end`,
  endedAt: sql`case when ${isAgain} then null else ${sql.placeholder("now")} end`,
};

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

function refuseEnded(run: Run): void {
  if (run.status === "running") return;
  throw new StoreError(
    "invalid_state",
    `Run "${run.id}" has already ended as ${run.status}.`,
    "Claim with the run that is at work now (start_run records it), or without run_id.",
  );
}
