// cancel_job: takes a job out of the queue, or from its worker.
import * as z from "zod";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, name } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const cancelJob = defineTool({
  name: "cancel_job",
  title: "Cancel a job",
  description: "Cancel a job that has not ended. A worker that holds it learns of it from renew_job.",
  toolset: "jobs",
  effect: "update",
  input: () => z.strictObject({ job_id: name() }),
  output: () => z.object({ job: wireJob() }),
  async run({ job_id }, { store, client }) {
    const job = await store.jobs.cancel(job_id, { origin: "tool", client });
    const wrap = (job: WireJob) => ({ job });
    return fitOne(toWireJob(job), maxCharsBounds.standard, wrap, cutJob);
  },
});
