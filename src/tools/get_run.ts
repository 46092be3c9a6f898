// get_run: one run, by its id or by its process.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import type { RunReference } from "../db/store.ts";
import { fitOne } from "./budget.ts";
import { cutRun } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxChars, name } from "./fields.ts";
import { toWireRun } from "./to-wire.ts";
import { type WireRun, wireRun } from "./wire-records.ts";

export const getRun = defineTool({
  name: "get_run",
  title: "Get a run",
  description: "A run by its id, or the latest of a pid on this machine.",
  toolset: "runs",
  effect: "read",
  input: () => z.strictObject({ run_id: name().optional(), pid: z.int().optional(), max_chars: maxChars() }),
  output: () => z.object({ run: wireRun() }),
  async run({ run_id, pid, max_chars }, { store }) {
    const run = await store.getRun(referenceTo(run_id, pid));
    return fitOne(toWireRun(run), max_chars, (found: WireRun) => ({ run: found }), cutRun);
  },
});

function referenceTo(id: string | undefined, pid: number | undefined): RunReference {
  if (id !== undefined && pid === undefined) return { id };
  if (pid !== undefined && id === undefined) return { pid };
  throw new StoreError(
    "invalid_input",
    `get_run needs either run_id or pid, and got ${id === undefined ? "neither" : "both"}.`,
    "list_runs lists runs with their ids and pids.",
  );
}
