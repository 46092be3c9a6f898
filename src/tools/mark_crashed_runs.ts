// mark_crashed_runs: finds the runs whose process is gone.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitItems } from "./budget.ts";
import { cutRun } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, text } from "./fields.ts";
import { lazily } from "./lazily.ts";
import { toWireRun } from "./to-wire.ts";
import { type WireRun, wireRun } from "./wire-records.ts";

const finding = lazily(() => z.object({ run: wireRun(), evidence: z.string() }));
type Finding = z.input<ReturnType<typeof finding>>;
type Kind = "crashed" | "ended" | "unknown";

export const markCrashedRuns = defineTool({
  name: "mark_crashed_runs",
  title: "Mark crashed runs",
  description:
    "Check every running run's process. Only one proven gone is marked: crashed, or ended if its host had let go in order.",
  toolset: "runs",
  effect: "update",
  input: () =>
    z.strictObject({
      directory: text(limits.path).min(1).optional(),
      dry_run: z.boolean().default(false).describe("Tell, and mark nothing"),
    }),
  output: () =>
    z.object({
      crashed: z.array(finding()),
      ended: z.array(finding()),
      unknown: z.array(finding()),
      alive: z.int(),
      checked: z.int(),
      truncated: z.boolean().optional().describe("list_runs has those left out here"),
    }),
  async run({ directory, dry_run }, { store, readWorkspace }) {
    const sweep = await store.markCrashedRuns({
      directory: directory && (await readWorkspace(directory)).directory,
      dryRun: dry_run,
    });
    const found: [Kind, Finding][] = [
      ...sweep.crashed.map(
        (run) => ["crashed", toFinding(run.evidence ?? "", toWireRun(run))] as [Kind, Finding],
      ),
      ...sweep.ended.map(
        (run) => ["ended", toFinding(run.evidence ?? "", toWireRun(run))] as [Kind, Finding],
      ),
      ...sweep.unknown.map(
        ({ run, evidence }) => ["unknown", toFinding(evidence, toWireRun(run))] as [Kind, Finding],
      ),
    ];
    const of = (shown: readonly [Kind, Finding][], wanted: Kind) =>
      shown.filter(([kind]) => kind === wanted).map(([, each]) => each);
    const wrap = (shown: readonly [Kind, Finding][]) => ({
      crashed: of(shown, "crashed"),
      ended: of(shown, "ended"),
      unknown: of(shown, "unknown"),
      alive: sweep.alive,
      checked: sweep.checked,
      truncated: shown.length < found.length || undefined,
    });
    const cut = ([kind, { run, evidence }]: [Kind, Finding], cap: number): [Kind, Finding] => [
      kind,
      { run: cutRun(run, cap), evidence },
    ];
    return fitItems(found, maxCharsBounds.standard, wrap, cut).result;
  },
});

function toFinding(evidence: string, run: WireRun): Finding {
  return { run, evidence };
}
