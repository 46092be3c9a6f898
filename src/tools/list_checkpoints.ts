// list_checkpoints: a session's checkpoints, newest first.
import * as z from "zod";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutCheckpoint } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxCharsBounds, sessionId } from "./fields.ts";
import { toWireCheckpoint, type WireCheckpoint, wireCheckpoint } from "./wire-checkpoints.ts";

export const listCheckpoints = defineTool({
  name: "list_checkpoints",
  title: "List checkpoints",
  description: "A session's checkpoints, newest first, without their state: restore_checkpoint gives that.",
  toolset: "checkpoints",
  effect: "read",
  input: () =>
    z.strictObject({ session_id: sessionId(), limit: limit(20, 200), cursor: cursor().optional() }),
  output: () => z.object({ checkpoints: z.array(wireCheckpoint()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, session_id }, { store }) {
    const query = { list: "checkpoints", session_id };
    const position = decodeCursor(cursor, query, z.tuple([z.string()]));
    const { items, more } = await store.checkpoints.list({
      sessionId: session_id,
      after: position === null ? undefined : { id: position[0] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.id]);
    };
    const wrap = (checkpoints: readonly WireCheckpoint[]) => ({
      checkpoints: [...checkpoints],
      next_cursor: more || checkpoints.length < items.length ? cursorBehind(checkpoints.length) : undefined,
    });
    return fitItems(items.map(toWireCheckpoint), maxCharsBounds.standard, wrap, cutCheckpoint).result;
  },
});
