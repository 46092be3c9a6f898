// The list that TaskCreate and TaskUpdate keep, of which a transcript has single changes: put together again.

import type { JsonObject, TodoRecord } from "../host.ts";
import type { Foreign } from "../narrow.ts";
import { asName, asObject, asObjects, asText } from "../narrow.ts";
import { todoStatus } from "../todos.ts";

const mostTasks = 100;

export class TaskList {
  readonly #tasks = new Map<string, TodoRecord>();

  constructor(state: Foreign) {
    for (const task of asObjects(state)) this.#set(asText(task.id), asText(task.content), task.status);
  }

  /** The whole list after a tool's result changed it. Null: it changed nothing. */
  take(result: JsonObject | null): TodoRecord[] | null {
    const created = asObject(result?.task);
    const moved = asObject(result?.statusChange);
    const id = asName(created?.id) ?? asName(result?.taskId);
    const changed =
      (created !== null && this.#set(id, asText(created.subject), "pending")) ||
      (moved !== null && this.#set(id, this.#tasks.get(id ?? "")?.content ?? null, moved.to));
    return changed ? [...this.#tasks.values()] : null;
  }

  state(): JsonObject[] {
    return [...this.#tasks].map(([id, { content, status }]) => ({ id, content, status }));
  }

  #set(id: string | null, content: string | null, status: Foreign): boolean {
    if (id === null || content === null) return false;
    if (!this.#tasks.has(id) && this.#tasks.size >= mostTasks) return false;
    this.#tasks.set(id, { content: content.slice(0, 150), status: todoStatus(status), priority: "medium" });
    return true;
  }
}
