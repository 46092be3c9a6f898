// The Store's records as the protocol shows them: snake_case, ISO 8601, absent values left out.
import * as z from "zod";
import type { Action, Event, Run, Session, Todo, Tokens } from "../db/records.ts";
import {
  actionStatuses,
  eventTypes,
  origins,
  runStatuses,
  sessionStates,
  todoPriorities,
  todoStatuses,
} from "../db/records.ts";

const optionalText = z.string().optional();
const optionalCount = z.int().optional();
// A text was cut, or a value left out: `get_event` reads an event's on, by the names in truncated_fields.
const cut = { truncated: z.boolean().optional(), truncated_fields: z.array(z.string()).optional() };

export const wireTokens = z.object({
  input: optionalCount,
  output: optionalCount,
  reasoning: optionalCount,
  cache_read: optionalCount,
  cache_write: optionalCount,
});

export const wireSession = z.object({
  id: z.string(),
  app_name: optionalText,
  user_id: optionalText,
  project_id: optionalText,
  directory: optionalText,
  git_branch: optionalText,
  title: optionalText,
  agent: optionalText,
  provider: optionalText,
  provider_session_id: optionalText,
  parent_session_id: optionalText,
  forked_from_session_id: optionalText,
  forked_at_seq: optionalCount,
  state: z.enum(sessionStates),
  context: optionalText,
  metadata: z.unknown().optional(),
  event_count: z.int(),
  last_seq: z.int(),
  tokens: wireTokens.optional(),
  cost_usd: z.number().optional(),
  origin: z.enum(origins),
  client: optionalText,
  lossy: z.boolean().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  last_accessed_at: z.string(),
  ...cut,
});
export type WireSession = z.input<typeof wireSession>;

export const wireAction = z.object({
  call_id: z.string(),
  tool_name: z.string(),
  title: optionalText,
  status: z.enum(actionStatuses),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  error: optionalText,
  started_at: optionalText,
  ended_at: optionalText,
});
export type WireAction = z.input<typeof wireAction>;

export const wireEvent = z.object({
  session_id: z.string(),
  seq: z.int(),
  type: z.enum(eventTypes),
  author: z.string(),
  content: optionalText,
  reasoning: optionalText,
  actions: z.array(wireAction).optional(),
  agent: optionalText,
  branch: optionalText,
  turn_id: optionalText,
  message_id: optionalText,
  run_id: optionalText,
  finish: optionalText,
  error: optionalText,
  tokens: wireTokens.optional(),
  cost_usd: z.number().optional(),
  long_running_tool_ids: z.array(z.string()).optional(),
  metadata: z.unknown().optional(),
  raw: z.unknown().optional(),
  origin: z.enum(origins),
  client: optionalText,
  lossy: z.boolean().optional(),
  forgotten_at: optionalText,
  created_at: z.string(),
  ...cut,
});
export type WireEvent = z.input<typeof wireEvent>;

export const wireTodo = z.object({
  id: z.string(),
  content: z.string(),
  status: z.enum(todoStatuses),
  priority: z.enum(todoPriorities),
  lossy: z.boolean().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  ...cut,
});
export type WireTodo = z.input<typeof wireTodo>;

export const wireCounts = z.object({
  total: z.int(),
  pending: z.int(),
  in_progress: z.int(),
  completed: z.int(),
  cancelled: z.int(),
});

export const wireRun = z.object({
  id: z.string(),
  session_id: optionalText,
  project_id: optionalText,
  directory: optionalText,
  pid: z.int(),
  command: optionalText,
  args: z.array(z.string()).optional(),
  prompt: optionalText,
  status: z.enum(runStatuses),
  exit_code: optionalCount,
  error: optionalText,
  evidence: optionalText,
  ended_by: optionalText,
  origin: z.enum(origins),
  client: optionalText,
  lossy: z.boolean().optional(),
  started_at: z.string(),
  disconnected_at: optionalText,
  ended_at: optionalText,
  ...cut,
});
export type WireRun = z.input<typeof wireRun>;

export function toWireSession(session: Session): WireSession {
  return {
    id: session.id,
    app_name: session.appName,
    user_id: given(session.userId),
    project_id: given(session.projectId),
    directory: session.directory,
    git_branch: given(session.gitBranch),
    title: given(session.title),
    agent: given(session.agent),
    provider: given(session.provider),
    provider_session_id: given(session.providerSessionId),
    parent_session_id: given(session.parentSessionId),
    forked_from_session_id: given(session.forkedFromSessionId),
    forked_at_seq: given(session.forkedAtSeq),
    state: session.state,
    context: given(session.context),
    metadata: given(session.metadata),
    event_count: session.eventCount,
    last_seq: session.lastSeq,
    tokens: toWireTokens(session.tokens),
    cost_usd: given(session.costUsd),
    origin: session.origin,
    client: given(session.client),
    lossy: session.lossy || undefined,
    created_at: toIso(session.createdAt),
    updated_at: toIso(session.updatedAt),
    last_accessed_at: toIso(session.lastAccessedAt),
  };
}

export function toWireEvent(event: Event): WireEvent {
  return {
    session_id: event.sessionId,
    seq: event.seq,
    type: event.type,
    author: event.author,
    content: given(event.content),
    reasoning: given(event.reasoning),
    actions: event.actions.length === 0 ? undefined : event.actions.map(toWireAction),
    agent: given(event.agent),
    branch: given(event.branch),
    turn_id: given(event.turnId),
    message_id: given(event.messageId),
    run_id: given(event.runId),
    finish: given(event.finish),
    error: given(event.error),
    tokens: toWireTokens(event.tokens),
    cost_usd: given(event.costUsd),
    long_running_tool_ids: given(event.longRunningToolIds),
    metadata: given(event.metadata),
    raw: event.raw,
    origin: event.origin,
    client: given(event.client),
    lossy: event.lossy || undefined,
    forgotten_at: givenTime(event.forgottenAt),
    created_at: toIso(event.createdAt),
  };
}

function toWireAction(action: Action): WireAction {
  return {
    call_id: action.callId,
    tool_name: action.toolName,
    title: given(action.title),
    status: action.status,
    input: action.input,
    output: action.output,
    error: given(action.error),
    started_at: givenTime(action.startedAt),
    ended_at: givenTime(action.endedAt),
  };
}

export function toWireTodo(todo: Todo): WireTodo {
  return {
    id: todo.id,
    content: todo.content,
    status: todo.status,
    priority: todo.priority,
    lossy: todo.lossy || undefined,
    created_at: toIso(todo.createdAt),
    updated_at: toIso(todo.updatedAt),
  };
}

export function toWireCounts(todos: readonly Todo[]): z.input<typeof wireCounts> {
  const count = (status: Todo["status"]) => todos.filter((todo) => todo.status === status).length;
  return {
    total: todos.length,
    pending: count("pending"),
    in_progress: count("in_progress"),
    completed: count("completed"),
    cancelled: count("cancelled"),
  };
}

export function toWireRun(run: Run): WireRun {
  return {
    id: run.id,
    session_id: given(run.sessionId),
    project_id: run.projectId,
    directory: run.directory,
    pid: run.pid,
    command: given(run.command),
    args: run.args.length === 0 ? undefined : run.args,
    prompt: given(run.prompt),
    status: run.status,
    exit_code: given(run.exitCode),
    error: given(run.error),
    evidence: given(run.evidence),
    ended_by: given(run.endedBy),
    origin: run.origin,
    client: given(run.client),
    lossy: run.lossy || undefined,
    started_at: toIso(run.startedAt),
    disconnected_at: givenTime(run.disconnectedAt),
    ended_at: givenTime(run.endedAt),
  };
}

function toWireTokens(tokens: Tokens): z.input<typeof wireTokens> | undefined {
  const { input, output, reasoning, cacheRead, cacheWrite } = tokens;
  if ((input ?? output ?? reasoning ?? cacheRead ?? cacheWrite) === null) return undefined;
  return {
    input: given(input),
    output: given(output),
    reasoning: given(reasoning),
    cache_read: given(cacheRead),
    cache_write: given(cacheWrite),
  };
}

function given<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

function givenTime(milliseconds: number | null): string | undefined {
  return milliseconds === null ? undefined : toIso(milliseconds);
}

export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
