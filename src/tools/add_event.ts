// add_event: records one thing that happened.
import * as z from "zod";
import { fitOne } from "./budget.ts";
import { cutEvent } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { eventInput, toNewEvent } from "./event-input.ts";
import { idempotencyKey, maxCharsBounds, sessionId } from "./fields.ts";
import { toWireEvent } from "./to-wire.ts";
import { type WireEvent, wireEvent } from "./wire-records.ts";

export const addEvent = defineTool({
  name: "add_event",
  title: "Add an event",
  description:
    "Record one thing that happened: what the user asked, what you answered, decided, changed or ran. On disk when this returns.",
  toolset: "history",
  effect: "add",
  input: () => {
    const { author, actions, turn_id, raw, created_at } = eventInput().shape;
    return z.strictObject({
      session_id: sessionId(),
      ...eventInput().shape,
      author: author.describe("user, assistant, system, tool or an agent's name"),
      actions: actions.describe("Tool calls"),
      turn_id: turn_id.describe("Joins the events from a prompt to its answer"),
      raw: raw.describe("Provider's own event"),
      created_at: created_at.describe("When it happened, default now"),
      idempotency_key: idempotencyKey().optional(),
    });
  },
  output: () => z.object({ event: wireEvent(), duplicate: z.boolean() }),
  async run({ session_id, ...event }, { store, client }) {
    const { record, duplicate } = await store.appendEvent(toNewEvent(session_id, event, client));
    const wrap = (stored: WireEvent) => ({ event: stored, duplicate });
    return fitOne(toWireEvent(record), maxCharsBounds.standard, wrap, cutEvent);
  },
});
