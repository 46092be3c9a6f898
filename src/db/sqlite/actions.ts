// Actions: the tool calls inside events, the only part of an event that moves.
import { and, eq, sql } from "drizzle-orm";
import type { Action, JsonValue, NewAction } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, inList, Prepared } from "./prepare.ts";
import { actions } from "./schema.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";

type ActionRow = Omit<typeof actions.$inferSelect, "id">;

export class Actions {
  readonly #newId: StoreOptions["newId"];
  readonly #insert;
  readonly #ofEvents;

  constructor(db: Drizzle, { newId }: Pick<StoreOptions, "newId">) {
    this.#newId = newId;
    this.#insert = new Inserts(db, actions);
    this.#ofEvents = new Prepared(db, () =>
      db
        .select(columnsOf(actions))
        .from(actions)
        .where(and(eq(actions.sessionId, sql.placeholder("sessionId")), inList(actions.seq, "seqs")))
        .orderBy(actions.seq, actions.position),
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

  /** The actions of some events of a session, by the seq of their event, each list in order. */
  of(sessionId: string, found: readonly { seq: number; actionCount: number }[]): Map<number, Action[]> {
    const seqs = found.filter(({ actionCount }) => actionCount > 0).map(({ seq }) => seq);
    const bySeq = new Map<number, Action[]>();
    if (seqs.length === 0) return bySeq;
    for (const row of this.#ofEvents.all({ sessionId, seqs: JSON.stringify(seqs) })) {
      const actions = bySeq.get(row.seq);
      if (actions) actions.push(this.toAction(row));
      else bySeq.set(row.seq, [this.toAction(row)]);
    }
    return bySeq;
  }

  toAction(row: ActionRow): Action {
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
}
