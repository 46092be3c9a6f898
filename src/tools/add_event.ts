// add_event: records one thing that happened.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { type ActionStatus, actionStatuses, eventTypes, type NewEvent } from "../db/records.ts";
import { fitOne } from "./budget.ts";
import { cutEvent } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import {
  idempotencyKey,
  json,
  jsonObject,
  list,
  maxCharsBounds,
  name,
  sessionId,
  text,
  time,
} from "./fields.ts";
import { lazily } from "./lazily.ts";
import { toWireEvent } from "./to-wire.ts";
import { type WireEvent, wireEvent } from "./wire-records.ts";

const count = () => z.int().min(0).max(limits.tokens).optional();

const actionInput = lazily(() =>
  z.strictObject({
    call_id: name().optional(),
    tool_name: name(),
    title: name().optional(),
    status: z.enum(actionStatuses).optional(),
    input: json(limits.actionInput).optional(),
    output: json(limits.actionOutput).optional(),
    error: text(limits.text).optional(),
  }),
);

const eventInput = lazily(() =>
  z.strictObject({
    author: name().describe("user, assistant, system, tool or an agent's name"),
    content: text(limits.content).optional(),
    type: z.enum(eventTypes).default("message"),
    reasoning: text(limits.reasoning).optional(),
    actions: list(actionInput(), limits.actionsPerEvent).optional().describe("Tool calls"),
    turn_id: name().optional().describe("Joins the events from a prompt to its answer"),
    message_id: name().optional(),
    branch: name().optional(),
    agent: name().optional(),
    run_id: name().optional(),
    finish: name().optional(),
    error: text(limits.text).optional(),
    tokens: z
      .strictObject({
        input: count(),
        output: count(),
        reasoning: count(),
        cache_read: count(),
        cache_write: count(),
      })
      .optional(),
    cost_usd: z.number().min(0).max(limits.costUsd).optional(),
    long_running_tool_ids: list(name(), limits.actionsPerEvent).optional(),
    raw: json(limits.raw).optional().describe("Provider's own event"),
    metadata: jsonObject(limits.metadata).optional(),
    created_at: time().optional().describe("When it happened, default now"),
    idempotency_key: idempotencyKey().optional(),
  }),
);

export const addEvent = defineTool({
  name: "add_event",
  title: "Add an event",
  description:
    "Record one thing that happened: what the user asked, what you answered, decided, changed or ran. On disk when this returns.",
  toolset: "history",
  effect: "add",
  input: () => z.strictObject({ session_id: sessionId(), ...eventInput().shape }),
  output: () => z.object({ event: wireEvent(), duplicate: z.boolean() }),
  async run({ session_id, ...event }, { store, client }) {
    const { record, duplicate } = await store.appendEvent(toNewEvent(session_id, event, client));
    const wrap = (stored: WireEvent) => ({ event: stored, duplicate });
    return fitOne(toWireEvent(record), maxCharsBounds.standard, wrap, cutEvent);
  },
});

function toNewEvent(
  sessionId: string,
  event: z.output<ReturnType<typeof eventInput>>,
  client: string,
): NewEvent {
  const { tokens } = event;
  return {
    sessionId,
    type: event.type,
    author: event.author,
    content: event.content ?? null,
    reasoning: event.reasoning ?? null,
    actions: (event.actions ?? []).map((action) => ({
      callId: action.call_id ?? null,
      toolName: action.tool_name,
      title: action.title ?? null,
      status: action.status ?? statusOf(action),
      input: action.input,
      output: action.output,
      error: action.error ?? null,
    })),
    agent: event.agent ?? null,
    branch: event.branch ?? null,
    turnId: event.turn_id ?? null,
    messageId: event.message_id ?? null,
    runId: event.run_id ?? null,
    finish: event.finish ?? null,
    error: event.error ?? null,
    tokens: {
      input: tokens?.input ?? null,
      output: tokens?.output ?? null,
      reasoning: tokens?.reasoning ?? null,
      cacheRead: tokens?.cache_read ?? null,
      cacheWrite: tokens?.cache_write ?? null,
    },
    costUsd: event.cost_usd ?? null,
    longRunningToolIds: event.long_running_tool_ids ?? null,
    metadata: event.metadata ?? null,
    raw: event.raw,
    createdAt: event.created_at ?? null,
    idempotencyKey: event.idempotency_key ?? null,
    origin: "tool",
    client,
  };
}

/** What a call without a status says of itself. */
function statusOf({ output, error }: z.output<ReturnType<typeof actionInput>>): ActionStatus {
  if (error !== undefined) return "error";
  return output === undefined ? "pending" : "completed";
}
