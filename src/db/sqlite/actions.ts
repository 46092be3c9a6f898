// Actions: the tool calls inside events, the only part of an event that moves.
import { and, desc, eq, gte, lte, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Action, ActionMove, JsonValue, NewAction, Session } from "../records.ts";
import type { Findings } from "../redaction.ts";
import type { PlacedAction, StoreOptions } from "../store.ts";
import type { Lineage } from "./lineage.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { addFindings, type Redaction, toRedactions } from "./redaction.ts";
import type { Rollups } from "./rollups.ts";
import { actions, events } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";

export type ActionRow = Omit<typeof actions.$inferSelect, "id">;

/** How far on its way an action is. It never goes back, and ends once. */
const progress = { pending: 0, running: 1, completed: 2, error: 2 };

export class Actions {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #lineage: Lineage;
  readonly #rollups: Rollups;
  readonly #searchQueue: SearchQueue;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #ofEvent;
  readonly #newest;
  readonly #update;
  readonly #markLossy;
  readonly #redactions;
  readonly #setRedactions;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: {
      sessions: Sessions;
      lineage: Lineage;
      rollups: Rollups;
      searchQueue: SearchQueue;
      redaction: Redaction;
    },
  ) {
    this.#options = options;
    this.#sessions = related.sessions;
    this.#lineage = related.lineage;
    this.#rollups = related.rollups;
    this.#searchQueue = related.searchQueue;
    this.#redaction = related.redaction;
    this.#insert = new Inserts(db, actions);
    this.#ofEvent = new Prepared(db, () =>
      db
        .select(columnsOf(actions))
        .from(actions)
        .where(
          and(eq(actions.sessionId, sql.placeholder("sessionId")), eq(actions.seq, sql.placeholder("seq"))),
        )
        .orderBy(actions.position),
    );
    this.#newest = new Prepared(db, () =>
      db
        .select(columnsOf(actions))
        .from(actions)
        .where(
          and(
            eq(actions.sessionId, sql.placeholder("ownerId")),
            eq(actions.callId, sql.placeholder("callId")),
            gte(actions.seq, sql.placeholder("fromSeq")),
            lte(actions.seq, sql.placeholder("toSeq")),
          ),
        )
        .orderBy(desc(actions.seq), desc(actions.position))
        .limit(1),
    );
    this.#update = new Prepared(db, () =>
      db
        .update(actions)
        .set({
          status: value("status"),
          title: value("title"),
          startedAt: value("startedAt"),
          endedAt: value("endedAt"),
          error: value("error"),
          output: value("output"),
        })
        .where(eq(actions.id, sql.placeholder("id"))),
    );
    const itsEvent = and(
      eq(events.sessionId, sql.placeholder("sessionId")),
      eq(events.seq, sql.placeholder("seq")),
    );
    this.#markLossy = new Prepared(db, () => db.update(events).set({ lossy: 1 }).where(itsEvent));
    this.#redactions = new Prepared(db, () =>
      db
        .select({ redactions: columnsOf(events).redactions })
        .from(events)
        .where(itsEvent),
    );
    this.#setRedactions = new Prepared(db, () =>
      db
        .update(events)
        .set({ redactions: value("redactions") })
        .where(itsEvent),
    );
  }

  /** The rows of a new event's actions, and whether a text of theirs had to be repaired. */
  prepare(
    given: readonly NewAction[],
    event: { sessionId: string; seq: number; createdAt: number },
  ): { rows: ActionRow[]; lossy: boolean } {
    let lossy = false;
    const rows = given.map((action, position) => {
      const repaired = repairTexts({
        sessionId: event.sessionId,
        seq: event.seq,
        position,
        callId: action.callId ?? this.#options.newId("call"),
        toolName: action.toolName,
        status: action.status,
        title: action.title,
        startedAt: action.status === "running" ? event.createdAt : null,
        endedAt: action.status === "completed" || action.status === "error" ? event.createdAt : null,
        error: action.error,
        input: toJson(action.input),
        output: toJson(action.output),
      });
      lossy ||= repaired.lossy;
      return repaired.row;
    });
    return { rows, lossy };
  }

  insert(rows: readonly ActionRow[]): void {
    for (const row of rows) this.#insert.run(row);
  }

  /** The actions of an event, in order. */
  of({ sessionId, seq, actionCount }: { sessionId: string; seq: number; actionCount: number }): ActionRow[] {
    return actionCount === 0 ? [] : this.#ofEvent.all({ sessionId, seq });
  }

  move(given: ActionMove): PlacedAction {
    const { record: move, findings } = this.#redaction.record(given, ["title", "output", "error"]);
    const session = this.#sessions.get(move.sessionId);
    const row = this.#find(session, move.callId);
    const place = { seq: row.seq, position: row.position };
    const said = repairTexts({ title: move.title ?? row.title, error: move.error ?? row.error });
    const output = move.output === undefined ? row.output : toJson(move.output);
    const next = { ...row, ...said.row, output, status: move.status };
    const changed = (["status", "title", "error", "output"] as const).some((key) => next[key] !== row[key]);
    if (!changed) return { ...place, action: toAction(row) };
    refuseGoingBack(row, move.status);
    const now = this.#options.now();
    if (move.status === "running") next.startedAt ??= now;
    if (progress[move.status] === progress.completed) next.endedAt = Math.max(now, row.startedAt ?? now);
    this.#update.run(next);
    this.#rollups.actionChanged(row, row, next);
    const saysMore = (["title", "error", "output"] as const).some((key) => next[key] !== row[key]);
    if (saysMore) this.#searchQueue.add(row.sessionId, { from: row.seq, to: row.seq });
    if (said.lossy) this.#markLossy.run(row);
    this.#countRedactions(row, findings);
    this.#sessions.touch(session.id, now);
    return { ...place, action: toAction(next) };
  }

  #countRedactions({ sessionId, seq }: ActionRow, findings: Findings): void {
    if (toRedactions(findings) === null) return;
    const before = this.#redactions.get({ sessionId, seq })?.redactions ?? null;
    const sum = { ...fromJson<Findings>(before) };
    addFindings(sum, findings);
    this.#setRedactions.run({ sessionId, seq, redactions: toRedactions(sum) });
  }

  /** The newest action of that id in the session's history. One that a fork only shares is refused. */
  #find(session: Session, callId: string): typeof actions.$inferSelect {
    for (const part of this.#lineage.partsOf(session).toReversed()) {
      const row = this.#newest.get({ ...part, callId: callId.toWellFormed() });
      if (row === undefined) continue;
      if (part.ownerId !== session.id) throw ownedByAnother(session.id, callId, part.ownerId);
      return row;
    }
    throw new StoreError(
      "not_found",
      `No event of session "${session.id}" has an action with the call_id "${callId}".`,
      "get_history shows the actions of its events; add_event records an event with a new one.",
    );
  }
}

export function toAction(row: ActionRow): Action {
  return {
    callId: row.callId,
    toolName: row.toolName,
    title: row.title,
    status: row.status,
    input: fromJson<JsonValue>(row.input) ?? undefined,
    output: fromJson<JsonValue>(row.output) ?? undefined,
    error: row.error,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  };
}

function refuseGoingBack({ callId, status }: ActionRow, wanted: Action["status"]): void {
  const ended = progress[status] === progress.completed;
  if (!ended && progress[wanted] >= progress[status]) return;
  throw new StoreError(
    "invalid_state",
    ended
      ? `Action "${callId}" has already ended as ${status}.`
      : `Action "${callId}" is ${status}, and cannot go back to ${wanted}.`,
    "An action goes from pending to running to completed or error, and ends once. add_event records another call.",
  );
}

function ownedByAnother(sessionId: string, callId: string, ownerId: string): StoreError {
  return new StoreError(
    "conflict",
    `Session "${sessionId}" is a fork: its action "${callId}" belongs to session "${ownerId}".`,
    `Call update_action with session_id "${ownerId}", or add_event to the fork with an action of its own.`,
  );
}
