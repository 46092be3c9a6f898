// What a fork of an export was given by a session that has been forgotten or deleted here: it does not come again with
// the fork. As forgotten-forks.ts has it: title, context, metadata and older todos, those in checkpoints too.
import { StoreError } from "../errors.ts";
import type { Todo } from "../records.ts";
import type { SessionRow } from "./sessions.ts";

type Row = Record<string, unknown>;

export class PortableForks {
  readonly #find: (id: string) => SessionRow | undefined;
  /** The export knows that they are forgotten: what its forks have is their own. */
  readonly #forgottenThere = new Set<string>();
  /** Forks, by when the first one on the way to them was made: what is older was given. */
  readonly #madeAt = new Map<string, number>();

  constructor(find: (id: string) => SessionRow | undefined) {
    this.#find = find;
  }

  /** Of a session that is to come; `id`: what it is called here. */
  note(session: SessionRow, id: string): void {
    if (session.forgottenAt !== null) this.#forgottenThere.add(id);
    const madeAt = this.#givenAt(session);
    if (madeAt !== null) this.#madeAt.set(session.id, madeAt);
  }

  session<T extends SessionRow>(session: T): T {
    if (!this.#madeAt.has(session.id)) return session;
    return { ...session, title: null, context: null, metadata: null, requestHash: null };
  }

  /** Whether a todo of the session is its own. */
  isOwn(sessionId: unknown, todo: Pick<Todo, "createdAt">): boolean {
    return todo.createdAt > (this.#madeAt.get(String(sessionId)) ?? Number.NEGATIVE_INFINITY);
  }

  checkpoint(row: Row): Row {
    if (!this.#madeAt.has(String(row.sessionId))) return row;
    const todos: Todo[] = JSON.parse(String(row.todos));
    return { ...row, todos: JSON.stringify(todos.filter((todo) => this.isOwn(row.sessionId, todo))) };
  }

  /** Null: nothing that it was given is forgotten. */
  #givenAt(session: SessionRow): number | null {
    for (let fork = session; fork.forkedFromSessionId !== null; ) {
      const sourceId = fork.forkedFromSessionId;
      if (sourceId === session.id) throw forkOfItself(sourceId);
      const source = this.#find(sourceId);
      if (source === undefined || this.#forgottenThere.has(sourceId)) return null;
      if (source.forgottenAt !== null || source.deletedAt !== null) return fork.createdAt;
      fork = source;
    }
    return null;
  }
}

function forkOfItself(id: string): StoreError {
  return new StoreError("invalid_input", `Session "${id}" is a fork of itself.`, "Export it again.");
}
