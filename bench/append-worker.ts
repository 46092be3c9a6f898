// A child process of the "8 processes" lines: opens the Store, waits for the word, appends until the time is over.
import { setImmediate } from "node:timers/promises";
import { newEvent } from "./../test/new-records.ts";
import type { Durability } from "./floors/raw-log.ts";
import { openBenchStore, prose, sessionIn } from "./store.ts";

export interface WorkerReport {
  appended: number;
  errors: number;
  /** Milliseconds of the slowest append. */
  longestWait: number;
}

const [file = "", durability = "", milliseconds = ""] = process.argv.slice(2);

const store = await openBenchStore(file, durability as Durability);
const { record } = await store.createSession(sessionIn("/bench"));
const event = newEvent(record.id, { author: "assistant", content: prose(1000) });
process.once("message", async () => {
  process.send?.(await appendFor(Number(milliseconds)));
  await store.close();
  process.disconnect();
});
process.send?.("ready");

async function appendFor(duration: number): Promise<WorkerReport> {
  const report: WorkerReport = { appended: 0, errors: 0, longestWait: 0 };
  const end = performance.now() + duration;
  for (let started = performance.now(); started < end; started = performance.now()) {
    try {
      await store.appendEvent(event);
      report.appended += 1;
    } catch {
      report.errors += 1;
    }
    report.longestWait = Math.max(report.longestWait, performance.now() - started);
    // As a server between two messages: the Store's checkpoints wait for such a turn.
    await setImmediate();
  }
  return report;
}
