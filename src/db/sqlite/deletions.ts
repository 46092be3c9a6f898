// Deleting sessions: one transaction makes them invisible. Their rows go afterwards (deleted-rows.ts).
import { and, isNull, sql } from "drizzle-orm";
import { type SQLiteColumn, unionAll } from "drizzle-orm/sqlite-core";
import { StoreError } from "../errors.ts";
import type { Provenance } from "../records.ts";
import type { DeletedSessions, StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import { columnsOf, type Drizzle, inList, Prepared, value } from "./prepare.ts";
import { actions, checkpoints, sessions, todos } from "./schema.ts";
import type { Sessions } from "./sessions.ts";

type Dependent = { id: string; kind: "fork" | "subagent" };

// Named in a refusal; the rest is counted.
const mostNamed = 20;

export class Deletions {
  readonly #now: StoreOptions["now"];
  readonly #sessions: Sessions;
  readonly #audit: Audit;
  readonly #dependents;
  readonly #counts;
  readonly #hide;

  constructor(
    db: Drizzle,
    { now }: Pick<StoreOptions, "now">,
    related: { sessions: Sessions; audit: Audit },
  ) {
    this.#now = now;
    this.#sessions = related.sessions;
    this.#audit = related.audit;
    this.#dependents = new Prepared(db, () => prepareDependents(db));
    const countOf = (table: typeof actions | typeof todos | typeof checkpoints) =>
      sql<number>`(select count(*) from ${table} where ${inList(table.sessionId, "ids")})`;
    this.#counts = new Prepared(db, () =>
      db
        .select({
          // A fork's own events begin behind the point where it was forked, and no seq is ever missing.
          events: sql<number>`sum(${sessions.lastSeq} - coalesce(${sessions.forkedAtSeq}, 0))`.as("events"),
          actions: countOf(actions).as("actions"),
          todos: countOf(todos).as("todos"),
          checkpoints: countOf(checkpoints).as("checkpoints"),
        })
        .from(sessions)
        .where(inList(sessions.id, "ids")),
    );
    this.#hide = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ deletedAt: value("now"), title: null, hostTitle: null, context: null, metadata: null })
        .where(inList(sessions.id, "ids")),
    );
  }

  delete(sessionId: string, cascade: boolean, by: Provenance): DeletedSessions {
    this.#sessions.get(sessionId);
    const dependents = this.#dependentsOf(sessionId);
    if (dependents.length > 0 && !cascade) throw hasDependents(sessionId, dependents);
    const ids = [sessionId, ...dependents.map(({ id }) => id)];
    const given = { ids: JSON.stringify(ids), now: this.#now() };
    const counted = this.#counts.get(given) ?? { events: 0, actions: 0, todos: 0, checkpoints: 0 };
    const deleted = { sessions: ids.length, ...counted };
    this.#hide.run(given);
    // The entry with the sums is the newest of them.
    for (const { id } of dependents) this.#note(id, by, { deleted_with: sessionId });
    this.#note(sessionId, by, { ...deleted, ids });
    return { ...deleted, ids };
  }

  #note(id: string, { origin, client }: Provenance, details: Record<string, string | number | string[]>) {
    this.#audit.append({ origin, client, tool: "delete_session", sessionId: id, subjectId: id, details });
  }

  /** Everything that would lose its history or its parent, nearest first. */
  #dependentsOf(sessionId: string): Dependent[] {
    const found = new Map<string, Dependent>();
    let level = [sessionId];
    while (level.length > 0) {
      const rows = this.#dependents.all({ ids: JSON.stringify(level) });
      const unseen = rows.filter(({ id }) => id !== sessionId && !found.has(id));
      for (const { id, kind } of unseen) found.set(id, { id, kind });
      level = [...new Set(unseen.map(({ id }) => id))];
    }
    return [...found.values()];
  }
}

/** The forks and subagents of the sessions in `ids`. */
function prepareDependents(db: Drizzle) {
  const those = (kind: Dependent["kind"], source: SQLiteColumn) =>
    db
      .select({ id: columnsOf(sessions).id, kind: sql<Dependent["kind"]>`${kind}`.as("kind") })
      .from(sessions)
      .where(and(inList(source, "ids"), isNull(sessions.deletedAt)));
  return unionAll(those("fork", sessions.forkedFromSessionId), those("subagent", sessions.parentSessionId));
}

function hasDependents(sessionId: string, dependents: readonly Dependent[]): StoreError {
  const named = (kind: Dependent["kind"]) => {
    const ids = dependents.filter((each) => each.kind === kind).map(({ id }) => id);
    if (ids.length === 0) return [];
    const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : "";
    return [
      `${ids.length} ${kind}${ids.length === 1 ? "" : "s"} (${ids.slice(0, mostNamed).join(", ")}${more})`,
    ];
  };
  return new StoreError(
    "conflict",
    `Session "${sessionId}" has ${[...named("fork"), ...named("subagent")].join(" and ")}; nothing was deleted.`,
    "delete_session with cascade: true deletes them with it; or delete those you do not need first.",
  );
}
