// Leases: for how long a job is its worker's, and what becomes of it when the worker is done.
import { isDeepStrictEqual } from "node:util";
import { eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { FinishedJob, Job } from "../jobs.ts";
import type { JsonValue } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { endOf, type JobRow, type Jobs, toJob } from "./jobs.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import type { Redaction } from "./redaction.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";
import { jobs } from "./work-schema.ts";

const firstDelay = 10_000;
const longestDelay = 3_600_000;
// So much of it is left to chance, or jobs that failed together would come back together.
const jitter = 0.2;

export class Leases {
  readonly #options: Pick<StoreOptions, "now">;
  readonly #jobs: Jobs;
  readonly #redaction: Redaction;
  readonly #renew;
  readonly #end;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "now">,
    related: { jobs: Jobs; redaction: Redaction },
  ) {
    this.#options = options;
    this.#jobs = related.jobs;
    this.#redaction = related.redaction;
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

/** With its session: its prompt is not there for another attempt, and what its worker says of this one is left out. */
function isForgotten({ prompt }: JobRow): boolean {
  return prompt === "";
}

const noWords = { result: undefined, error: null };

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

/** Milliseconds until the next attempt: doubled by each one that failed. */
function delayAfter(attempts: number): number {
  const delay = Math.min(firstDelay * 2 ** (attempts - 1), longestDelay);
  return Math.round(delay * (1 - Math.random() * jitter));
}
