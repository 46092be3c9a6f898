// restore_checkpoint: a session that goes on from a checkpoint.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fits } from "./budget.ts";
import { cutCheckpoint, cutSession } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { idempotencyKey, maxChars, name, text } from "./fields.ts";
import { toWireSession, toWireTodo } from "./to-wire.ts";
import { toWireCheckpoint, wireCheckpoint, withState } from "./wire-checkpoints.ts";
import { withWork } from "./wire-jobs.ts";
import { wireSession, wireTodo } from "./wire-records.ts";

export const restoreCheckpoint = defineTool({
  name: "restore_checkpoint",
  title: "Restore a checkpoint",
  description:
    "Fork the session at a checkpoint, with the todos of then, and get back its state. The session itself stays as it is.",
  toolset: "checkpoints",
  effect: "add",
  input: () =>
    z.strictObject({
      checkpoint_id: name(),
      title: text(limits.name).optional(),
      idempotency_key: idempotencyKey().optional(),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      session: wireSession(),
      checkpoint: wireCheckpoint(),
      duplicate: z.boolean(),
      state: z.unknown().optional(),
      todos: z.array(wireTodo()).optional().describe("Where there is room; get_todos has them"),
      hint: z.string().optional().describe("The state did not fit: how to read it"),
    }),
  async run({ max_chars, ...input }, { store, client }) {
    const { record, duplicate } = await store.checkpoints.restore({
      checkpointId: input.checkpoint_id,
      title: input.title ?? null,
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    const work = await store.jobs.workOf([record.session.id]);
    const session = withWork(toWireSession(record.session), work.get(record.session.id));
    const checkpoint = toWireCheckpoint(record.checkpoint);
    const base = [Number.POSITIVE_INFINITY, 4_000, 600, 100, 0]
      .map((cap) => ({
        session: cutSession(session, cap),
        checkpoint: cutCheckpoint(checkpoint, cap),
        duplicate,
      }))
      .find((candidate) => fits(candidate, max_chars / 2));
    const smallest = base ?? {
      session: cutSession(session, 0),
      checkpoint: cutCheckpoint(checkpoint, 0),
      duplicate,
    };
    const result = withState(smallest, record, max_chars);
    const withTodos = { ...result, todos: record.todos.map(toWireTodo) };
    return fits(withTodos, max_chars) ? withTodos : result;
  },
});
