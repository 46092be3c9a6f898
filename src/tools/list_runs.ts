// list_runs: runs, newest first.
import * as z from "zod";
import { runStatuses } from "../db/records.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutRun } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId, text } from "./fields.ts";
import { toWireRun } from "./to-wire.ts";
import { type WireRun, wireRun } from "./wire-records.ts";

export const listRuns = defineTool({
  name: "list_runs",
  title: "List runs",
  description: "Runs, newest first: what is running, what crashed and how that is known.",
  toolset: "runs",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      directory: text(4096).min(1).optional().describe("This one exactly; project_id: all of a project's"),
      project_id: name().optional(),
      status: z.enum(runStatuses).optional(),
      pid: z.int().optional(),
      limit: limit(20, 200),
      cursor: cursor().optional(),
      max_chars: maxChars(),
    }),
  output: () => z.object({ runs: z.array(wireRun()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, max_chars, ...filters }, { store, readWorkspace }) {
    const query = { list: "runs", ...filters };
    const position = decodeCursor(cursor, query, z.tuple([z.string()]));
    const { items, more } = await store.listRuns({
      sessionId: filters.session_id,
      directory: filters.directory && (await readWorkspace(filters.directory)).directory,
      projectId: filters.project_id,
      status: filters.status,
      pid: filters.pid,
      after: position === null ? undefined : { id: position[0] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.id]);
    };
    const wrap = (runs: readonly WireRun[]) => ({
      runs: [...runs],
      next_cursor: more || runs.length < items.length ? cursorBehind(runs.length) : undefined,
    });
    return fitItems(items.map(toWireRun), max_chars, wrap, cutRun).result;
  },
});
