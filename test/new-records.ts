// Records to store, with nothing in them but what a test says: plain values, also for the processes that tests and
// benchmarks start.
import type { NewJob } from "../src/db/jobs.ts";
import type { NewEvent, NewSession, Workspace } from "../src/db/records.ts";

export const workspace: Workspace = {
  directory: "/home/ada/engine",
  projectDirectory: "/home/ada/engine",
  gitCommonDir: null,
  gitBranch: "main",
  gitRemote: null,
};

export function newSession(overrides: Partial<NewSession> = {}): NewSession {
  return {
    appName: "test",
    userId: null,
    workspace,
    title: null,
    agent: null,
    provider: null,
    providerSessionId: null,
    parentSessionId: null,
    context: null,
    metadata: null,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
    ...overrides,
  };
}

/** As whoever records it may say it. */
export const plainEvent = {
  type: "message" as const,
  author: "user",
  content: "hello",
  reasoning: null,
  actions: [],
  agent: null,
  branch: null,
  turnId: null,
  messageId: null,
  finish: null,
  error: null,
  tokens: { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null },
  costUsd: null,
  longRunningToolIds: null,
  metadata: null,
  raw: undefined,
};

export function newEvent(sessionId: string, overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    ...plainEvent,
    sessionId,
    runId: null,
    createdAt: null,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
    ...overrides,
  };
}

export function newJob(overrides: Partial<NewJob> = {}): NewJob {
  return {
    sessionId: null,
    workspace: null,
    prompt: "run the tests",
    promptId: null,
    messageId: null,
    allowedTools: null,
    model: null,
    priority: 0,
    runAfter: null,
    maxAttempts: 3,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
    ...overrides,
  };
}
