// Appends to a session until it is killed, and says on stdout what has been acknowledged: "session seq content".
import { writeSync } from "node:fs";
import { newEvent } from "./new-event.ts";
import { openStoreAt } from "./open-store.ts";

const [file = "", migrationsDirectory = "", sessionId = "", name = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
writeSync(1, "ready\n");
for (let i = 0; ; i++) {
  const content = `${name}-${i}`;
  // Every third event has rows in a second table.
  const { record } = await store.appendEvent(
    newEvent(sessionId, content, i % 3 === 0 ? [action(content)] : []),
  );
  // Written before the next append starts, whatever happens then.
  writeSync(1, `${sessionId} ${record.seq} ${content}\n`);
}

function action(output: string) {
  return {
    callId: null,
    toolName: "echo",
    title: null,
    status: "completed" as const,
    input: {},
    output,
    error: null,
  };
}
