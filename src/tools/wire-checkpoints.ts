// Checkpoints as the protocol shows them.
import * as z from "zod";
import type { Checkpoint, CheckpointWithState } from "../db/checkpoints.ts";
import { type JsonValue, origins } from "../db/records.ts";
import { fits } from "./budget.ts";
import { maxCharsBounds } from "./fields.ts";
import { lazily } from "./lazily.ts";
import { given, toIso } from "./to-wire.ts";
import { cut } from "./wire-records.ts";

export const wireCheckpoint = lazily(() =>
  z.object({
    id: z.string(),
    session_id: z.string(),
    label: z.string().optional(),
    seq: z.int(),
    todo_count: z.int(),
    state_chars: z.int().optional(),
    git_head: z.string().optional(),
    origin: z.enum(origins),
    client: z.string().optional(),
    lossy: z.boolean().optional(),
    created_at: z.string(),
    ...cut,
  }),
);
export type WireCheckpoint = z.input<ReturnType<typeof wireCheckpoint>>;

export function toWireCheckpoint(checkpoint: Checkpoint): WireCheckpoint {
  return {
    id: checkpoint.id,
    session_id: checkpoint.sessionId,
    label: given(checkpoint.label),
    seq: checkpoint.seq,
    todo_count: checkpoint.todoCount,
    state_chars: given(checkpoint.stateChars),
    git_head: given(checkpoint.gitHead),
    origin: checkpoint.origin,
    client: given(checkpoint.client),
    lossy: checkpoint.lossy || undefined,
    created_at: toIso(checkpoint.createdAt),
  };
}

// What stands in a result beside the state.
const beside = 2_000;

/** The state whole, or, where there is room, how to read it: it never loses a part, nor its type. */
export function withState<T extends object>(
  result: T,
  { checkpoint, state }: CheckpointWithState,
  maxChars: number,
): T & { state?: JsonValue | undefined; hint?: string } {
  const whole = { ...result, state };
  if (state === undefined || fits(whole, maxChars)) return whole;
  const enough = Math.min((checkpoint.stateChars ?? 0) + beside, maxCharsBounds.most);
  const hint = `list_checkpoints with checkpoint_id "${checkpoint.id}" and max_chars ${enough} gives the state.`;
  const hinted = { ...result, hint };
  return fits(hinted, maxChars) ? hinted : result;
}
