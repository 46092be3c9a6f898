// Turns as the protocol shows them.
import * as z from "zod";
import { type Turn, turnStates } from "../db/turns.ts";
import { lazily } from "./lazily.ts";
import { given, givenTime, toIso, toWireTokens } from "./to-wire.ts";
import { wireEvent, wireTokens } from "./wire-records.ts";

export const wireTurn = lazily(() =>
  z.object({
    turn_id: z.string().optional(),
    state: z.enum(turnStates),
    first_seq: z.int(),
    last_seq: z.int(),
    event_count: z.int(),
    tokens: wireTokens().optional(),
    cost_usd: z.number().optional(),
    run_id: z.string().optional(),
    started_at: z.string(),
    ended_at: z.string().optional(),
    duration_ms: z.int().optional(),
    partial: z.boolean().optional().describe("It began earlier; this is told of its last events"),
    truncated_fields: z.array(z.string()).optional(),
  }),
);
export type WireTurn = z.input<ReturnType<typeof wireTurn>>;

export const wireTurnEvents = lazily(() =>
  z.object({
    ...wireTurn().shape,
    events: z.array(wireEvent()),
    truncated: z
      .boolean()
      .optional()
      .describe("It has more events: get_history with turn_id and after_seq, without group_by"),
  }),
);
export type WireTurnEvents = z.input<ReturnType<typeof wireTurnEvents>>;

export function toWireTurn(turn: Turn): WireTurn {
  return {
    turn_id: given(turn.turnId),
    state: turn.state,
    first_seq: turn.firstSeq,
    last_seq: turn.lastSeq,
    event_count: turn.eventCount,
    tokens: toWireTokens(turn.tokens),
    cost_usd: given(turn.costUsd),
    run_id: given(turn.runId),
    started_at: toIso(turn.startedAt),
    ended_at: givenTime(turn.endedAt),
    duration_ms: turn.endedAt === null ? undefined : turn.endedAt - turn.startedAt,
    partial: turn.partial || undefined,
  };
}
