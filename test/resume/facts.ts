// Facts of a session as a test wants them.
import type { SessionFacts, UnfinishedAction } from "../../src/db/facts.ts";
import type { Event, Run, Session, Todo } from "../../src/db/records.ts";
import { newEvent, newSession } from "../new-records.ts";

export const now = Date.UTC(2026, 10, 21, 10);
export const sessionId = `sess_${"0".repeat(26)}`;

export function session(overrides: Partial<Session> = {}): Session {
  const { workspace, idempotencyKey: _key, ...given } = newSession();
  return {
    ...given,
    id: sessionId,
    projectId: null,
    directory: workspace.directory,
    gitBranch: workspace.gitBranch,
    forkedFromSessionId: null,
    forkedAtSeq: null,
    state: "active",
    lossy: false,
    lastSeq: 9,
    eventCount: 9,
    tokens: newEvent("").tokens,
    costUsd: null,
    todosVersion: 1,
    createdAt: now,
    updatedAt: now,
    lastAccessedAt: now,
    ...overrides,
  };
}

export function run(overrides: Partial<Run> = {}): Run {
  return {
    id: `run_${"0".repeat(26)}`,
    sessionId,
    projectId: "proj_0",
    directory: "/home/ada/engine",
    command: "claude",
    args: [],
    prompt: null,
    status: "running",
    exitCode: null,
    error: null,
    evidence: null,
    endedBy: null,
    pid: 4711,
    lossy: false,
    origin: "tool",
    client: "test",
    startedAt: now,
    disconnectedAt: null,
    endedAt: null,
    ...overrides,
  };
}

export const crashed = (overrides: Partial<Run> = {}) =>
  run({
    status: "crashed",
    evidence: "no process has pid 4711",
    endedBy: "sweep",
    endedAt: now,
    ...overrides,
  });

export function event(seq: number, overrides: Partial<Event> = {}): Event {
  const { idempotencyKey: _key, actions: _actions, ...given } = newEvent(sessionId);
  return {
    ...given,
    seq,
    originSessionId: null,
    redactions: null,
    actions: [],
    lossy: false,
    forgottenAt: null,
    createdAt: now - 10_000_000 + seq,
    ...overrides,
  };
}

export function todo(content: string, overrides: Partial<Todo> = {}): Todo {
  const fixed = {
    status: "pending",
    priority: "medium",
    lossy: false,
    createdAt: now,
    updatedAt: now,
  } as const;
  return { id: `todo_${content.length}`, content, ...fixed, ...overrides };
}

export function action(seq: number, overrides: Partial<UnfinishedAction> = {}): UnfinishedAction {
  return {
    seq,
    author: "assistant",
    origin: "tool",
    callId: `call_${seq}`,
    toolName: "Bash",
    title: null,
    status: "running",
    input: { command: "npm test" },
    output: undefined,
    error: null,
    startedAt: now,
    endedAt: null,
    ...overrides,
  };
}

export function facts(overrides: Partial<SessionFacts> = {}): SessionFacts {
  return {
    session: session(),
    project: null,
    runs: [],
    todos: [],
    firstRequest: null,
    lastRequest: null,
    lastAnswer: null,
    decisions: [],
    decisionCount: overrides.decisions?.length ?? 0,
    unfinishedActions: [],
    unfinishedCount: overrides.unfinishedActions?.length ?? 0,
    lastEvents: [],
    otherCandidates: [],
    ...overrides,
  };
}
