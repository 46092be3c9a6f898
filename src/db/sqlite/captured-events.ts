// Events made of what is less than one: what a hook has heard, and how a call ended that is not known; and a session of
// which only the name is known.
import type { CapturedHearing, CapturedOutcome, CapturedSession } from "../captures.ts";
import type { Said } from "./hearings.ts";

const noTokens = { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null };

const nothing = {
  content: null,
  reasoning: null,
  actions: [],
  agent: null,
  branch: null,
  turnId: null,
  messageId: null,
  finish: null,
  error: null,
  tokens: noTokens,
  costUsd: null,
  longRunningToolIds: null,
  metadata: null,
  raw: undefined,
};

export function toSaid(hearing: Omit<CapturedHearing, "kind" | "providerSessionId">): Said {
  return { ...nothing, ...hearing };
}

/** Of a call that is not known: its transcript began later, or lost a line. */
export function orphanOf({ callId, status, title, output, error, endedAt }: CapturedOutcome): Said {
  const action = { callId, toolName: "unknown", title, status, input: undefined, output, error };
  return {
    ...nothing,
    type: "tool_result",
    author: "tool",
    actions: [{ ...action, startedAt: null, endedAt }],
    createdAt: endedAt,
  };
}

/** A session of which a record says only whose it is. */
export function namedSession(providerSessionId: string): CapturedSession {
  return {
    kind: "session",
    providerSessionId,
    parentProviderSessionId: null,
    workspace: null,
    gitBranch: null,
    title: null,
    agent: null,
    appName: null,
    userId: null,
    context: null,
    state: null,
    metadata: null,
    createdAt: null,
    updatedAt: null,
  };
}
