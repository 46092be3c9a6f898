// Checkpoints as the protocol shows them.
import * as z from "zod";
import type { Checkpoint } from "../db/checkpoints.ts";
import { origins } from "../db/records.ts";
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
