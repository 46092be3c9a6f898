// What the Store keeps, as plain records: times are integer milliseconds, absent values are null.

import type { Findings } from "./redaction.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

export const sessionStates = ["active", "inactive", "archived"] as const;
export const eventTypes = [
  "message",
  "reasoning",
  "tool_call",
  "tool_result",
  "file_change",
  "command",
  "compaction",
  "decision",
  "note",
  "status",
  "result",
  "error",
] as const;
export const actionStatuses = ["pending", "running", "completed", "error"] as const;
export const todoStatuses = ["pending", "in_progress", "completed", "cancelled"] as const;
export const todoPriorities = ["high", "medium", "low"] as const;
export const runStatuses = ["running", "completed", "failed", "crashed", "ended"] as const;
export const origins = ["tool", "hook", "import", "cli"] as const;

export type SessionState = (typeof sessionStates)[number];
export type EventType = (typeof eventTypes)[number];
export type ActionStatus = (typeof actionStatuses)[number];
export type TodoStatus = (typeof todoStatuses)[number];
export type TodoPriority = (typeof todoPriorities)[number];
export type RunStatus = (typeof runStatuses)[number];
/** Which door a record came in by. Set by us, never by the caller. */
export type Origin = (typeof origins)[number];

/** Counts of model tokens; null where nobody said. */
export interface Tokens {
  input: number | null;
  output: number | null;
  reasoning: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
}

/** Who wrote: the door and the client's own name. */
export interface Provenance {
  origin: Origin;
  client: string | null;
}

/** A write that may be repeated safely: the same key with the same content returns what was stored first. */
export interface Idempotent {
  idempotencyKey: string | null;
}

export interface Session extends Provenance {
  id: string;
  appName: string;
  userId: string | null;
  projectId: string | null;
  directory: string;
  gitBranch: string | null;
  title: string | null;
  agent: string | null;
  provider: string | null;
  providerSessionId: string | null;
  parentSessionId: string | null;
  forkedFromSessionId: string | null;
  forkedAtSeq: number | null;
  state: SessionState;
  context: string | null;
  metadata: JsonObject | null;
  /** A text that UTF-8 cannot hold was repaired. */
  lossy: boolean;
  lastSeq: number;
  eventCount: number;
  /** Sums over the session's own events. */
  tokens: Tokens;
  costUsd: number | null;
  todosVersion: number;
  createdAt: number;
  updatedAt: number;
  lastAccessedAt: number;
}

/** Where a session works: what `workspace/` reads from a directory. */
export interface Workspace {
  /** Real path, symbolic links resolved. */
  directory: string;
  /** What identifies the project: one for a main checkout and all its worktrees. */
  projectDirectory: string;
  gitCommonDir: string | null;
  gitBranch: string | null;
  gitRemote: string | null;
}

export interface NewSession extends Provenance, Idempotent {
  appName: string;
  userId: string | null;
  workspace: Workspace;
  title: string | null;
  agent: string | null;
  provider: string | null;
  providerSessionId: string | null;
  parentSessionId: string | null;
  context: string | null;
  metadata: JsonObject | null;
}

/** A session that is to share another's history up to `atSeq` (null: all of it), and to have a copy of its todos. */
export interface NewFork extends Provenance, Idempotent {
  sessionId: string;
  atSeq: number | null;
  /** Null: as the other. */
  title: string | null;
}

/** What to change of a session: undefined leaves a field as it is, null clears it. */
export interface SessionPatch {
  title?: string | null | undefined;
  state?: SessionState | undefined;
  agent?: string | null | undefined;
  context?: string | null | undefined;
  providerSessionId?: string | null | undefined;
  /** A merge patch (RFC 7396): its keys are set, those with null removed, all others stay. */
  metadata?: JsonObject | null | undefined;
}

/** A tool call inside an event. */
export interface Action {
  callId: string;
  toolName: string;
  title: string | null;
  status: ActionStatus;
  input: JsonValue | undefined;
  output: JsonValue | undefined;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

export interface NewAction {
  /** Null: the Store makes one. */
  callId: string | null;
  toolName: string;
  title: string | null;
  status: ActionStatus;
  input: JsonValue | undefined;
  output: JsonValue | undefined;
  error: string | null;
  /** As it is known of one that is taken in afterwards; left out: by its status, when the event happened. */
  startedAt?: number | null;
  endedAt?: number | null;
}

/** How an action goes on. What is undefined stays as it is. */
export interface ActionMove {
  sessionId: string;
  callId: string;
  status: ActionStatus;
  title: string | undefined;
  output: JsonValue | undefined;
  error: string | undefined;
}

interface EventContent {
  type: EventType;
  /** `user`, `assistant`, `system`, `tool`, or an agent's name. */
  author: string;
  content: string | null;
  reasoning: string | null;
  agent: string | null;
  branch: string | null;
  turnId: string | null;
  messageId: string | null;
  runId: string | null;
  finish: string | null;
  error: string | null;
  tokens: Tokens;
  costUsd: number | null;
  longRunningToolIds: string[] | null;
  metadata: JsonObject | null;
  raw: JsonValue | undefined;
}

/** Identified by (sessionId, seq). Never changed, but for its actions. */
export interface Event extends EventContent, Provenance {
  sessionId: string;
  seq: number;
  /** Whose event it is, where a fork shows one that it shares; null where it is the session's own. */
  originSessionId: string | null;
  actions: Action[];
  lossy: boolean;
  /** How many secrets were taken out of its texts, by rule; null: none. */
  redactions: Findings | null;
  forgottenAt: number | null;
  createdAt: number;
}

/** Filters by what is said of an event. Times are inclusive. */
export interface EventFilters {
  authors?: string[] | undefined;
  types?: EventType[] | undefined;
  branch?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

export interface NewEvent extends EventContent, Provenance, Idempotent {
  sessionId: string;
  actions: NewAction[];
  /** When it happened; null: now. */
  createdAt: number | null;
}

export interface Todo {
  id: string;
  content: string;
  status: TodoStatus;
  priority: TodoPriority;
  lossy: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface NewTodo {
  /** An id of the present list keeps that todo's creation time; null: a new todo. */
  id: string | null;
  content: string;
  status: TodoStatus;
  priority: TodoPriority;
}

/** The whole plan of a session, in order. `version` counts its changes. */
export interface TodoList {
  todos: Todo[];
  version: number;
}

/** One process of an agent's command at work in a project. */
export interface Run extends Provenance {
  id: string;
  sessionId: string | null;
  projectId: string;
  directory: string;
  command: string | null;
  args: string[];
  prompt: string | null;
  status: RunStatus;
  exitCode: number | null;
  error: string | null;
  /** How it is known that a crashed or ended run is gone. */
  evidence: string | null;
  endedBy: "tool" | "hook" | "sweep" | null;
  pid: number;
  lossy: boolean;
  startedAt: number;
  /** Its host let go of us in order: a sweep that finds it gone calls it ended, not crashed. */
  disconnectedAt: number | null;
  endedAt: number | null;
}

export interface NewRun extends Provenance, Idempotent {
  sessionId: string | null;
  /** Null: the session's own. */
  workspace: Workspace | null;
  /** The git branch that the session's directory is on now, for the session; without one it keeps what it has. */
  sessionBranch?: string | null;
  pid: number;
  /** We found it ourselves: a repeat of the request may come with another. */
  pidFound?: boolean;
  command: string | null;
  args: string[];
  prompt: string | null;
}

/** What was stored. `duplicate`: an earlier call with the same idempotency key stored it. */
export interface Stored<T> {
  record: T;
  duplicate: boolean;
}

/** A part of a list. `more`: there is at least one record behind the last one here. */
export interface Page<T> {
  items: T[];
  more: boolean;
}
