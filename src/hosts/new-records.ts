// Neutral records with all that is not said as null: a reader names what its format has.
import { boundName } from "./bounds.ts";
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
import { boundId } from "./keys.ts";

const noSession: Omit<SessionRecord, "id"> = {
  kind: "session",
  parentId: null,
  title: null,
  directory: null,
  directoryHash: null,
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

const longestPath = 4096;

export function newSession(known: Partial<SessionRecord> & { id: string }): SessionRecord {
  const session = { ...noSession, ...known };
  const { id, parentId, title, directory, gitBranch, agent, model, userId, appName } = session;
  return {
    ...session,
    id: boundId(id),
    parentId: parentId === null ? null : boundId(parentId),
    title: boundName(title),
    // A path that was cut would be another path.
    directory: directory !== null && Buffer.byteLength(directory) > longestPath ? null : directory,
    gitBranch: boundName(gitBranch),
    agent: boundName(agent),
    model: boundName(model),
    userId: boundName(userId),
    appName: boundName(appName),
  };
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
  const { sessionId, key } = known;
  return { ...noEvent, actions: [], ...known, sessionId: boundId(sessionId), key: boundId(key) };
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
    callId: boundId(known.callId),
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
    sessionId: boundId(known.sessionId),
    callId: boundId(known.callId),
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
    key: boundId(known.key),
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
