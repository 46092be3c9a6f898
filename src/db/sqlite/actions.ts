// Actions: the tool calls inside events, the only part of an event that moves.
import { and, eq, sql } from "drizzle-orm";
import type { Action, JsonValue, NewAction } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared } from "./prepare.ts";
import { actions } from "./schema.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";

export type ActionRow = Omit<typeof actions.$inferSelect, "id">;

export class Actions {
  readonly #newId: StoreOptions["newId"];
  readonly #insert;
  readonly #ofEvent;

  constructor(db: Drizzle, { newId }: Pick<StoreOptions, "newId">) {
    this.#newId = newId;
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
        callId: action.callId ?? this.#newId("call"),
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

  /**
   * The actions of some events of a session, by the seq of their event, each list in order. Ends behind the event
   * that brings their texts over `mostText`; the one that it began with is always whole.
   */
  of(
    sessionId: string,
    found: readonly { seq: number; actionCount: number }[],
    mostText = Number.POSITIVE_INFINITY,
  ): Map<number, ActionRow[]> {
    const bySeq = new Map<number, ActionRow[]>();
    let text = 0;
    for (const { seq, actionCount } of found) {
      if (actionCount === 0) continue;
      if (text > mostText) break;
      const rows = this.#ofEvent.all({ sessionId, seq });
      for (const row of rows) for (const part of textsOfAction(row)) text += part?.length ?? 0;
      bySeq.set(seq, rows);
    }
    return bySeq;
  }
}

/** What of an action may be long. */
export function textsOfAction({ input, output, error }: ActionRow): (string | null)[] {
  return [input, output, error];
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
