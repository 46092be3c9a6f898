// An event for the scripts that tests start as processes.
import type { NewAction, NewEvent } from "../../src/db/records.ts";

export function newEvent(sessionId: string, content: string, actions: NewAction[]): NewEvent {
  return {
    sessionId,
    type: "message",
    author: "user",
    content,
    reasoning: null,
    actions,
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
  };
}
