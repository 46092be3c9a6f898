// The Store's records → what the protocol shows: ISO 8601 times, absent values left out.
import type * as z from "zod";
import type { AuditEntry } from "../db/audit.ts";
import type { Project, ProjectSummary } from "../db/projects.ts";
import type { Action, Event, Run, Session, Todo, Tokens } from "../db/records.ts";
import type {
  WireAction,
  WireAuditEntry,
  WireEvent,
  WireProject,
  WireProjectSummary,
  WireRun,
  WireSession,
  WireTodo,
  wireTokens,
} from "./wire-records.ts";

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
    origin_session_id: given(event.originSessionId),
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
    redactions: given(event.redactions),
    forgotten_at: givenTime(event.forgottenAt),
    created_at: toIso(event.createdAt),
  };
}

export function toWireAction(action: Action): WireAction {
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

function toWireProject(project: Project): WireProject {
  return {
    id: project.id,
    directory: project.directory,
    name: given(project.name),
    command: given(project.command),
    prompt: given(project.prompt),
    git_common_dir: given(project.gitCommonDir),
    git_remote: given(project.gitRemote),
    created_at: toIso(project.createdAt),
    updated_at: toIso(project.updatedAt),
    last_run_at: givenTime(project.lastRunAt),
  };
}

/** The success rate leaves out the runs that are still running, and those whose outcome nobody knows. */
export function toWireProjectSummary({ project, latestRun, runCounts }: ProjectSummary): WireProjectSummary {
  const { running, completed, failed, crashed, ended } = runCounts;
  const judged = completed + failed + crashed;
  return {
    project: toWireProject(project),
    latest_run: latestRun === null ? undefined : toWireRun(latestRun),
    run_counts: { total: judged + running + ended, running, completed, failed, crashed, ended },
    success_rate: judged === 0 ? undefined : completed / judged,
  };
}

export function toWireAuditEntry(entry: AuditEntry): WireAuditEntry {
  return {
    id: entry.id,
    at: toIso(entry.at),
    origin: entry.origin,
    client: given(entry.client),
    tool: entry.tool,
    session_id: given(entry.sessionId),
    subject_id: entry.subjectId,
    details: given(entry.details),
  };
}

export function toWireTokens(tokens: Tokens): z.input<ReturnType<typeof wireTokens>> | undefined {
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

export function given<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

export function givenTime(milliseconds: number | null): string | undefined {
  return milliseconds === null ? undefined : toIso(milliseconds);
}

export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
