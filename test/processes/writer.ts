// Appends to a session until it is killed, and says on stdout what has been acknowledged: "session seq content".
import { writeSync } from "node:fs";
import { openStoreAt } from "./open-store.ts";
import { numberedEvent } from "./records.ts";

const [file = "", migrationsDirectory = "", sessionId = "", name = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
writeSync(1, "ready\n");
for (let i = 0; ; i++) {
  const content = `${name}-${i}`;
  const { record } = await store.appendEvent(numberedEvent(sessionId, i, content));
  // Written before the next append starts, whatever happens then.
  writeSync(1, `${sessionId} ${record.seq} ${content}\n`);
}
