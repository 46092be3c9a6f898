// A child process of the line of 8 workers: opens the Store, waits for the word, and claims jobs until there are none.
import { setImmediate } from "node:timers/promises";
import { openBenchStore } from "./store.ts";

const [file = ""] = process.argv.slice(2);

const store = await openBenchStore(file, "normal");
process.once("message", async () => {
  process.send?.(await claimAll());
  await store.close();
  process.disconnect();
});
process.send?.("ready");

/** The ids of the jobs that it was given. */
async function claimAll(): Promise<string[]> {
  const claimed: string[] = [];
  while (true) {
    const next = await store.jobs.claim({ worker: String(process.pid), runId: null, leaseSeconds: 3_600 });
    if (next === null) return claimed;
    claimed.push(next.job.id);
    // As a server between two messages: the Store's checkpoints wait for such a turn.
    await setImmediate();
  }
}
