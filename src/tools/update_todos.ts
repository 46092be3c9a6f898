// update_todos: replaces a session's plan.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { todoPriorities, todoStatuses } from "../db/records.ts";
import { defineTool } from "./define-tool.ts";
import { list, maxCharsBounds, name, sessionId, text } from "./fields.ts";
import { todosOutput, toTodosResult } from "./todos-result.ts";

export const updateTodos = defineTool({
  name: "update_todos",
  title: "Update the todos",
  description:
    "Replace a session's plan with this list, in order. Send the whole list; keep the ids you were given. A truncated todo: get_todos reads it whole with a larger max_chars.",
  toolset: "todos",
  effect: "update",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      todos: list(
        z.strictObject({
          id: name().optional(),
          content: text(limits.todoContent).min(1),
          status: z.enum(todoStatuses).default("pending"),
          priority: z.enum(todoPriorities).default("medium"),
        }),
        limits.todosPerSession,
      ),
      expected_version: z.int().optional().describe("Refuse if somebody changed the list since that version"),
    }),
  output: () => todosOutput(),
  async run({ session_id, todos, expected_version }, { store }) {
    const wanted = todos.map(({ id, ...todo }) => ({ ...todo, id: id ?? null }));
    const list = await store.updateTodos(session_id, wanted, expected_version);
    return toTodosResult(session_id, list, 0, maxCharsBounds.standard);
  },
});
