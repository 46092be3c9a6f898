// list_jobs: jobs, newest first.
import * as z from "zod";
import { jobStatuses } from "../db/jobs.ts";
import { limits } from "../db/limits.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId, text } from "./fields.ts";
import { cutJob, toWireJob, type WireJob, wireJob } from "./wire-jobs.ts";

export const listJobs = defineTool({
  name: "list_jobs",
  title: "List jobs",
  description: "Jobs, newest first: what waits, who works on what, what came of it.",
  toolset: "jobs",
  // It asks for nothing to be changed: what a schedule enqueues meanwhile, it would have enqueued anyway.
  effect: "read",
  input: () =>
    z.strictObject({
      job_id: name().optional().describe("This one alone"),
      session_id: sessionId().optional(),
      directory: text(limits.path).min(1).optional().describe("All of its project"),
      status: z.enum(jobStatuses).optional(),
      limit: limit(20, 200),
      cursor: cursor().optional(),
      max_chars: maxChars(),
    }),
  output: () => z.object({ jobs: z.array(wireJob()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, max_chars, ...filters }, { store, readWorkspace }) {
    const query = { list: "jobs", ...filters };
    const position = decodeCursor(cursor, query, z.tuple([z.string()]));
    const { items, more } = await store.jobs.list({
      jobId: filters.job_id,
      sessionId: filters.session_id,
      workspace: filters.directory === undefined ? undefined : await readWorkspace(filters.directory),
      status: filters.status,
      after: position === null ? undefined : { id: position[0] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.id]);
    };
    const wrap = (jobs: readonly WireJob[]) => ({
      jobs: [...jobs],
      next_cursor: more || jobs.length < items.length ? cursorBehind(jobs.length) : undefined,
    });
    return fitItems(items.map(toWireJob), max_chars, wrap, cutJob).result;
  },
});
