// Turns: a session's events from one prompt to its answer. Nothing of a turn is stored; it is read from its events.
import type { Event, EventFilters, Page, Tokens } from "./records.ts";

export const turnStates = ["in_progress", "completed", "failed", "interrupted"] as const;

/**
 * A prompt is a `message` of `user`. A failure is another event of type `error`, with an error, or with `error` as its
 * finish. An answer is an event with any other finish than one that calls tools, or, without a finish, a `message` or
 * `result` of an agent none of whose own actions is still open; if the turn's run crashed, one that has no actions.
 * `status` and `note` do not count. The first that holds:
 * - `failed`: its last event is a failure.
 * - `completed`: there is an answer behind its last prompt and its last failure.
 * - `interrupted`: behind its last event another turn began.
 * - as its run: `failed`, or `interrupted` if that crashed, ended or completed.
 * - `in_progress`.
 *
 * Its run is the one that its events name last; where they name none and no turn began behind it, the session's latest,
 * if it ended after them.
 */
export type TurnState = (typeof turnStates)[number];

/**
 * An event with a turnId belongs to that turn, wherever it stands. One without belongs to the turn of the latest prompt
 * at or before it: that prompt's turnId, or, where it has none, the turn that it opens itself. Events before any prompt
 * are a turn of their own. Turns come in the order of their first events.
 */
export interface Turn {
  turnId: string | null;
  state: TurnState;
  firstSeq: number;
  lastSeq: number;
  eventCount: number;
  /** Sums over its events, those that a fork shares included. */
  tokens: Tokens;
  costUsd: number | null;
  /** The run that its latest event names. */
  runId: string | null;
  startedAt: number;
  /** Null while it is in progress. */
  endedAt: number | null;
  /** It is so long that its first events were not looked at: the rest is what is told from firstSeq on. */
  partial: boolean;
}

/** `authors`, `types`, `branch`, `since` and `until` choose the events that are shown; a turn is told as a whole. */
export interface TurnQuery extends EventFilters {
  sessionId: string;
  order: "asc" | "desc";
  /** Turns whose first event stands behind it. */
  afterSeq?: number | undefined;
  beforeSeq?: number | undefined;
  turnId?: string | undefined;
  /** Continue behind this one, in the order asked for. */
  after?: { firstSeq: number } | undefined;
  /** Turns; a page also ends after 500 events or 4 MiB of text. */
  limit: number;
}

export interface TurnEvents {
  turn: Turn;
  /** By seq, whatever the order of the turns. */
  events: Event[];
  /** Only the first of its events are here. */
  more: boolean;
}

export type TurnHistory = Page<TurnEvents>;
