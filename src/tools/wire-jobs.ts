// Jobs as the protocol shows them, and what a session shows of its own.
import * as z from "zod";
import { type Job, jobStatuses, type SessionWork } from "../db/jobs.ts";
import { origins } from "../db/records.ts";
import { type Cuttable, cutRecord } from "./budget.ts";
import { lazily } from "./lazily.ts";
import { given, givenTime, toIso } from "./to-wire.ts";
import { cut, optionalText, type WireSession } from "./wire-records.ts";

export const wireJob = lazily(() =>
  z.object({
    id: z.string(),
    session_id: optionalText,
    project_id: optionalText,
    directory: optionalText,
    automation_id: optionalText,
    prompt: optionalText,
    prompt_id: optionalText,
    message_id: optionalText,
    allowed_tools: z.array(z.string()).optional(),
    model: optionalText,
    status: z.enum(jobStatuses),
    priority: z.int(),
    run_after: z.string(),
    attempts: z.int(),
    max_attempts: z.int(),
    worker: optionalText,
    run_id: optionalText,
    lease_expires_at: optionalText,
    result: z.unknown().optional(),
    error: optionalText,
    origin: z.enum(origins),
    client: optionalText,
    lossy: z.boolean().optional(),
    created_at: z.string(),
    started_at: optionalText,
    ended_at: optionalText,
    ...cut,
  }),
);
export type WireJob = z.input<ReturnType<typeof wireJob>>;

export function toWireJob(job: Job): WireJob {
  return {
    id: job.id,
    session_id: given(job.sessionId),
    project_id: given(job.projectId),
    directory: given(job.directory),
    automation_id: given(job.automationId),
    prompt: job.prompt,
    prompt_id: given(job.promptId),
    message_id: given(job.messageId),
    allowed_tools: given(job.allowedTools),
    model: given(job.model),
    status: job.status,
    priority: job.priority,
    run_after: toIso(job.runAfter),
    attempts: job.attempts,
    max_attempts: job.maxAttempts,
    worker: given(job.worker),
    run_id: given(job.runId),
    // Of a lease that is over it would say nothing.
    lease_expires_at: job.status === "processing" ? givenTime(job.leaseExpiresAt) : undefined,
    result: job.result,
    error: given(job.error),
    origin: job.origin,
    client: given(job.client),
    lossy: job.lossy || undefined,
    created_at: toIso(job.createdAt),
    started_at: givenTime(job.startedAt),
    ended_at: givenTime(job.endedAt),
  };
}

const jobParts: Cuttable<WireJob> = {
  texts: ["prompt", "error", "directory", "prompt_id", "message_id", "model", "worker", "client"],
  values: ["result", "allowed_tools"],
};
export const cutJob = (job: WireJob, cap: number) => cutRecord(job, cap, jobParts);

/** The session, and what its jobs say of it. */
export function withWork(session: WireSession, work: SessionWork | undefined): WireSession {
  return {
    ...session,
    is_working: work?.isWorking ?? false,
    current_job_id: given(work?.currentJobId ?? null),
    last_job_status: given(work?.lastJobStatus ?? null),
  };
}
