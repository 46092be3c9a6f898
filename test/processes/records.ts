// What the processes of these tests store.
import type { NewJob } from "../../src/db/jobs.ts";
import type { NewEvent } from "../../src/db/records.ts";
import { newEvent, newJob, newSession } from "../new-records.ts";

export const writerSession = newSession({ appName: "writer", client: "writer" });

/** Counts one token, and every third event has rows in a second table: so that a half of it would show. */
export function numberedEvent(sessionId: string, number: number, content: string): NewEvent {
  const tokens = { input: 1, output: null, reasoning: null, cacheRead: null, cacheWrite: null };
  const actions = number % 3 === 0 ? [action(content)] : [];
  return newEvent(sessionId, { content, tokens, actions, client: "writer" });
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
  return newJob({ sessionId, prompt, maxAttempts: 1, client: "writer" });
}
