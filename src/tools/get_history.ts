// get_history: a session's events, a page at a time, or its turns.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { eventTypes } from "../db/records.ts";
import type { Store } from "../db/store.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutEvent, leastEventSize, toConcise } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId, time, until } from "./fields.ts";
import { lazily } from "./lazily.ts";
import { toWireEvent } from "./to-wire.ts";
import { toTurnsResult } from "./turns-result.ts";
import { type WireEvent, wireEvent } from "./wire-records.ts";
import { wireTurnEvents } from "./wire-turns.ts";

const input = lazily(() =>
  z.strictObject({
    session_id: sessionId(),
    limit: limit(50, 500),
    cursor: cursor().optional(),
    order: z.enum(["asc", "desc"]).default("asc"),
    order_by: z.enum(["seq", "created_at"]).default("seq"),
    after_seq: z.int().optional(),
    before_seq: z.int().optional(),
    authors: z.array(name()).min(1).max(50).optional(),
    types: z.array(z.enum(eventTypes)).min(1).optional(),
    branch: name().optional(),
    turn_id: name().optional(),
    since: time().optional(),
    until: until().optional(),
    detail: z
      .enum(["concise", "full"])
      .default("full")
      .describe("concise: texts cut at 300 characters, no raw or metadata"),
    group_by: z.enum(["turn"]).optional().describe("turns[] with their state and events; limit counts turns"),
    max_chars: maxChars(),
  }),
);
type Input = z.output<ReturnType<typeof input>>;

export const getHistory = defineTool({
  name: "get_history",
  title: "Get a session's history",
  description:
    "A session's events in order. A page too large has its long texts cut (truncated, truncated_fields): read on with get_event.",
  toolset: "history",
  effect: "read",
  input,
  output: () =>
    z.object({
      events: z.array(wireEvent()).optional(),
      turns: z.array(wireTurnEvents()).optional().describe("Instead of events, when grouped by turn"),
      next_cursor: z.string().optional(),
      total: z.int().optional().describe("Events of the session, when nothing is filtered"),
    }),
  run: (given, { store }) => (given.group_by === "turn" ? listTurns(given, store) : listEvents(given, store)),
});

const listOf = (query: Partial<Input>) => ({ list: "history", ...query });

async function listEvents({ limit, cursor, detail, max_chars, ...query }: Input, store: Store) {
  const { session_id, order, order_by, group_by: _, ...filters } = query;
  const position = decodeCursor(cursor, listOf(query), z.tuple([z.int(), z.int()]));
  const { items, more, eventCount } = await store.getHistory({
    sessionId: session_id,
    order,
    orderBy: order_by === "seq" ? "seq" : "createdAt",
    ...toFilters(filters),
    after: position === null ? undefined : { createdAt: position[0], seq: position[1] },
    limit,
  });
  const unfiltered = Object.values(filters).every((filter) => filter === undefined);
  const cursorBehind = (count: number) => {
    const last = items[count - 1];
    return last && encodeCursor(listOf(query), [last.createdAt, last.seq]);
  };
  const wrap = (events: readonly WireEvent[]) => ({
    events: [...events],
    next_cursor: more || events.length < items.length ? cursorBehind(events.length) : undefined,
    total: unfiltered ? eventCount : undefined,
  });
  const whole = items.map(toWireEvent);
  const events = detail === "full" ? whole : whole.map(toConcise);
  return fitItems(events, max_chars, wrap, cutEvent, leastEventSize).result;
}

async function listTurns({ limit, cursor, detail, max_chars, ...query }: Input, store: Store) {
  const { session_id, order, order_by, group_by: _, ...filters } = query;
  if (order_by !== "seq") {
    throw new StoreError(
      "invalid_input",
      "Turns come in the order of their first events, not by created_at.",
      "Leave out order_by, or group_by.",
    );
  }
  const position = decodeCursor(cursor, listOf(query), z.tuple([z.int()]));
  const history = await store.listTurns({
    sessionId: session_id,
    order,
    ...toFilters(filters),
    after: position === null ? undefined : { firstSeq: position[0] },
    limit,
  });
  const shown = { concise: detail === "concise", maxChars: max_chars };
  return toTurnsResult(history, shown, ({ firstSeq }) => encodeCursor(listOf(query), [firstSeq]));
}

function toFilters({ after_seq, before_seq, turn_id, ...filters }: Partial<Input>) {
  const { authors, types, branch, since, until } = filters;
  return {
    afterSeq: after_seq,
    beforeSeq: before_seq,
    turnId: turn_id,
    authors,
    types,
    branch,
    since,
    until,
  };
}
