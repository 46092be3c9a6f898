// The promise about jobs: prompts in a queue, each handed to one worker at a time. Nothing here works on them.
import type { Idempotent, JsonValue, Page, Provenance, Stored, Workspace } from "./records.ts";

export const jobStatuses = ["pending", "processing", "completed", "failed", "cancelled"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export interface Job extends Provenance {
  id: string;
  sessionId: string | null;
  projectId: string | null;
  directory: string | null;
  /** The automation that enqueued it. */
  automationId: string | null;
  prompt: string;
  promptId: string | null;
  messageId: string | null;
  /** Null: nobody said; empty: none. */
  allowedTools: string[] | null;
  model: string | null;
  status: JobStatus;
  /** Higher ones first. */
  priority: number;
  /** Not handed out before; moved by every retry. */
  runAfter: number;
  /** Claims so far. */
  attempts: number;
  maxAttempts: number;
  worker: string | null;
  runId: string | null;
  /** Null once the attempt is finished. */
  leaseExpiresAt: number | null;
  result: JsonValue | undefined;
  /** Of the latest attempt that failed. */
  error: string | null;
  lossy: boolean;
  createdAt: number;
  /** Of the latest attempt. */
  startedAt: number | null;
  endedAt: number | null;
}

export interface NewJob extends Provenance, Idempotent {
  sessionId: string | null;
  /** Null: the session's own; without a session either, the job is bound to no directory. */
  workspace: Workspace | null;
  prompt: string;
  promptId: string | null;
  messageId: string | null;
  allowedTools: string[] | null;
  model: string | null;
  priority: number;
  /** Null: now. */
  runAfter: number | null;
  maxAttempts: number;
}

/** Who asks for a job, and for which. */
export interface JobClaim {
  worker: string;
  /** When this run is marked crashed or ended, the job is given back. */
  runId: string | null;
  leaseSeconds: number;
  sessionId?: string | undefined;
  workspace?: JobPlace | undefined;
}

/** Means the jobs of its project; where there is no project, those of exactly this directory. */
export type JobPlace = Pick<Workspace, "directory" | "projectDirectory">;

/** `leaseToken` proves that the job is the worker's own. */
export interface ClaimedJob {
  job: Job;
  leaseToken: string;
}

export interface FinishedJob {
  jobId: string;
  leaseToken: string;
  status: "completed" | "failed";
  result: JsonValue | undefined;
  error: string | null;
}

/** Newest first: by id, descending. */
export interface JobQuery {
  jobId?: string | undefined;
  sessionId?: string | undefined;
  workspace?: JobPlace | undefined;
  status?: JobStatus | undefined;
  after?: { id: string } | undefined;
  limit: number;
}

/** What a session's jobs say of it. */
export interface SessionWork {
  isWorking: boolean;
  /** The newest job that somebody works on. */
  currentJobId: string | null;
  /** Of the newest job. */
  lastJobStatus: JobStatus | null;
}

export interface JobStore {
  /**
   * `not_found`: the session. `conflict`: the key was used for another job of the same session; without a session
   * of the same directory; without either of those without both.
   */
  enqueue(job: NewJob): Promise<Stored<Job>>;
  /**
   * Hands the job of the highest priority, and of those the oldest, to this worker alone, and counts an attempt; null
   * if there is none. Looks first at what time has changed: jobs whose time has come, leases that ran out (pending
   * again, or failed when the attempts are spent) and due automations. `not_found`, `invalid_state`: the run.
   */
  claim(claim: JobClaim): Promise<ClaimedJob | null>;
  /**
   * Moves the end of the lease to `leaseSeconds` from now. A cancelled job is returned as it is: its status tells the
   * worker to stop. Works after the lease ran out too, until somebody else has claimed the job; then `conflict`.
   */
  renew(lease: { jobId: string; leaseToken: string; leaseSeconds: number }): Promise<Job>;
  /**
   * Ends the attempt. A failed job is pending again, for later and later, until its attempts are spent. Counts after
   * the lease ran out too, until somebody else has claimed the job; then `conflict`. A repeat of the same outcome
   * returns the job; another one, and any for a cancelled job, is `invalid_state`.
   */
  finish(outcome: FinishedJob): Promise<Job>;
  /** Takes a pending job out of the queue, and a processing one from its worker. `invalid_state`: it has ended. */
  cancel(jobId: string, by: Provenance): Promise<Job>;
  /** Enqueues first what automations are due, in a write of its own; without one it writes nothing. */
  list(query: JobQuery): Promise<Page<Job>>;
  /** By session id, of each one asked for. */
  workOf(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionWork>>;
}
