// Todos: a session's plan, replaced as a whole.
import { eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { NewTodo, Todo, TodoList } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import type { Redaction } from "./redaction.ts";
import { sessions, todos } from "./schema.ts";
import { laterOf } from "./session-growth.ts";
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
  readonly #hosts;
  readonly #noteHosts;

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
    const theirs = eq(sessions.id, sql.placeholder("sessionId"));
    const { hostTodosAt, hostTodosVersion, updatedAt, forgottenAt } = columnsOf(sessions);
    this.#hosts = new Prepared(db, () =>
      db.select({ hostTodosAt, hostTodosVersion, updatedAt, forgottenAt }).from(sessions).where(theirs),
    );
    this.#noteHosts = new Prepared(db, () =>
      db
        .update(sessions)
        .set({
          hostTodosAt: value("at"),
          hostTodosVersion: value("version"),
          todosVersion: value("version"),
          updatedAt: laterOf(value("at")),
        })
        .where(theirs),
    );
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
    const rows = this.#replace(sessionId, present.todos, wanted, now);
    if (rows === null) return present;
    return { todos: rows.map(toTodo), version: this.#sessions.touchTodos(sessionId, now) };
  }

  /** Null: they say what the present ones say. */
  #replace(
    sessionId: string,
    present: readonly Todo[],
    wanted: readonly NewTodo[],
    now: number,
  ): TodoRow[] | null {
    const rows = this.#merge(sessionId, present, wanted, now);
    const changed = rows.length !== present.length || rows.some((row, i) => !isSame(present[i], row));
    if (!changed) return null;
    this.#deleteAll.run({ sessionId });
    for (const row of rows) this.#insert.run(row);
    return rows;
  }

  /** The list that a host had at that time, unless it had a later one, or somebody else has changed it since. */
  takeHosts(sessionId: string, wanted: readonly Omit<NewTodo, "id">[], at: number | null): void {
    const present = this.get(sessionId);
    const before = this.#hosts.get({ sessionId });
    const changedByOthers = present.version !== (before?.hostTodosVersion ?? 0);
    if (
      before === undefined ||
      before.forgottenAt !== null ||
      changedByOthers ||
      (at ?? Infinity) < (before.hostTodosAt ?? 0)
    )
      return;
    const time = Math.min(at ?? before.updatedAt, this.#options.now());
    const given = wanted.map((todo) => ({ ...todo, id: null }));
    const changed = this.#replace(sessionId, present.todos, given, time) !== null;
    this.#noteHosts.run({ sessionId, at: time, version: present.version + (changed ? 1 : 0) });
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
