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

type StoredAction = typeof actions.$inferSelect;
export type ActionRow = Omit<StoredAction, "id">;
/** Null and undefined: as before. */
interface Moved extends Pick<Action, "status" | "output" | "endedAt"> {
  title: string | null | undefined;
  error: string | null | undefined;
}
type Next = { row: StoredAction; lossy: boolean };

/** How far on its way an action is. It never goes back, and ends once. */
const progress = { pending: 0, running: 1, completed: 2, error: 2 };
const ended = progress.completed;

/** What a host says of how a call went on, or ended. */
export type Outcome = Pick<NewAction, "status" | "title" | "output" | "error"> & { endedAt: number | null };

interface SettleOptions {
  isOwnTool: (toolName: string) => boolean;
  /** What was taken out of the outcome. */
  findings: Findings;
  seq?: number;
}

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
  readonly #event;
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
    this.#event = new Prepared(db, () =>
      db
        .select({ redactions: columnsOf(events).redactions, forgottenAt: columnsOf(events).forgottenAt })
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
        startedAt: action.startedAt ?? (action.status === "running" ? event.createdAt : null),
        endedAt: action.endedAt ?? (progress[action.status] === ended ? event.createdAt : null),
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
    const now = this.#options.now();
    const next = this.#moved(row, { ...move, endedAt: Math.max(now, row.startedAt ?? now) }, now);
    if (next === null) return { ...place, action: toAction(row) };
    refuseGoingBack(row, move.status);
    this.#store(row, next, findings);
    this.#sessions.touch(session.id, now);
    return { ...place, action: toAction(next.row) };
  }

  /** What the row becomes; null if it is that already. */
  #moved(row: StoredAction, told: Moved, startedAt: number | null): Next | null {
    // How a call of a forgotten event ended is kept; what it said is not.
    const isForgotten = (this.#event.get(row)?.forgottenAt ?? null) !== null;
    const said = isForgotten ? { ...told, title: null, error: null, output: undefined } : told;
    const texts = repairTexts({ title: said.title ?? row.title, error: said.error ?? row.error });
    const output = said.output === undefined ? row.output : toJson(said.output);
    const next = { ...row, ...texts.row, output, status: said.status };
    const changed = (["status", "title", "error", "output"] as const).some((key) => next[key] !== row[key]);
    if (!changed) return null;
    if (said.status === "running") next.startedAt ??= startedAt;
    if (progress[said.status] === ended) next.endedAt = said.endedAt;
    return { row: next, lossy: texts.lossy };
  }

  #store(before: StoredAction, { row, lossy }: Next, findings: Findings): void {
    this.#update.run(row);
    this.#rollups.actionChanged(before, before, row);
    const saysMore = (["title", "error", "output"] as const).some((key) => row[key] !== before[key]);
    if (saysMore) this.#searchQueue.add(row.sessionId, { from: row.seq, to: row.seq });
    if (lossy) this.#markLossy.run(before);
    this.#countRedactions(before, findings);
  }

  /**
   * The newest action of that call in the session's own events goes on as its host says; one that has ended stays. `seq`:
   * that event's. False: there is none.
   */
  settle(
    sessionId: string,
    callId: string,
    outcome: Outcome,
    { isOwnTool, findings, seq }: SettleOptions,
  ): boolean {
    const row = this.#ofCall(sessionId, callId, seq);
    if (row === undefined) return false;
    if (progress[row.status] === ended || progress[outcome.status] < progress[row.status]) return true;
    const said = isOwnTool(row.toolName) ? { ...outcome, output: undefined, error: null } : outcome;
    const endedAt = later(row.startedAt, outcome.endedAt);
    const next = this.#moved(row, { ...said, endedAt }, null);
    if (next !== null) this.#store(row, next, findings);
    return true;
  }

  /** Is the call among the session's own? */
  has(sessionId: string, callId: string): boolean {
    return this.#ofCall(sessionId, callId) !== undefined;
  }

  #ofCall(sessionId: string, callId: string, seq?: number): StoredAction | undefined {
    const range = { fromSeq: seq ?? 0, toSeq: seq ?? Number.MAX_SAFE_INTEGER };
    return this.#newest.get({ ownerId: sessionId, callId: callId.toWellFormed(), ...range });
  }

  #countRedactions({ sessionId, seq }: ActionRow, findings: Findings): void {
    if (toRedactions(findings) === null) return;
    const before = this.#event.get({ sessionId, seq })?.redactions ?? null;
    const sum = { ...fromJson<Findings>(before) };
    addFindings(sum, findings);
    this.#setRedactions.run({ sessionId, seq, redactions: toRedactions(sum) });
  }

  /** The newest action of that id in the session's history. One that a fork only shares is refused. */
  #find(session: Session, callId: string): StoredAction {
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

/** Hosts' clocks may go back between a call and its end. */
function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
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
  const hasEnded = progress[status] === ended;
  if (!hasEnded && progress[wanted] >= progress[status]) return;
  throw new StoreError(
    "invalid_state",
    hasEnded
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
