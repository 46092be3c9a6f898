// get_todos: a session's plan.
import * as z from "zod";
import { decodeCursor } from "./cursor.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, maxChars, sessionId } from "./fields.ts";
import { todosOutput, todosQuery, toTodosResult } from "./todos-result.ts";

export const getTodos = defineTool({
  name: "get_todos",
  title: "Get the todos",
  description: "A session's plan, in order, with its version and counts by status.",
  toolset: "todos",
  effect: "read",
  input: () =>
    z.strictObject({ session_id: sessionId(), cursor: cursor().optional(), max_chars: maxChars() }),
  output: () => todosOutput(),
  async run({ session_id, cursor, max_chars }, { store }) {
    const position = decodeCursor(cursor, todosQuery(session_id), z.tuple([z.int().min(0)]));
    return toTodosResult(session_id, await store.getTodos(session_id), position?.[0] ?? 0, max_chars);
  },
});
