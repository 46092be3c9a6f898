// What each kind of record may lose when a result has to become smaller.
import { type Cuttable, cutRecord, cutText } from "./budget.ts";
import type { WireCheckpoint } from "./wire-checkpoints.ts";
import type {
  WireAction,
  WireAuditEntry,
  WireEvent,
  WireProject,
  WireProjectSummary,
  WireRun,
  WireSession,
  WireTodo,
} from "./wire-records.ts";
import type { WireTurn } from "./wire-turns.ts";

const sessionParts: Cuttable<WireSession> = {
  texts: [
    "context",
    "title",
    "directory",
    "git_branch",
    "provider_session_id",
    "user_id",
    "agent",
    "provider",
    "client",
    "app_name",
  ],
  values: ["metadata"],
};
const runParts: Cuttable<WireRun> = {
  texts: ["prompt", "error", "command", "evidence", "directory", "client"],
  values: ["args"],
};
const eventParts: Cuttable<WireEvent> = {
  texts: ["content", "reasoning", "error"],
  values: ["raw", "metadata", "long_running_tool_ids"],
};
// An id is left out whole: a part of one would name another.
const todoParts: Cuttable<WireTodo> = { texts: [], values: ["id"] };
const checkpointParts: Cuttable<WireCheckpoint> = { texts: ["label", "client"], values: [] };
const longestOwnId = 60;

const projectParts: Cuttable<WireProject> = {
  texts: ["prompt", "command", "name", "directory", "git_common_dir", "git_remote"],
  values: [],
};
const auditParts: Cuttable<WireAuditEntry> = { texts: ["client"], values: ["details"] };

export const cutSession = (session: WireSession, cap: number) => cutRecord(session, cap, sessionParts);
export const cutRun = (run: WireRun, cap: number) => cutRecord(run, cap, runParts);

export const cutAuditEntry = (entry: WireAuditEntry, cap: number) => cutRecord(entry, cap, auditParts);

/** Its project and its run, each cut. */
export function cutProjectSummary(summary: WireProjectSummary, cap: number): WireProjectSummary {
  const { project, latest_run } = summary;
  return {
    ...summary,
    project: cutRecord(project, cap, projectParts),
    latest_run: latest_run && cutRun(latest_run, cap),
  };
}

/** A todo always says something of what is to be done. */
export function cutTodo(todo: WireTodo, cap: number): WireTodo {
  const known = cutRecord(todo, Math.max(cap, longestOwnId), todoParts);
  const content = cutText(todo.content, Math.max(cap, 30));
  return content === todo.content ? known : { ...known, content, truncated: true };
}

export const cutCheckpoint = (checkpoint: WireCheckpoint, cap: number) =>
  cutRecord(checkpoint, cap, checkpointParts);

/** Without its id, if that is long: first_seq and last_seq tell where it is all the same. */
export function cutTurnId<T extends WireTurn>(turn: T, cap: number): T {
  const isLong = JSON.stringify(turn.turn_id ?? "").length > Math.max(cap, longestOwnId);
  return isLong ? { ...turn, turn_id: undefined, truncated_fields: ["turn_id"] } : turn;
}

/** Its truncated_fields are what `get_event` takes as `field`. With a cap of 0 only what identifies it is left. */
export function cutEvent(event: WireEvent, cap: number): WireEvent {
  if (cap === 0) return identityOf(event);
  const cutNames: string[] = [];
  const actions = event.actions?.map((action, index) => {
    const cut = cutAction(action, cap);
    cutNames.push(...cut.names.map((name) => `actions.${index}.${name}`));
    return cut.action;
  });
  const smaller =
    cutNames.length === 0
      ? event
      : {
          ...event,
          actions,
          truncated: true,
          truncated_fields: [...new Set([...(event.truncated_fields ?? []), ...cutNames])],
        };
  return cutRecord(smaller, cap, eventParts);
}

/** The characters of its texts alone: its JSON is longer. */
export function leastEventSize({ content, reasoning, actions }: WireEvent, cap: number): number {
  let chars = Math.min(content?.length ?? 0, cap) + Math.min(reasoning?.length ?? 0, cap);
  for (const { output } of actions ?? []) {
    if (typeof output === "string") chars += Math.min(output.length, cap);
  }
  return chars;
}

/** Texts cut at 300 characters, without raw and metadata: what a list of many events is read for. */
export function toConcise({ raw: _raw, metadata: _metadata, ...event }: WireEvent): WireEvent {
  return cutEvent(event, 300);
}

/** `names`: its fields that were cut. */
export function cutAction(action: WireAction, cap: number): { action: WireAction; names: string[] } {
  const copy: WireAction = { ...action };
  const names: string[] = [];
  for (const name of ["input", "output", "error", "title"] as const) {
    const value = copy[name];
    if (value === undefined) continue;
    // The start of a JSON text says more to a reader than its absence.
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (text.length <= cap) continue;
    copy[name] = cutText(text, cap);
    names.push(name);
  }
  return { action: copy, names };
}

function identityOf(event: WireEvent): WireEvent {
  const { session_id, seq, type, author, origin, created_at, ...rest } = event;
  const left = Object.entries(rest).filter(([name, value]) => readable.has(name) && value !== undefined);
  const names = new Set([...(event.truncated_fields ?? []), ...left.map(([name]) => name)]);
  return {
    session_id,
    seq,
    type,
    author: cutText(author, 30),
    origin,
    created_at,
    truncated: true,
    truncated_fields: [...names],
  };
}

const readable = new Set([
  "content",
  "reasoning",
  "error",
  "actions",
  "raw",
  "metadata",
  "long_running_tool_ids",
]);
