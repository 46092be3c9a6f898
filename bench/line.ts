// A line of the table: what is measured, against what, and how much of it is allowed.
import type { Spread } from "./measure.ts";
import type { Workbench } from "./workbench.ts";

export interface Line {
  name: string;
  unit: "ms" | "MiB" | "bytes" | "events" | "errors";
  /** Of the ratio, or of our own figure where there is no floor. Absent: reported, promised by nobody. */
  atMost?: number;
  measure(bench: Workbench): Promise<Measured>;
}

export interface Measured {
  /** The floor; for a line about growth, ourselves on the small file. */
  floor?: Spread;
  /** The floor once more, in the same rounds: how far apart two equal things come out. */
  floorAgain?: Spread;
  ours: Spread;
}

export interface Result extends Measured {
  line: Line;
  ratio: number | undefined;
  /** Ratio of the two equal floors. */
  noise: number | undefined;
  ok: boolean | undefined;
}

export function judge(line: Line, measured: Measured): Result {
  const { floor, floorAgain, ours } = measured;
  const ratio = floor && ours.p50 / floor.p50;
  const noise = floor && floorAgain && floorAgain.p50 / floor.p50;
  const ok = line.atMost === undefined ? undefined : (ratio ?? ours.p50) <= line.atMost;
  return { ...measured, line, ratio, noise, ok };
}
