// The records as the protocol shows them: their schemas and types.
import * as z from "zod";
import { jobStatuses } from "../db/jobs.ts";
import {
  actionStatuses,
  eventTypes,
  origins,
  runStatuses,
  sessionStates,
  todoPriorities,
  todoStatuses,
} from "../db/records.ts";
import { lazily } from "./lazily.ts";

export const optionalText = z.string().optional();
const optionalCount = z.int().optional();
// A text was cut, or a value left out: `get_event` reads an event's on, by the names in truncated_fields.
export const cut = { truncated: z.boolean().optional(), truncated_fields: z.array(z.string()).optional() };

// Sums of a session too, which may leave the safe integers.
export const wireTokens = lazily(() =>
  z.object({
    input: z.number().optional(),
    output: z.number().optional(),
    reasoning: z.number().optional(),
    cache_read: z.number().optional(),
    cache_write: z.number().optional(),
  }),
);

export const wireSession = lazily(() =>
  z.object({
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
    tokens: wireTokens().optional(),
    cost_usd: z.number().optional(),
    origin: z.enum(origins),
    client: optionalText,
    lossy: z.boolean().optional(),
    created_at: z.string(),
    updated_at: z.string(),
    last_accessed_at: z.string(),
    is_working: z.boolean().optional().describe("Somebody works on a job of it"),
    current_job_id: optionalText,
    last_job_status: z.enum(jobStatuses).optional(),
    ...cut,
  }),
);
export type WireSession = z.input<ReturnType<typeof wireSession>>;

export const wireAction = lazily(() =>
  z.object({
    call_id: z.string(),
    tool_name: z.string(),
    title: optionalText,
    status: z.enum(actionStatuses),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    error: optionalText,
    started_at: optionalText,
    ended_at: optionalText,
  }),
);
export type WireAction = z.input<ReturnType<typeof wireAction>>;

export const wireEvent = lazily(() =>
  z.object({
    session_id: z.string(),
    seq: z.int(),
    origin_session_id: optionalText,
    type: z.enum(eventTypes),
    author: z.string(),
    content: optionalText,
    reasoning: optionalText,
    actions: z.array(wireAction()).optional(),
    agent: optionalText,
    branch: optionalText,
    turn_id: optionalText,
    message_id: optionalText,
    run_id: optionalText,
    finish: optionalText,
    error: optionalText,
    tokens: wireTokens().optional(),
    cost_usd: z.number().optional(),
    long_running_tool_ids: z.array(z.string()).optional(),
    metadata: z.unknown().optional(),
    raw: z.unknown().optional(),
    origin: z.enum(origins),
    client: optionalText,
    lossy: z.boolean().optional(),
    redactions: z.record(z.string(), z.int()).optional().describe("Secrets taken out, by rule"),
    forgotten_at: optionalText,
    created_at: z.string(),
    ...cut,
  }),
);
export type WireEvent = z.input<ReturnType<typeof wireEvent>>;

export const wireTodo = lazily(() =>
  z.object({
    id: optionalText,
    content: z.string(),
    status: z.enum(todoStatuses),
    priority: z.enum(todoPriorities),
    lossy: z.boolean().optional(),
    created_at: z.string(),
    updated_at: z.string(),
    ...cut,
  }),
);
export type WireTodo = z.input<ReturnType<typeof wireTodo>>;

export const wireCounts = lazily(() =>
  z.object({
    total: z.int(),
    pending: z.int(),
    in_progress: z.int(),
    completed: z.int(),
    cancelled: z.int(),
  }),
);

export const wireRun = lazily(() =>
  z.object({
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
  }),
);
export type WireRun = z.input<ReturnType<typeof wireRun>>;

const wireProject = lazily(() =>
  z.object({
    id: z.string(),
    directory: optionalText,
    name: optionalText,
    command: optionalText,
    prompt: optionalText,
    git_common_dir: optionalText,
    git_remote: optionalText,
    created_at: z.string(),
    updated_at: z.string(),
    last_run_at: optionalText,
    ...cut,
  }),
);
export type WireProject = z.input<ReturnType<typeof wireProject>>;

export const wireProjectSummary = lazily(() =>
  z.object({
    project: wireProject(),
    latest_run: wireRun().optional(),
    run_counts: z.object({
      total: z.int(),
      running: z.int(),
      completed: z.int(),
      failed: z.int(),
      crashed: z.int(),
      ended: z.int(),
    }),
    success_rate: z.number().optional().describe("completed / (completed + failed + crashed)"),
  }),
);
export type WireProjectSummary = z.input<ReturnType<typeof wireProjectSummary>>;

export const wireAuditEntry = lazily(() =>
  z.object({
    id: z.int(),
    at: z.string(),
    origin: z.enum(origins),
    client: optionalText,
    tool: z.string(),
    session_id: optionalText,
    subject_id: z.string(),
    details: z.unknown().optional().describe("Names of fields, ids and counts"),
    ...cut,
  }),
);
export type WireAuditEntry = z.input<ReturnType<typeof wireAuditEntry>>;
