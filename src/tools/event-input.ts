// What the tools that record events take for each of them.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { type ActionStatus, actionStatuses, eventTypes, type NewEvent } from "../db/records.ts";
import { json, jsonObject, list, name, text, time } from "./fields.ts";
import { lazily } from "./lazily.ts";

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

export const eventInput = lazily(() =>
  z.strictObject({
    author: name(),
    content: text(limits.content).optional(),
    type: z.enum(eventTypes).default("message"),
    reasoning: text(limits.reasoning).optional(),
    actions: list(actionInput(), limits.actionsPerEvent).optional(),
    turn_id: name().optional(),
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
    raw: json(limits.raw).optional(),
    metadata: jsonObject(limits.metadata).optional(),
    created_at: time().optional(),
    idempotency_key: name().optional(),
  }),
);

export function toNewEvent(
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
