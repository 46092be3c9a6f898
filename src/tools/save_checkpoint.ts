// save_checkpoint: notes a point of a session to go back to.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { defineTool } from "./define-tool.ts";
import { idempotencyKey, json, name, sessionId } from "./fields.ts";
import { toWireCheckpoint, wireCheckpoint } from "./wire-checkpoints.ts";

export const saveCheckpoint = defineTool({
  name: "save_checkpoint",
  title: "Save a checkpoint",
  description:
    "Note a point to go back to: the history so far, the todos, the directory's git commit, and any state of yours.",
  toolset: "checkpoints",
  effect: "add",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      label: name().optional(),
      state: json(limits.checkpointState).optional().describe("Any JSON, at most 1 MiB"),
      idempotency_key: idempotencyKey().optional(),
    }),
  output: () => z.object({ checkpoint: wireCheckpoint(), duplicate: z.boolean() }),
  async run(input, { store, client, readGitHead }) {
    const { directory } = await store.getSession(input.session_id);
    const { record, duplicate } = await store.checkpoints.save({
      sessionId: input.session_id,
      label: input.label ?? null,
      state: input.state,
      gitHead: await readGitHead(directory),
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    return { checkpoint: toWireCheckpoint(record), duplicate };
  },
});
