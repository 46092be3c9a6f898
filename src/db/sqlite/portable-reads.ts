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

  /** A fork comes behind those it shares with, and behind the one it was made of. */
  sessionIds({ sessionId, directory }: PortableScope): string[] {
    if (sessionId !== undefined) this.#sessions.get(sessionId);
    const ids = this.#scope.ids
      .all({ sessionId: sessionId ?? null, directory: directory ?? null })
      .map((row) => row.id);
    const shared = this.#scope.shared.all({ ids: JSON.stringify(ids) });
    const all = [...new Set([...ids, ...shared.map(({ sourceId }) => sourceId)])].sort();
    const given = { ids: JSON.stringify(all) };
    const sources = new Map<string, (string | null)[]>(all.map((id) => [id, []]));
    for (const { sessionId: fork, sourceId } of this.#scope.shared.all(given))
      sources.get(fork)?.push(sourceId);
    for (const { id, forkedFromSessionId } of this.#scope.forks.all(given))
      sources.get(id)?.push(forkedFromSessionId);
    return sourcesFirst(sources);
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

/** The keys, each behind those of its sources that are keys too. */
function sourcesFirst(sources: ReadonlyMap<string, readonly (string | null)[]>): string[] {
  const seen = new Set<string>();
  const ordered: string[] = [];
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const source of sources.get(id) ?? []) if (source !== null && sources.has(source)) visit(source);
    ordered.push(id);
  };
  for (const id of sources.keys()) visit(id);
  return ordered;
}
