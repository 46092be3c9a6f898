// What the processes of these tests store: plain values, nothing of vitest.
import type { NewJob } from "../../src/db/jobs.ts";
import type { NewEvent, NewSession } from "../../src/db/records.ts";
import { newEvent } from "./new-event.ts";

export const writerSession: NewSession = {
  appName: "writer",
  userId: null,
  workspace: {
    directory: "/project",
    projectDirectory: "/project",
    gitCommonDir: null,
    gitBranch: null,
    gitRemote: null,
  },
  title: null,
  agent: null,
  provider: null,
  providerSessionId: null,
  parentSessionId: null,
  context: null,
  metadata: null,
  idempotencyKey: null,
  origin: "tool",
  client: "writer",
};

/** Counts one token, and every third event has rows in a second table: so that a half of it would show. */
export function numberedEvent(sessionId: string, number: number, content: string): NewEvent {
  return newEvent(sessionId, content, number % 3 === 0 ? [action(content)] : []);
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

export function jobOf(sessionId: string, prompt: string): NewJob {
  return {
    sessionId,
    workspace: null,
    prompt,
    promptId: null,
    messageId: null,
    allowedTools: null,
    model: null,
    priority: 0,
    runAfter: null,
    maxAttempts: 1,
    idempotencyKey: null,
    origin: "tool",
    client: "writer",
  };
}
