// CodeWhale's runtime: a thread is a session, a turn's items its events.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { boundEvent, boundMetadata, boundText } from "../bounds.ts";
import type {
  ActionRecord,
  CallStatus,
  EventRecord,
  HostEventType,
  HostRecord,
  JsonObject,
} from "../host.ts";
import {
  asCount,
  asList,
  asName,
  asObject,
  asText,
  asTexts,
  asTime,
  lookUp,
  parseJson,
  remaining,
} from "../narrow.ts";
import { newAction, newEvent, newSession, newSkip, newTokens } from "../new-records.ts";
import { withoutOwnTexts } from "../own-calls.ts";

export function* threadRecords(thread: JsonObject): Generator<HostRecord> {
  const id = asText(thread.id);
  if (id === null) return yield newSkip("no session");
  const { schema_version, latest_turn_id, latest_response_bookmark, system_prompt, archived, ...rest } =
    thread;
  const { id: _, title, workspace, model, created_at, updated_at, ...kept } = rest;
  yield newSession({
    id,
    title: asText(title),
    directory: asText(workspace),
    agent: "codewhale",
    model: asText(model),
    state: archived === true ? "archived" : null,
    metadata: boundMetadata(remaining(kept)),
    createdAt: asTime(created_at),
    updatedAt: asTime(updated_at),
  });
}

/** A thread by what its own file says: other files of the runtime name it by its id alone. */
export function* threadOf(folder: string, id: string): Generator<HostRecord> {
  const thread = asObject(parseJson(readText(join(folder, "threads", `${id}.json`))));
  if (thread === null) yield newSession({ id, agent: "codewhale" });
  else yield* threadRecords(thread);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** With its items, which are files of their own in the order that the turn names. */
export async function* turnRecords(turn: JsonObject, path: string): AsyncGenerator<HostRecord> {
  const sessionId = asText(turn.thread_id);
  const turnId = asText(turn.id);
  if (sessionId === null || turnId === null) return yield newSkip("no session");
  const folder = dirname(dirname(path));
  yield* threadOf(folder, sessionId);
  const context = { sessionId, turnId, model: asText(turn.effective_model), time: asTime(turn.created_at) };
  const records: HostRecord[] = [];
  for (const id of asTexts(turn.item_ids)) {
    const item = await readRecord(join(folder, "items", `${id}.json`));
    records.push(item === null ? newSkip("unreadable") : itemEvent(id, item, context));
  }
  yield* withEnd(records, turn, context);
}

interface TurnContext {
  sessionId: string;
  turnId: string;
  model: string | null;
  time: number | null;
}

/** The turn's usage, error and end are on its last event; a turn without items is an event itself. */
function withEnd(
  records: HostRecord[],
  turn: JsonObject,
  { sessionId, turnId, time }: TurnContext,
): HostRecord[] {
  const last = records.findLast((record) => record.kind === "event" && record.author === "assistant");
  const usage = asObject(turn.usage);
  const cached = asCount(usage?.prompt_cache_hit_tokens) ?? asCount(usage?.cache_read_input_tokens);
  const input = asCount(usage?.input_tokens);
  const end = {
    finish: asText(turn.status),
    error: boundText(asText(turn.error)),
    tokens: newTokens({
      input: input === null ? null : Math.max(0, input - (cached ?? 0)),
      output: asCount(usage?.output_tokens),
      reasoning: asCount(usage?.reasoning_tokens),
      cacheRead: cached,
    }),
  };
  if (last?.kind === "event") {
    Object.assign(last, end, { messageId: turnId });
    return records;
  }
  if (end.tokens === null && end.error === null) return records;
  const type = end.error === null ? "status" : "error";
  return [
    ...records,
    newEvent({ sessionId, key: turnId, type, turnId, messageId: turnId, createdAt: time, ...end }),
  ];
}

async function readRecord(path: string): Promise<JsonObject | null> {
  return asObject(parseJson(await readFile(path, "utf8").catch(() => undefined)));
}

const kinds: Record<string, { type: HostEventType; author: string }> = {
  user_message: { type: "message", author: "user" },
  agent_message: { type: "message", author: "assistant" },
  agent_reasoning: { type: "reasoning", author: "assistant" },
  tool_call: { type: "tool_call", author: "assistant" },
  file_change: { type: "file_change", author: "assistant" },
  command_execution: { type: "command", author: "assistant" },
  context_compaction: { type: "compaction", author: "system" },
  status: { type: "status", author: "system" },
  error: { type: "error", author: "system" },
};

function itemEvent(
  id: string,
  item: JsonObject,
  { sessionId, turnId, model, time }: TurnContext,
): EventRecord {
  const kind = lookUp(kinds, item.kind) ?? { type: "status" as const, author: "system" };
  const text = asText(item.detail) ?? asText(item.summary);
  const isCall = kind.type === "tool_call" || kind.type === "command" || kind.type === "file_change";
  const {
    schema_version,
    id: _,
    turn_id,
    kind: __,
    detail,
    summary,
    started_at,
    ended_at,
    status,
    ...rest
  } = item;
  if (asList(rest.artifact_refs).length === 0) delete rest.artifact_refs;
  const event = newEvent({
    sessionId,
    key: id,
    ...kind,
    turnId,
    model: kind.author === "assistant" ? model : null,
    content: kind.type === "reasoning" || isCall ? null : text,
    reasoning: kind.type === "reasoning" ? text : null,
    error: kind.type === "error" ? boundText(text) : null,
    actions: isCall ? [toAction(id, item, text)] : [],
    createdAt: asTime(started_at) ?? time,
    raw: remaining(rest),
  });
  return boundEvent(event);
}

const statuses: Record<string, CallStatus> = {
  queued: "pending",
  in_progress: "running",
  completed: "completed",
  failed: "error",
  interrupted: "error",
  canceled: "error",
};

function toAction(id: string, item: JsonObject, text: string | null): ActionRecord {
  const metadata = asObject(item.metadata);
  const status = lookUp(statuses, item.status) ?? "completed";
  const failure = status === "error" ? (text ?? asText(item.status)) : null;
  return withoutOwnTexts(
    newAction({
      callId: asName(metadata?.tool_call_id) ?? asName(metadata?.call_id) ?? id,
      toolName: asText(metadata?.tool_name) ?? asText(metadata?.tool) ?? asText(item.kind) ?? "tool",
      title: asText(item.summary),
      status,
      input: metadata?.input ?? metadata?.arguments,
      output: status === "completed" ? (text ?? undefined) : undefined,
      error: boundText(failure),
      startedAt: asTime(item.started_at),
      endedAt: asTime(item.ended_at),
    }),
  );
}
