// delete_session: removes a session with everything in it.
import * as z from "zod";
import { fitItems } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, sessionId } from "./fields.ts";

export const deleteSession = defineTool({
  name: "delete_session",
  title: "Delete a session",
  description:
    "Delete a session with its events, todos and checkpoints, for good. Its runs stay. Refused while it has forks or subagents.",
  toolset: "sessions",
  effect: "delete",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      cascade: z.boolean().default(false).describe("Delete its forks and subagents too"),
    }),
  output: () =>
    z.object({
      deleted: z.object({
        sessions: z.int(),
        events: z.int(),
        actions: z.int(),
        todos: z.int(),
        checkpoints: z.int(),
        ids: z.array(z.string()),
      }),
      truncated: z.boolean().optional().describe("list_audit has the ids left out here"),
    }),
  async run({ session_id, cascade }, { store, client }) {
    const deleted = await store.deleteSession(session_id, cascade, { origin: "tool", client });
    const wrap = (ids: readonly string[]) => ({
      deleted: { ...deleted, ids: [...ids] },
      truncated: ids.length < deleted.ids.length || undefined,
    });
    return fitItems(deleted.ids, maxCharsBounds.standard, wrap, (id) => id).result;
  },
});
