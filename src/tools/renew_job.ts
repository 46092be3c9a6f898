// renew_job: keeps a claimed job, and learns whether it was cancelled.
import * as z from "zod";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { leaseSeconds, maxCharsBounds, name } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const renewJob = defineTool({
  name: "renew_job",
  title: "Renew a job's lease",
  description: "Keep a claimed job for longer. cancelled: stop working on it.",
  toolset: "jobs",
  effect: "update",
  input: () => z.strictObject({ job_id: name(), lease_token: name(), lease_seconds: leaseSeconds() }),
  output: () => z.object({ job: wireJob(), cancelled: z.boolean() }),
  async run({ job_id, lease_token, lease_seconds }, { store }) {
    const renewed = await store.jobs.renew({
      jobId: job_id,
      leaseToken: lease_token,
      leaseSeconds: lease_seconds,
    });
    const wrap = (job: WireJob) => ({ job, cancelled: renewed.status === "cancelled" });
    return fitOne(toWireJob(renewed), maxCharsBounds.standard, wrap, cutJob);
  },
});
