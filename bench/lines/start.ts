// From spawn to an answer, and what a started server holds: against a bare node that does nothing else.
import { setTimeout as sleep } from "node:timers/promises";
import { HostedServer } from "../host.ts";
import type { Line } from "../line.ts";
import { interleave, spreadOf } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Program, Workbench } from "../workbench.ts";

type FileOfStart = (bench: Workbench) => Promise<string>;

/** A database with the schema in it, as every start but the first finds it. */
const existingFile: FileOfStart = (bench) =>
  bench.once("existing file", async () => {
    const file = bench.newFile();
    await (await openBenchStore(file, "full")).close();
    return file;
  });

const newFile: FileOfStart = async (bench) => bench.newFile();

type Answered = (server: HostedServer) => Promise<void>;

const listed: Answered = (server) => server.greet();

const created: Answered = async (server) => {
  await server.greet();
  await server.request("tools/call", { name: "create_session", arguments: { title: "bench" } });
};

/** The end of a process is not timed. The starts that warm up fill the compile cache of the run. */
function startLine(
  given: Pick<Line, "name"> & { atMost?: number; file: FileOfStart; until: Answered },
): Line {
  const { file, until, ...line } = given;
  return {
    ...line,
    unit: "ms",
    async measure(bench) {
      const bare = await bench.bareNode();
      await warmCache(await bench.server(await existingFile(bench)));
      const times = { floor: [] as number[], floorAgain: [] as number[], ours: [] as number[] };
      for (let round = 0; round < 25; round += 1) {
        // One round of three starts; the files are made before the clock runs.
        const programs = { floor: bare, floorAgain: bare, ours: await bench.server(await file(bench)) };
        const { floor, floorAgain, ours } = await startEach(programs, until);
        times.floor.push(floor);
        times.floorAgain.push(floorAgain);
        times.ours.push(ours);
      }
      const { floor, floorAgain, ours } = times;
      return { floor: spreadOf(floor), floorAgain: spreadOf(floorAgain), ours: spreadOf(ours) };
    },
  };
}

async function startEach(programs: Record<"floor" | "floorAgain" | "ours", Program>, until: Answered) {
  const started: HostedServer[] = [];
  const start = (program: Program) => async () => {
    const server = new HostedServer(program);
    started.push(server);
    await until(server);
  };
  const endAll = () => Promise.all(started.splice(0).map((server) => server.end()));
  const one = async (program: Program) => {
    const { only } = await interleave({ only: start(program) }, { rounds: 1, warmUp: 0 });
    await endAll();
    return only.p50;
  };
  // Ours is as often behind the one floor as behind the other.
  const floor = await one(programs.floor);
  const ours = await one(programs.ours);
  const floorAgain = await one(programs.floorAgain);
  return { floor, floorAgain, ours };
}

/** Long enough for everything to load and for the cache to be written. */
async function warmCache(program: Program): Promise<void> {
  for (let start = 0; start < 2; start += 1) {
    const server = new HostedServer(program);
    await created(server);
    await sleep(500);
    await server.end();
  }
}

/** After the list and a second of quiet: by then the whole server has loaded, and its first sweep is done. */
const memory: Line = {
  name: "resident memory after start",
  unit: "MiB",
  atMost: 1.5,
  async measure(bench) {
    const bare = await bench.bareNode();
    const ours = await bench.server(await existingFile(bench));
    await warmCache(ours);
    const held = { floor: [] as number[], floorAgain: [] as number[], ours: [] as number[] };
    for (let round = 0; round < 7; round += 1) {
      held.floor.push(await heldAfterStart(bare));
      held.ours.push(await heldAfterStart(ours));
      held.floorAgain.push(await heldAfterStart(bare));
    }
    return { floor: spreadOf(held.floor), floorAgain: spreadOf(held.floorAgain), ours: spreadOf(held.ours) };
  },
};

async function heldAfterStart(program: Program): Promise<number> {
  const server = new HostedServer(program);
  await server.greet();
  await sleep(1000);
  const held = server.residentMemory();
  await server.end();
  return held ?? Number.NaN;
}

export const startLines: readonly Line[] = [
  startLine({ name: "spawn → tools/list answered", atMost: 3.6, file: existingFile, until: listed }),
  startLine({
    name: "spawn → first create_session answered",
    atMost: 4.2,
    file: existingFile,
    until: created,
  }),
  startLine({ name: "spawn → first create_session answered, on a new file", file: newFile, until: created }),
  memory,
];
