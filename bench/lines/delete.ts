// Deleting a session of 50,000 events while another process appends to the same file as fast as it can.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WorkerReport } from "../append-worker.ts";
import { fillSession, sessionIdOf } from "../fill.ts";
import type { Line } from "../line.ts";
import { spreadOf } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const events = 50_000;
const trials = 3;
// The purge takes some seconds.
const milliseconds = 6_000;
// No disk: a slow sync of its own would pass for a wait.
const durability = "normal";

interface Trial {
  /** Of the call, until its result. */
  deleted: number;
  /** Of the other process. */
  longestWait: number;
  /** Of it in as many seconds in which nothing is deleted. */
  longestAlone: number;
}

/** Shared by the lines. */
function runTrials(bench: Workbench): Promise<Trial[]> {
  return bench.once("delete", async () => {
    const results: Trial[] = [];
    for (let trial = 0; trial < trials; trial += 1) results.push(await runTrial(bench.newFile()));
    return results;
  });
}

async function runTrial(file: string): Promise<Trial> {
  fillSession(file, events, 10);
  const store = await openBenchStore(file, durability);
  try {
    const longestAlone = await appendBeside(file, async () => {});
    let deleted = 0;
    const longestWait = await appendBeside(file, async () => {
      const started = performance.now();
      await store.deleteSession(sessionIdOf(0), false, { origin: "tool", client: "bench" });
      deleted = performance.now() - started;
      // A purge alone keeps no process alive, and it may take longer than the writer writes.
      const alive = setInterval(() => {}, 1_000);
      const purged = await store.purgeDeletedSessions();
      clearInterval(alive);
      if (purged !== 1) throw new Error("the session was not purged");
    });
    return { deleted, longestWait, longestAlone };
  } finally {
    await store.close();
  }
}

/** The longest wait of a process that appends for some seconds, in which `work` is done. */
async function appendBeside(file: string, work: () => Promise<void>): Promise<number> {
  const script = fileURLToPath(new URL("../append-worker.ts", import.meta.url));
  const writer: ChildProcess = fork(script, [file, durability, String(milliseconds)]);
  try {
    await once(writer, "message");
    const reported = once(writer, "message") as Promise<[WorkerReport]>;
    writer.send("go");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await work();
    const [{ longestWait, errors }] = await reported;
    if (errors > 0) throw new Error(`${errors} appends failed`);
    return longestWait;
  } finally {
    if (writer.connected) writer.kill();
  }
}

export const deleteLines: readonly Line[] = [
  {
    name: "deleteSession of 50,000 events, beside a writer",
    unit: "ms",
    measure: async (bench) => ({
      ours: spreadOf((await runTrials(bench)).map(({ deleted }) => deleted)),
    }),
  },
  {
    // The median of the trials' longest.
    name: "deleteSession of 50,000 events: longest wait of another's appends",
    unit: "ms",
    atMost: 50,
    measure: async (bench) => ({
      ours: spreadOf((await runTrials(bench)).map(({ longestWait }) => longestWait)),
    }),
  },
  {
    name: "deleteSession: the same wait with nothing deleted",
    unit: "ms",
    measure: async (bench) => ({
      ours: spreadOf((await runTrials(bench)).map(({ longestAlone }) => longestAlone)),
    }),
  },
];
