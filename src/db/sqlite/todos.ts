// Todos: a session's plan, replaced as a whole.
import { eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { NewTodo, Todo, TodoList } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared } from "./prepare.ts";
import type { Redaction } from "./redaction.ts";
import { todos } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { repairTexts } from "./text.ts";

type TodoRow = typeof todos.$inferSelect;

export class Todos {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #redaction: Redaction;
  readonly #list;
  readonly #deleteAll;
  readonly #insert;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; redaction: Redaction },
  ) {
    this.#options = options;
    this.#sessions = related.sessions;
    this.#redaction = related.redaction;
    const ofSession = eq(todos.sessionId, sql.placeholder("sessionId"));
    this.#list = new Prepared(db, () =>
      db.select(columnsOf(todos)).from(todos).where(ofSession).orderBy(todos.position),
    );
    this.#deleteAll = new Prepared(db, () => db.delete(todos).where(ofSession));
    this.#insert = new Inserts(db, todos);
  }

  get(sessionId: string): TodoList {
    const { todosVersion } = this.#sessions.get(sessionId);
    return { todos: this.#list.all({ sessionId }).map(toTodo), version: todosVersion };
  }

  /** The first list of a new session: another's todos, as they were. */
  copy(sessionId: string, given: readonly Todo[]): void {
    for (const [position, todo] of given.entries()) {
      this.#insert.run({ ...todo, sessionId, position, lossy: todo.lossy ? 1 : null });
    }
  }

  update(sessionId: string, given: readonly NewTodo[], expectedVersion?: number): TodoList {
    const wanted = given.map((todo) => this.#redaction.record(todo, ["content"]).record);
    const present = this.get(sessionId);
    if (expectedVersion !== undefined && expectedVersion !== present.version) {
      throw new StoreError(
        "conflict",
        `The todos of session "${sessionId}" are at version ${present.version}, not ${expectedVersion}: ` +
          "somebody changed them since you read them.",
        "Call get_todos, merge your change into that list, and send it with its version.",
      );
    }
    const now = this.#options.now();
    const rows = this.#merge(sessionId, present.todos, wanted, now);
    const changed =
      rows.length !== present.todos.length || rows.some((row, i) => !isSame(present.todos[i], row));
    if (!changed) return present;
    this.#deleteAll.run({ sessionId });
    for (const row of rows) this.#insert.run(row);
    return { todos: rows.map(toTodo), version: this.#sessions.touchTodos(sessionId, now) };
  }

  /** A todo that came with the id of a present one, or without one but with its very content, is that todo. */
  #merge(sessionId: string, present: readonly Todo[], wanted: readonly NewTodo[], now: number): TodoRow[] {
    const unclaimed = new Map(present.map((todo) => [todo.id, todo]));
    for (const { id } of wanted) if (id !== null) unclaimed.delete(id);
    const byId = new Map(present.map((todo) => [todo.id, todo]));
    refuseRepeatedIds(wanted);
    return wanted.map((given, position) => {
      const { row, lossy } = repairTexts(given);
      const same = row.id === null ? claim(unclaimed, row.content) : byId.get(row.id);
      const todo = {
        sessionId,
        position,
        id: row.id ?? same?.id ?? this.#options.newId("todo"),
        content: row.content,
        status: row.status,
        priority: row.priority,
        lossy: lossy ? 1 : null,
        createdAt: same?.createdAt ?? now,
      };
      return { ...todo, updatedAt: same !== undefined && isSame(same, todo) ? same.updatedAt : now };
    });
  }
}

function isSame(a: NewTodo | undefined, b: NewTodo): boolean {
  return a?.id === b.id && a.content === b.content && a.status === b.status && a.priority === b.priority;
}

function refuseRepeatedIds(wanted: readonly NewTodo[]): void {
  const seen = new Set<string>();
  for (const { id } of wanted) {
    if (id !== null && seen.has(id.toWellFormed())) {
      throw new StoreError(
        "invalid_input",
        `Two todos have the id "${id}".`,
        "Give each todo its own id, or leave the id out of a new one.",
      );
    }
    if (id !== null) seen.add(id.toWellFormed());
  }
}

/** Takes the first todo of that content out of `unclaimed`. */
function claim(unclaimed: Map<string, Todo>, content: string): Todo | undefined {
  for (const todo of unclaimed.values()) {
    if (todo.content !== content) continue;
    unclaimed.delete(todo.id);
    return todo;
  }
  return undefined;
}

function toTodo({ sessionId: _session, position: _position, lossy, ...todo }: TodoRow): Todo {
  return { ...todo, lossy: lossy === 1 };
}
