// Claiming a job where 10^3 and where 10^5 wait, where half of them are due later, and by eight workers at once.
import type { JobClaim } from "../../src/db/jobs.ts";
import { fillJobs } from "../fill.ts";
import type { Line, Measured } from "../line.ts";
import { exactly, interleave } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Workbench } from "../workbench.ts";
import { runWorkers } from "../workers.ts";

const workers = 8;
const rounds = 300;
const warmUp = 100;
// Every claim takes one away: so many are there at the end, of each half that a filter leaves.
const spare = 2 * (rounds + warmUp);

type Filters = Pick<JobClaim, "workspace" | "sessionId">;

async function claimFrom(
  bench: Workbench,
  fills: Record<keyof Required<Measured>, (file: string) => void>,
  filters: Filters = {},
): Promise<Measured> {
  const open = (fill: (file: string) => void) => {
    const file = bench.newFile();
    fill(file);
    return openBenchStore(file, "full");
  };
  const [floor, floorAgain, ours] = [
    await open(fills.floor),
    await open(fills.floorAgain),
    await open(fills.ours),
  ];
  const claim = { worker: "bench", runId: null, leaseSeconds: 3_600, ...filters };
  const measured = await interleave(
    {
      floor: () => floor.jobs.claim(claim),
      floorAgain: () => floorAgain.jobs.claim(claim),
      ours: () => ours.jobs.claim(claim),
    },
    { rounds, warmUp },
  );
  await Promise.all([floor, floorAgain, ours].map((store) => store.close()));
  return measured;
}

function growthLine(name: string, filters: Filters): Line {
  const small = (file: string) => fillJobs(file, { ready: 1_000 + spare, later: 0 });
  const large = (file: string) => fillJobs(file, { ready: 100_000 + spare, later: 0 });
  return {
    name: `claim_job${name} with 10^5 pending / 10^3`,
    unit: "ms",
    atMost: 1.3,
    measure: (bench) => claimFrom(bench, { floor: small, floorAgain: small, ours: large }, filters),
  };
}

const laterLine: Line = {
  name: "claim_job with half due later / none",
  unit: "ms",
  atMost: 1.3,
  measure(bench) {
    const none = (file: string) => fillJobs(file, { ready: 100_000, later: 0 });
    const half = (file: string) => fillJobs(file, { ready: 50_000, later: 50_000 });
    return claimFrom(bench, { floor: none, floorAgain: none, ours: half });
  },
};

const workersLine: Line = {
  name: `${workers} workers claiming 10,000 jobs: claimed twice or never`,
  unit: "errors",
  atMost: 0,
  async measure(bench) {
    const file = bench.newFile();
    fillJobs(file, { ready: 10_000, later: 0 });
    const claimed = (await runWorkers<string[]>(workers, "./claim-worker.ts", [file])).flat();
    const distinct = new Set(claimed).size;
    return { ours: exactly(10_000 - distinct + (claimed.length - distinct)) };
  },
};

export const jobLines: readonly Line[] = [
  growthLine("", {}),
  growthLine(" of a directory", { workspace: { directory: "/bench/0", projectDirectory: "/bench/0" } }),
  growthLine(" of a session", { sessionId: "sess_0" }),
  laterLine,
  workersLine,
];
