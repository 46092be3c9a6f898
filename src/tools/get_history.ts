// get_history: a session's events, a page at a time.
import * as z from "zod";
import { eventTypes } from "../db/records.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutEvent, leastEventSize, toConcise } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId, time } from "./fields.ts";
import { toWireEvent } from "./to-wire.ts";
import { type WireEvent, wireEvent } from "./wire-records.ts";

export const getHistory = defineTool({
  name: "get_history",
  title: "Get a session's history",
  description:
    "A session's events in order. A page too large has its long texts cut (truncated, truncated_fields): read on with get_event.",
  toolset: "history",
  effect: "read",
  input: () =>
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
      until: time().optional(),
      detail: z
        .enum(["concise", "full"])
        .default("full")
        .describe("concise: texts cut at 300 characters, no raw or metadata"),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      events: z.array(wireEvent()),
      next_cursor: z.string().optional(),
      total: z.int().optional().describe("Events of the session, when nothing is filtered"),
    }),
  async run({ limit, cursor, detail, max_chars, ...query }, { store }) {
    const { session_id, order, order_by, ...filters } = query;
    const position = decodeCursor(cursor, query, z.tuple([z.int(), z.int()]));
    const { items, more, eventCount } = await store.getHistory({
      sessionId: session_id,
      order,
      orderBy: order_by === "seq" ? "seq" : "createdAt",
      afterSeq: filters.after_seq,
      beforeSeq: filters.before_seq,
      authors: filters.authors,
      types: filters.types,
      branch: filters.branch,
      turnId: filters.turn_id,
      since: filters.since,
      until: filters.until,
      after: position === null ? undefined : { createdAt: position[0], seq: position[1] },
      limit,
    });
    const unfiltered = Object.values(filters).every((filter) => filter === undefined);
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.createdAt, last.seq]);
    };
    const wrap = (events: readonly WireEvent[]) => ({
      events: [...events],
      next_cursor: more || events.length < items.length ? cursorBehind(events.length) : undefined,
      total: unfiltered ? eventCount : undefined,
    });
    const whole = items.map(toWireEvent);
    const events = detail === "full" ? whole : whole.map(toConcise);
    return fitItems(events, max_chars, wrap, cutEvent, leastEventSize).result;
  },
});
