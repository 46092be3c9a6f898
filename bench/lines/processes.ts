// Eight processes on one file, each appending to its own session as fast as it can.
import type { WorkerReport } from "../append-worker.ts";
import type { Durability } from "../floors/raw-log.ts";
import type { Line } from "../line.ts";
import { exactly } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Workbench } from "../workbench.ts";
import { runWorkers } from "../workers.ts";

const workers = 8;
const milliseconds = 5_000;
const trials = 3;

interface Trial {
  errors: number;
  longestWait: number;
  most: number;
  least: number;
}

/** Three trials of five seconds each, shared by the three lines of a durability. */
function runTrials(bench: Workbench, durability: Durability): Promise<Trial[]> {
  return bench.once(`8 processes ${durability}`, async () => {
    const results: Trial[] = [];
    for (let trial = 0; trial < trials; trial += 1) results.push(await runTrial(bench.newFile(), durability));
    return results;
  });
}

async function runTrial(file: string, durability: Durability): Promise<Trial> {
  await (await openBenchStore(file, durability)).close();
  const args = [file, durability, String(milliseconds)];
  return summarise(await runWorkers<WorkerReport>(workers, "./append-worker.ts", args));
}

function summarise(reports: readonly WorkerReport[]): Trial {
  const appended = reports.map((report) => report.appended);
  return {
    errors: reports.reduce((sum, { errors }) => sum + errors, 0),
    longestWait: Math.max(...reports.map(({ longestWait }) => longestWait)),
    most: Math.max(...appended),
    least: Math.min(...appended),
  };
}

function linesOf(durability: Durability, most: { wait: number; unfairness: number }): Line[] {
  const name = `8 processes at ${durability.toUpperCase()}`;
  return [
    {
      name: `${name}: errors`,
      unit: "errors",
      atMost: 0,
      async measure(bench) {
        const found = await runTrials(bench, durability);
        return { ours: exactly(found.reduce((sum, { errors }) => sum + errors, 0)) };
      },
    },
    {
      // The longest of all trials.
      name: `${name}: longest wait`,
      unit: "ms",
      atMost: most.wait,
      measure: async (bench) => ({
        ours: exactly(
          Math.max(...(await runTrials(bench, durability)).map(({ longestWait }) => longestWait)),
        ),
      }),
    },
    {
      name: `${name}: most / least appended`,
      unit: "events",
      atMost: most.unfairness,
      async measure(bench) {
        const trialsOfMiddle = [...(await runTrials(bench, durability))].sort(
          (a, b) => a.most / a.least - b.most / b.least,
        );
        const middle = trialsOfMiddle[Math.floor(trials / 2)];
        return { floor: exactly(middle?.least ?? 0), ours: exactly(middle?.most ?? 0) };
      },
    },
  ];
}

export const processLines: readonly Line[] = [
  ...linesOf("normal", { wait: 100, unfairness: 1.5 }),
  ...linesOf("full", { wait: 250, unfairness: 2.5 }),
];
