// Appends to a session until it is killed, and says on stdout what has been acknowledged: "session seq content". As a
// control `too-early` says so before it is stored.
import { writeSync } from "node:fs";
import { openStoreAt } from "./open-store.ts";
import { numberedEvent } from "./records.ts";

const [file = "", migrationsDirectory = "", sessionId = "", name = "", when = "stored"] =
  process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
let { lastSeq } = await store.getSession(sessionId);
writeSync(1, "ready\n");
for (let i = 0; ; i++) {
  const content = `${name}-${i}`;
  const acknowledge = (seq: number) => writeSync(1, `${sessionId} ${seq} ${content}\n`);
  if (when === "too-early") acknowledge(lastSeq + 1);
  const { record } = await store.appendEvent(numberedEvent(sessionId, i, content));
  lastSeq = record.seq;
  // Written before the next append starts, whatever happens then.
  if (when === "stored") acknowledge(lastSeq);
}
