// How far a list of todos has come.
import type { Todo } from "../db/records.ts";

export interface TodoCounts {
  total: number;
  pending: number;
  in_progress: number;
  completed: number;
  cancelled: number;
}

export function countTodos(todos: readonly Todo[]): TodoCounts {
  const count = (status: Todo["status"]) => todos.filter((todo) => todo.status === status).length;
  return {
    total: todos.length,
    pending: count("pending"),
    in_progress: count("in_progress"),
    completed: count("completed"),
    cancelled: count("cancelled"),
  };
}
