// Neutral records with all that is not said as null: a reader names what its format has.
import { createHash } from "node:crypto";
import type {
  ActionRecord,
  EventRecord,
  JobRecord,
  OutcomeRecord,
  SessionRecord,
  SkippedRecord,
  SkipReason,
  TokenCounts,
} from "./host.ts";

const noSession: Omit<SessionRecord, "id"> = {
  kind: "session",
  parentId: null,
  title: null,
  directory: null,
  gitBranch: null,
  agent: null,
  model: null,
  userId: null,
  appName: null,
  context: null,
  state: null,
  metadata: null,
  createdAt: null,
  updatedAt: null,
};

export function newSession(known: Partial<SessionRecord> & { id: string }): SessionRecord {
  return { ...noSession, ...known };
}

const noEvent: Omit<EventRecord, "sessionId" | "key" | "actions"> = {
  kind: "event",
  type: "message",
  author: "assistant",
  content: null,
  reasoning: null,
  turnId: null,
  messageId: null,
  branch: null,
  agent: null,
  model: null,
  finish: null,
  error: null,
  tokens: null,
  costUsd: null,
  longRunningToolIds: null,
  createdAt: null,
  metadata: null,
  raw: undefined,
};

export function newEvent(known: Partial<EventRecord> & { sessionId: string; key: string }): EventRecord {
  return { ...noEvent, actions: [], ...known };
}

export function newAction(known: Partial<ActionRecord> & { callId: string; toolName: string }): ActionRecord {
  return {
    title: null,
    status: "pending",
    input: undefined,
    output: undefined,
    error: null,
    startedAt: null,
    endedAt: null,
    ...known,
  };
}

export function newOutcome(
  known: Partial<OutcomeRecord> & { sessionId: string; callId: string },
): OutcomeRecord {
  return {
    kind: "outcome",
    status: "completed",
    title: null,
    output: undefined,
    error: null,
    endedAt: null,
    ...known,
  };
}

export function newJob(known: Partial<JobRecord> & { key: string; prompt: string }): JobRecord {
  return {
    kind: "job",
    sessionId: null,
    directory: null,
    promptId: null,
    messageId: null,
    model: null,
    allowedTools: null,
    status: "pending",
    priority: null,
    attempts: null,
    maxAttempts: null,
    result: undefined,
    error: null,
    runAfter: null,
    createdAt: null,
    startedAt: null,
    endedAt: null,
    ...known,
  };
}

export function newSkip(reason: SkipReason, line: number | null = null): SkippedRecord {
  return { kind: "skipped", line, reason, expected: false };
}

/** What the format is known to carry without content for us. */
export function newExpectedSkip(reason: SkipReason, line: number | null = null): SkippedRecord {
  return { kind: "skipped", line, reason, expected: true };
}

/** Null where no kind of token was counted, or none was used. */
export function newTokens(counts: Partial<TokenCounts>): TokenCounts | null {
  const tokens = { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null, ...counts };
  return Object.values(tokens).some((count) => count !== null && count > 0) ? tokens : null;
}

/** A key for what has none in its format: the same content at the same place has the same. */
export function keyOf(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("base64url").slice(0, 27);
}
