// Goes through numbered steps until it is killed, each write with an idempotency key, and says on stdout which step is
// done. Whoever starts it again tells it from which step: it repeats whatever of it was done before.
import { writeSync } from "node:fs";
import { openStoreAt } from "./open-store.ts";
import { jobOf, numberedEvent, writerSession } from "./records.ts";

const [file = "", migrationsDirectory = "", name = "", from = "0"] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
const { record: session } = await store.createSession({ ...writerSession, idempotencyKey: name });
writeSync(1, "ready\n");
for (let step = Number(from); ; step++) {
  const idempotencyKey = `${name}-${step}`;
  await store.appendEvent({ ...numberedEvent(session.id, step, idempotencyKey), idempotencyKey });
  await store.jobs.enqueue({ ...jobOf(session.id, idempotencyKey), idempotencyKey });
  writeSync(1, `${step}\n`);
}
