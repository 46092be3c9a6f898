// claim_job: hands the best job to one worker.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { leaseSeconds, maxChars, name, sessionId, text } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const claimJob = defineTool({
  name: "claim_job",
  title: "Claim a job",
  description:
    "Take the job of highest priority, the oldest first; nobody else gets it. No job in the result: none is ready. Do what its prompt says, renew_job before the lease ends, then finish_job.",
  toolset: "jobs",
  effect: "add",
  input: () =>
    z.strictObject({
      worker: name().optional().describe("Default: the client's name"),
      run_id: name().optional().describe("If that run crashes, the job is given back"),
      lease_seconds: leaseSeconds(),
      directory: text(limits.path).min(1).optional().describe("Only jobs of this directory's project"),
      session_id: sessionId().optional().describe("Only jobs of this session"),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      job: wireJob()
        .optional()
        .describe("If truncated, list_jobs by job_id with more max_chars has the rest"),
      lease_token: z.string().optional().describe("For renew_job and finish_job"),
    }),
  async run({ worker, run_id, lease_seconds, directory, session_id, max_chars }, context) {
    const claimed = await context.store.jobs.claim({
      worker: worker ?? context.client,
      runId: run_id ?? null,
      leaseSeconds: lease_seconds,
      workspace: directory === undefined ? undefined : await context.readWorkspace(directory),
      sessionId: session_id,
    });
    if (claimed === null) return {};
    const wrap = (job: WireJob) => ({ job, lease_token: claimed.leaseToken });
    return fitOne(toWireJob(claimed.job), max_chars, wrap, cutJob);
  },
});
