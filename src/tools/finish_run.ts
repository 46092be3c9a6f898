// finish_run: records how a run ended.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { cutRun } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, name, text } from "./fields.ts";
import { toWireRun } from "./to-wire.ts";
import { type WireRun, wireRun } from "./wire-records.ts";

export const finishRun = defineTool({
  name: "finish_run",
  title: "Finish a run",
  description: "Record how a run ended. It ends once; repeating the same end is fine.",
  toolset: "runs",
  effect: "update",
  input: () =>
    z.strictObject({
      run_id: name(),
      status: z.enum(["completed", "failed", "crashed"]),
      exit_code: z.int().optional(),
      error: text(limits.text).optional(),
    }),
  output: () => z.object({ run: wireRun() }),
  async run({ run_id, status, exit_code, error }, { store }) {
    const run = await store.finishRun({
      runId: run_id,
      status,
      exitCode: exit_code ?? null,
      error: error ?? null,
      endedBy: "tool",
    });
    const wrap = (finished: WireRun) => ({ run: finished });
    return fitOne(toWireRun(run), maxCharsBounds.standard, wrap, cutRun);
  },
});
