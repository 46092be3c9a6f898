// start_run: records that a process of an agent's command is at work.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { cutRun } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { idempotencyKey, maxCharsBounds, sessionId, text, textList } from "./fields.ts";
import { toWireRun } from "./to-wire.ts";
import { type WireRun, wireRun } from "./wire-records.ts";

export const startRun = defineTool({
  name: "start_run",
  title: "Start a run",
  description:
    "Record that a process is at work, so that its crash is noticed later. Without pid: the agent host itself.",
  toolset: "runs",
  effect: "add",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      directory: text(limits.path)
        .min(1)
        .optional()
        .describe("Default: the session's, else where the client works"),
      pid: z
        .int()
        .min(1)
        .max(2 ** 31 - 1)
        .optional(),
      command: text(limits.path).optional(),
      args: textList(limits.text).optional(),
      prompt: text(limits.text).optional(),
      idempotency_key: idempotencyKey().optional(),
    }),
  output: () => z.object({ run: wireRun(), duplicate: z.boolean() }),
  async run(input, { store, client, directory, readWorkspace, findHost, noteHostRun }) {
    const pid = input.pid ?? (await findHost());
    if (pid === null) {
      throw new StoreError(
        "invalid_input",
        "The agent host's process could not be found from here.",
        "Give pid: the process whose end the run is to notice.",
      );
    }
    const session = input.session_id === undefined ? null : await store.getSession(input.session_id);
    const where = input.directory ?? (input.session_id === undefined ? directory : undefined);
    const { record, duplicate } = await store.startRun({
      sessionId: input.session_id ?? null,
      workspace: where === undefined ? null : await readWorkspace(where),
      sessionBranch: session && (await readWorkspace(session.directory)).gitBranch,
      pid,
      pidFound: input.pid === undefined,
      command: input.command ?? null,
      args: input.args ?? [],
      prompt: input.prompt ?? null,
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    if (input.pid === undefined || pid === (await findHost())) noteHostRun(record);
    const wrap = (run: WireRun) => ({ run, duplicate });
    return fitOne(toWireRun(record), maxCharsBounds.standard, wrap, cutRun);
  },
});
