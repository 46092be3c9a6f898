// Events: appended once. Their actions live in actions.ts, their pages are read in histories.ts.
import { and, eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Event, NewEvent } from "../records.ts";
import type { Findings } from "../redaction.ts";
import type { Appended, Stored, StoreOptions } from "../store.ts";
import { type Actions, toAction } from "./actions.ts";
import { callersKey, hostsKey } from "./event-keys.ts";
import { type EventRow, toEvent } from "./event-rows.ts";
import type { Lineage } from "./lineage.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { type Redaction, toRedactions } from "./redaction.ts";
import { keyConflict } from "./refusals.ts";
import type { Runs } from "./runs.ts";
import { events } from "./schema.ts";
import type { SessionGrowth } from "./session-growth.ts";
import type { Sessions } from "./sessions.ts";
import { hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";

type Keyed = NewEvent & { requestHash: string | null };
type Place = Pick<Event, "seq" | "createdAt">;

/** What stays of an event that was heard of. */
const kept: readonly string[] = ["id", "sessionId", "seq"];

export class Events {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #sessionGrowth: SessionGrowth;
  readonly #lineage: Lineage;
  readonly #actions: Actions;
  readonly #runs: Runs;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #replace;
  readonly #bySeq;
  readonly #byKey;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: {
      sessions: Sessions;
      sessionGrowth: SessionGrowth;
      lineage: Lineage;
      actions: Actions;
      runs: Runs;
      redaction: Redaction;
    },
  ) {
    this.#options = options;
    this.#sessions = related.sessions;
    this.#sessionGrowth = related.sessionGrowth;
    this.#lineage = related.lineage;
    this.#actions = related.actions;
    this.#runs = related.runs;
    this.#redaction = related.redaction;
    this.#insert = new Inserts(db, events);
    const replaced = Object.keys(columnsOf(events)).filter((name) => !kept.includes(name));
    this.#replace = new Prepared(db, () =>
      db
        .update(events)
        .set(Object.fromEntries(replaced.map((name) => [name, value(name)])))
        .where(eq(events.id, sql.placeholder("id"))),
    );
    const ofSession = eq(events.sessionId, sql.placeholder("sessionId"));
    this.#bySeq = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(ofSession, eq(events.seq, sql.placeholder("seq")))),
    );
    this.#byKey = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(and(ofSession, eq(events.idempotencyKey, sql.placeholder("key")))),
    );
  }

  append(given: NewEvent): Stored<Event> {
    const { record: event, findings } = this.#redaction.event(given);
    const { sessionId, runId } = event;
    const idempotencyKey = event.idempotencyKey === null ? null : callersKey(event.idempotencyKey);
    const requestHash = idempotencyKey === null ? null : hashRequest(requestOf(event));
    if (idempotencyKey !== null) {
      const earlier = this.#byKey.get({ sessionId, key: idempotencyKey });
      if (earlier) {
        this.#sessions.get(sessionId);
        if (isOtherRequest(earlier.requestHash, requestHash))
          throw keyConflict(event.idempotencyKey ?? "", `event ${earlier.seq}`);
        return { record: this.#withActions(earlier), duplicate: true };
      }
    }
    if (runId !== null) this.#runs.get(runId);
    const { lastSeq, updatedAt } = this.#sessionGrowth.grow(sessionId, event);
    const place = { seq: lastSeq, createdAt: event.createdAt ?? updatedAt };
    const record = this.#insertAt(place, { ...event, idempotencyKey, requestHash }, findings);
    return { record, duplicate: false };
  }

  /**
   * An event of a host, with the host's id of it as its key, whose time is no activity of now. Without a time it
   * happened when its session was last at work.
   */
  appendHosts(
    event: Omit<NewEvent, "idempotencyKey" | "runId">,
    { key, findings }: { key: string; findings: Findings },
  ): Event {
    const at = event.createdAt === null ? 0 : Math.min(event.createdAt, this.#options.now());
    const { lastSeq, updatedAt } = this.#sessionGrowth.grow(event.sessionId, event, at);
    const place = { seq: lastSeq, createdAt: event.createdAt ?? updatedAt };
    const stored = { ...event, runId: null, idempotencyKey: hostsKey(key), requestHash: null };
    return this.#insertAt(place, stored, findings);
  }

  /** Where the event is that has a host's id as its key. */
  ofHost(sessionId: string, key: string): EventRow | undefined {
    return this.#byKey.get({ sessionId, key: hostsKey(key) });
  }

  /** The host's own event in the place of what was heard of it, at the same seq, with the same provenance. */
  replaceHeard(
    heard: EventRow,
    event: Omit<NewEvent, "idempotencyKey" | "runId">,
    { key, findings }: { key: string; findings: Findings },
  ): void {
    const { seq, origin, client } = heard;
    const turnId = event.turnId ?? heard.turnId;
    const known = { ...event, turnId, origin, client, runId: null, requestHash: null };
    const place = { seq, createdAt: event.createdAt ?? heard.createdAt };
    const { stored, actions } = this.#toRows(place, { ...known, idempotencyKey: hostsKey(key) }, findings);
    this.#replace.run({ ...stored, id: heard.id });
    this.#actions.insert(actions);
  }

  /** One that was forgotten is known by the host's id from now on, and stays forgotten. */
  renameHeard(heard: EventRow, key: string): void {
    this.#replace.run({ ...heard, idempotencyKey: hostsKey(key) });
  }

  #insertAt(place: Place, event: Keyed, findings: Findings): Event {
    const { stored, actions } = this.#toRows(place, event, findings);
    this.#insert.run(stored);
    this.#actions.insert(actions);
    return toEvent(stored, actions.map(toAction));
  }

  #toRows({ seq, createdAt }: Place, event: Keyed, findings: Findings) {
    const { sessionId } = event;
    const { row, lossy } = repairTexts({
      sessionId,
      seq,
      type: event.type,
      author: event.author,
      origin: event.origin,
      client: event.client,
      createdAt,
      actionCount: event.actions.length,
      forgottenAt: null,
      agent: event.agent,
      branch: event.branch,
      turnId: event.turnId,
      messageId: event.messageId,
      runId: event.runId,
      finish: event.finish,
      inputTokens: event.tokens.input,
      outputTokens: event.tokens.output,
      reasoningTokens: event.tokens.reasoning,
      cacheReadTokens: event.tokens.cacheRead,
      cacheWriteTokens: event.tokens.cacheWrite,
      costUsd: event.costUsd,
      longRunningToolIds: toJson(event.longRunningToolIds ?? undefined),
      idempotencyKey: event.idempotencyKey,
      requestHash: event.requestHash,
      error: event.error,
      content: event.content,
      reasoning: event.reasoning,
      metadata: toJson(event.metadata ?? undefined),
      raw: toJson(event.raw),
      redactions: toRedactions(findings),
    });
    const prepared = this.#actions.prepare(event.actions, { sessionId, seq, createdAt });
    return { stored: { ...row, lossy: lossy || prepared.lossy ? 1 : null }, actions: prepared.rows };
  }

  /** In one transaction, so that one refusal undoes all. */
  appendAll(sessionId: string, given: readonly NewEvent[]): Appended[] {
    this.#sessions.get(sessionId);
    return given.map((event, index) => {
      try {
        const { record, duplicate } = this.append({ ...event, sessionId });
        return { seq: record.seq, duplicate };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        throw new StoreError(error.code, `events.${index}: ${error.message}`, error.hint, { cause: error });
      }
    });
  }

  get(sessionId: string, seq: number): Event {
    const session = this.#sessions.get(sessionId);
    const row = this.#bySeq.get({ sessionId: this.#lineage.ownerOf(session, seq), seq });
    if (row) return this.#withActions(row, sessionId);
    throw new StoreError(
      "not_found",
      `Session "${sessionId}" has no event ${seq}: its last is ${session.lastSeq}.`,
      "get_history lists the events with their seq.",
    );
  }

  #withActions(row: EventRow, shownIn?: string): Event {
    return toEvent(row, this.#actions.of(row).map(toAction), shownIn);
  }
}

/** What a repeat must say again: everything the caller gave. */
function requestOf(event: NewEvent): object {
  const { origin: _origin, client: _client, idempotencyKey: _key, ...said } = event;
  return said;
}
