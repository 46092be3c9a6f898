// list_checkpoints: a session's checkpoints, newest first, or one with its state.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import type { Store } from "../db/store.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutCheckpoint } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId } from "./fields.ts";
import { toWireCheckpoint, type WireCheckpoint, wireCheckpoint, withState } from "./wire-checkpoints.ts";

export const listCheckpoints = defineTool({
  name: "list_checkpoints",
  title: "List checkpoints",
  description:
    "A session's checkpoints, newest first, without their state; by checkpoint_id that one, with its state.",
  toolset: "checkpoints",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      checkpoint_id: name().optional(),
      limit: limit(20, 200),
      cursor: cursor().optional(),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      checkpoints: z.array(wireCheckpoint()),
      next_cursor: z.string().optional(),
      state: z.unknown().optional().describe("Of the one asked for"),
      hint: z.string().optional().describe("The state did not fit: how to read it"),
    }),
  async run({ session_id, checkpoint_id, ...page }, { store }) {
    if (checkpoint_id !== undefined) return getOne(checkpoint_id, session_id, page.max_chars, store);
    if (session_id !== undefined) return listPage(session_id, page, store);
    throw new StoreError(
      "invalid_input",
      "Neither session_id nor checkpoint_id came.",
      "session_id lists a session's checkpoints; checkpoint_id gives one with its state.",
    );
  },
});

async function getOne(id: string, sessionId: string | undefined, maxChars: number, store: Store) {
  const found = await store.checkpoints.get(id);
  if (sessionId !== undefined && sessionId !== found.checkpoint.sessionId) {
    throw new StoreError(
      "not_found",
      `Checkpoint "${id}" is not of session "${sessionId}".`,
      `It is of session "${found.checkpoint.sessionId}"; checkpoint_id alone finds it too.`,
    );
  }
  const wrap = (checkpoints: readonly WireCheckpoint[]) => ({ checkpoints: [...checkpoints] });
  const fitted = fitItems([toWireCheckpoint(found.checkpoint)], maxChars, wrap, cutCheckpoint).result;
  return withState(fitted, found, maxChars);
}

async function listPage(
  sessionId: string,
  { limit, cursor, max_chars }: { limit: number; cursor?: string | undefined; max_chars: number },
  store: Store,
) {
  const query = { list: "checkpoints", session_id: sessionId };
  const position = decodeCursor(cursor, query, z.tuple([z.string()]));
  const { items, more } = await store.checkpoints.list({
    sessionId,
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
  return fitItems(items.map(toWireCheckpoint), max_chars, wrap, cutCheckpoint).result;
}
