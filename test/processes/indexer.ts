// Appends to a session, answers its calls and brings the search index on, until it is killed.
import { writeSync } from "node:fs";
import { newEvent } from "../new-records.ts";
import { openStoreAt } from "./open-store.ts";

const [file = "", migrationsDirectory = "", sessionId = "", name = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
writeSync(1, "ready\n");
for (let round = 0; ; round += 1) {
  const callId = `${name}-${round}`;
  const action = { callId, toolName: "echo", title: null, status: "running" as const, input: { round } };
  // Now and then one that takes several slices.
  const content = `${name} brass gears `.repeat(round % 20 === 7 ? 20_000 : 3);
  await store.appendEvent(
    newEvent(sessionId, { content, actions: [{ ...action, output: undefined, error: null }] }),
  );
  const answer = { sessionId, callId, status: "completed" as const, title: undefined, error: undefined };
  const answered = store.updateAction({ ...answer, output: `flywheel ${round}` });
  await Promise.all([store.search.catchUp(10), answered]);
}
