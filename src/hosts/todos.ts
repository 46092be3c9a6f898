// The todo lists of all hosts, which name their states alike but not the same.
import type { JsonObject, TodoRecord } from "./host.ts";
import { asObjects, asText, type Foreign } from "./narrow.ts";

const mostTodos = 1_000;
const mostCharacters = 1_000;

/** What is no todo is left out; an unknown state is pending, an unknown priority medium. */
export function toTodos(list: Foreign): TodoRecord[] {
  return asObjects(list)
    .flatMap((item) => toTodo(item) ?? [])
    .slice(0, mostTodos);
}

function toTodo(item: JsonObject): TodoRecord | null {
  const names = [item.content, item.step, item.text, item.subject, item.description];
  const content = names.map(asText).find((text) => text !== null) ?? null;
  if (content === null) return null;
  const status = item.completed === true ? "completed" : todoStatus(item.status);
  // 4 KiB whatever the script, and no half of a character.
  const cut = content.slice(0, mostCharacters).toWellFormed();
  return { content: cut, status, priority: todoPriority(item.priority) };
}

export function todoStatus(status: Foreign): TodoRecord["status"] {
  switch (asText(status)?.toLowerCase().replace(/[ -]/g, "_")) {
    case "in_progress":
    case "active":
    case "running":
      return "in_progress";
    case "completed":
    case "done":
      return "completed";
    case "cancelled":
    case "canceled":
    case "deleted":
    case "skipped":
      return "cancelled";
    default:
      return "pending";
  }
}

function todoPriority(priority: Foreign): TodoRecord["priority"] {
  return priority === "high" || priority === "low" ? priority : "medium";
}
