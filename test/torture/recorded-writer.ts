// Makes a store, or upgrades it, and appends to it, through several openings, while disk-journal.c notes what it does to the disk. Says on
// stdout, a line of JSON each, which events it was told are stored.
import { writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { openStoreAt } from "../processes/open-store.ts";
import { numberedEvent, writerSession } from "../processes/records.ts";

const [file = "", migrationsDirectory = "", durability = "", openings = "", events = ""] =
  process.argv.slice(2);

for (let opening = 0; opening < Number(openings); opening++) {
  const store = await openStoreAt(file, migrationsDirectory, durability === "full" ? "full" : "normal");
  const { record: session } = await store.createSession(writerSession);
  for (let i = 0; i < Number(events); i++) {
    const content = `${session.id} ${i} ${"x".repeat((i * 131) % 3000)}`;
    const { record } = await store.appendEvent(numberedEvent(session.id, i, content));
    writeSync(1, `${JSON.stringify({ sessionId: session.id, seq: record.seq, content })}\n`);
    // The work behind replies.
    if (i % 20 === 0) await setImmediate();
  }
  await store.close();
}
process.exit(0);
