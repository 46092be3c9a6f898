// What was measured, as a table to read and a file to compare with.
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { join } from "node:path";
import type { Result } from "./line.ts";
import type { Spread } from "./measure.ts";

const heads = ["figure", "floor", "ours", "ratio", "at most", "ok?", "noise", "p90/p50 floor, ours"];

/** `noise`: the same floor measured twice in the same rounds, as a ratio. */
export function toTable(results: readonly Result[]): string {
  const rows = [heads, ...results.map(toRow)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}

function toRow({ line, floor, ours, ratio, noise, ok }: Result): string[] {
  return [
    line.name,
    floor ? `${round(floor.p50)} ${line.unit}` : "",
    `${round(ours.p50)} ${line.unit}`,
    ratio === undefined ? "" : ratio.toFixed(2),
    line.atMost === undefined ? "" : String(line.atMost),
    ok === undefined ? "" : ok ? "yes" : "NO",
    noise === undefined ? "" : noise.toFixed(2),
    [floor, ours].map((spread) => (spread ? tail(spread) : "")).join(", "),
  ];
}

const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const tail = ({ p50, p90 }: Spread) => (p50 === 0 ? "" : (p90 / p50).toFixed(2));

export interface RunFacts {
  started: Date;
  loadBefore: number;
}

/** Only a whole run is written: part of one would pass for all of it. */
export function writeResults(results: readonly Result[], { started, loadBefore }: RunFacts): void {
  const file = join(import.meta.dirname, "results.json");
  const report = {
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    machine: {
      node: process.version,
      platform: `${platform()} ${release()}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      load_before: loadBefore,
      load_after: loadavg()[0],
    },
    lines: results.map(({ line, floor, floorAgain, ours, ratio, noise, ok }) => ({
      name: line.name,
      unit: line.unit,
      at_most: line.atMost,
      ok,
      ratio,
      noise,
      floor,
      floor_again: floorAgain,
      ours,
    })),
  };
  writeFileSync(file, `${JSON.stringify(report, toShortNumber, 2)}\n`);
}

function toShortNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}
