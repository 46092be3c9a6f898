// Appends to a session until it is killed, and says on stdout what has been acknowledged: "session seq content".
import { writeSync } from "node:fs";
import { openStoreAt } from "./open-store.ts";

const [file = "", migrationsDirectory = "", sessionId = "", name = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
writeSync(1, "ready\n");
for (let i = 0; ; i++) {
  const content = `${name}-${i}`;
  const { record } = await store.appendEvent({
    sessionId,
    type: "message",
    author: "user",
    content,
    reasoning: null,
    // Every third event has rows in a second table.
    actions: i % 3 === 0 ? [action(content)] : [],
    agent: null,
    branch: null,
    turnId: null,
    messageId: null,
    runId: null,
    finish: null,
    error: null,
    tokens: { input: 1, output: null, reasoning: null, cacheRead: null, cacheWrite: null },
    costUsd: null,
    longRunningToolIds: null,
    metadata: null,
    raw: undefined,
    createdAt: null,
    idempotencyKey: null,
    origin: "tool",
    client: "writer",
  });
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
