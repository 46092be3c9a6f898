// One of many writers on one file: appends for some seconds as fast as it is let, and says on stdout, as JSON, how it went.
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openStoreAt } from "../processes/open-store.ts";
import { numberedEvent, writerSession } from "../processes/records.ts";

const [file = "", migrationsDirectory = "", seconds = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory, "full");
const { record: session } = await store.createSession(writerSession);
process.stdout.write("ready\n");
await once(process.stdin, "data");

const [lag, errors] = [monitorEventLoopDelay({ resolution: 5 }), [] as string[]];
lag.enable();
let written = 0;
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  try {
    await store.appendEvent(numberedEvent(session.id, written, `${session.id} ${written}`));
    written += 1;
  } catch (error) {
    errors.push(String(error));
  }
  // As a server that reads its next line.
  await new Promise(setImmediate);
}
lag.disable();
await store.close();
process.stdout.write(`${JSON.stringify({ written, errors, lag: lag.max / 1e6 })}\n`);
process.exit(0);
