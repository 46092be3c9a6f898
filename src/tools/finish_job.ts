// finish_job: records what became of a claimed job.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { json, maxCharsBounds, name, text } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const finishJob = defineTool({
  name: "finish_job",
  title: "Finish a job",
  description:
    "Record what became of a claimed job. A failed one is pending again, later each time, until its attempts are spent.",
  toolset: "jobs",
  effect: "update",
  input: () =>
    z.strictObject({
      job_id: name(),
      lease_token: name(),
      status: z.enum(["completed", "failed"]),
      result: json(limits.jobResult).optional(),
      error: text(limits.text).optional(),
    }),
  output: () => z.object({ job: wireJob() }),
  async run({ job_id, lease_token, status, result, error }, { store }) {
    const finished = await store.jobs.finish({
      jobId: job_id,
      leaseToken: lease_token,
      status,
      result,
      error: error ?? null,
    });
    const wrap = (job: WireJob) => ({ job });
    return fitOne(toWireJob(finished), maxCharsBounds.standard, wrap, cutJob);
  },
});
