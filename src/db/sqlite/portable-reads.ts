// Reads what is to be exported, a page at a time. Every page is a transaction of its own.
import type { PortableRecord, PortableScope } from "../portable.ts";
import type { Actions } from "./actions.ts";
import { type Listed, prepareLists, prepareScope, prepareSession } from "./portable-queries.ts";
import { toPortable } from "./portable-rows.ts";
import type { Drizzle } from "./prepare.ts";
import type { Sessions } from "./sessions.ts";

export class PortableReads {
  readonly #sessions: Sessions;
  readonly #actions: Actions;
  readonly #scope;
  readonly #session;
  readonly #lists;

  constructor(db: Drizzle, related: { sessions: Sessions; actions: Actions }) {
    this.#sessions = related.sessions;
    this.#actions = related.actions;
    this.#scope = prepareScope(db);
    this.#session = prepareSession(db);
    this.#lists = prepareLists(db);
  }

  /** Those that are shared come first. */
  sessionIds({ sessionId, directory }: PortableScope): string[] {
    if (sessionId !== undefined) this.#sessions.get(sessionId);
    const ids = this.#scope.ids
      .all({ sessionId: sessionId ?? null, directory: directory ?? null })
      .map((row) => row.id);
    const sourcesOf = (of: readonly string[]) => this.#scope.shared.all({ ids: JSON.stringify(of) });
    const all = [...new Set([...ids, ...sourcesOf(ids).map(({ sourceId }) => sourceId)])].sort();
    const parts = new Map<string, number>();
    for (const { sessionId: fork } of sourcesOf(all)) parts.set(fork, (parts.get(fork) ?? 0) + 1);
    // A fork shares all that its source shares, and something of the source: it has a part more.
    return all.sort((a, b) => (parts.get(a) ?? 0) - (parts.get(b) ?? 0));
  }

  /** Null: it has been deleted meanwhile. */
  session(sessionId: string): PortableRecord | null {
    const row = this.#session.row.get({ sessionId });
    if (row === undefined) return null;
    return {
      kind: "session",
      ...toPortable("session", row),
      lineage: this.#session.lineage.all({ sessionId }).map((part) => toPortable("lineage", part)),
      todos: this.#session.todos.all({ sessionId }).map((todo) => toPortable("todo", todo)),
    };
  }

  events(sessionId: string, after: number, upTo: number): PortableRecord[] {
    return this.#session.events.all({ sessionId, after, upTo }).map((row) => ({
      kind: "event",
      ...toPortable("event", row),
      actions: this.#actions.of(row).map((action) => toPortable("action", action)),
    }));
  }

  checkpoints(sessionId: string, after: string): PortableRecord[] {
    return this.#session.checkpoints
      .all({ sessionId, after })
      .map((row) => ({ kind: "checkpoint", ...toPortable("checkpoint", row) }));
  }

  /** `all`: whatever session they are of, or of none. */
  list(
    kind: Listed,
    scope: { all: boolean; ids: readonly string[]; directory?: string | undefined },
    after: string,
  ) {
    const given = {
      all: scope.all ? 1 : 0,
      ids: JSON.stringify(scope.ids),
      directory: scope.directory ?? null,
      after,
    };
    const rows: Record<string, unknown>[] = this.#lists[kind].all(given);
    return rows.map((row): PortableRecord => ({ kind, ...toPortable(kind, row) }));
  }
}
