// enqueue_job: queues a prompt for a worker.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { idempotencyKey, maxCharsBounds, name, sessionId, text, textList, time } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const enqueueJob = defineTool({
  name: "enqueue_job",
  title: "Enqueue a job",
  description:
    "Queue a prompt for whoever claims it: for a session, for a directory, or for neither. Nothing here runs it.",
  toolset: "jobs",
  effect: "add",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      directory: text(limits.path).min(1).optional().describe("Default: the session's, else none"),
      prompt: text(limits.text).min(1),
      prompt_id: name().optional(),
      message_id: name().optional(),
      allowed_tools: textList(limits.text).optional(),
      model: name().optional(),
      priority: z.int().default(0).describe("Higher first"),
      run_after: time().optional().describe("ISO 8601; default now"),
      max_attempts: z.int().min(1).max(100).default(3),
      idempotency_key: idempotencyKey().optional(),
    }),
  output: () => z.object({ job: wireJob(), duplicate: z.boolean() }),
  async run(input, { store, client, readWorkspace }) {
    const { record, duplicate } = await store.jobs.enqueue({
      sessionId: input.session_id ?? null,
      workspace: input.directory === undefined ? null : await readWorkspace(input.directory),
      prompt: input.prompt,
      promptId: input.prompt_id ?? null,
      messageId: input.message_id ?? null,
      allowedTools: input.allowed_tools ?? null,
      model: input.model ?? null,
      priority: input.priority,
      runAfter: input.run_after ?? null,
      maxAttempts: input.max_attempts,
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    const wrap = (job: WireJob) => ({ job, duplicate });
    return fitOne(toWireJob(record), maxCharsBounds.standard, wrap, cutJob);
  },
});
