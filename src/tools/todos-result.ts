// The result that both todo tools give: the list within its characters, and where to read on.
import * as z from "zod";
import type { TodoList } from "../db/records.ts";
import { countTodos } from "../resume/todo-counts.ts";
import { fitWholeItems } from "./budget.ts";
import { encodeCursor } from "./cursor.ts";
import { cutTodo } from "./cut-records.ts";
import { lazily } from "./lazily.ts";
import { toWireTodo } from "./to-wire.ts";
import { type WireTodo, wireCounts, wireTodo } from "./wire-records.ts";

export const todosOutput = lazily(() =>
  z.object({
    todos: z.array(wireTodo()),
    counts: wireCounts(),
    version: z.int(),
    next_cursor: z.string().optional().describe("get_todos goes on there"),
  }),
);

export const todosQuery = (sessionId: string) => ({ list: "todos", session_id: sessionId });

export function toTodosResult(
  sessionId: string,
  { todos, version }: TodoList,
  start: number,
  maxChars: number,
): z.input<ReturnType<typeof todosOutput>> {
  const counts = countTodos(todos);
  const wrap = (shown: readonly WireTodo[]) => {
    const end = start + shown.length;
    const next_cursor = end < todos.length ? encodeCursor(todosQuery(sessionId), [end]) : undefined;
    return { todos: [...shown], counts, version, next_cursor };
  };
  return fitWholeItems(todos.slice(start).map(toWireTodo), maxChars, wrap, cutTodo).result;
}
