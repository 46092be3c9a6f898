// A saved session of CodeWhale: `{metadata, messages, system_prompt, work_state}`. Its messages have no ids and no times.
import { boundEvent, boundMetadata, boundOutput, boundText } from "../bounds.ts";
import { textOf } from "../contents.ts";
import type { ActionRecord, HostRecord, JsonObject, OutcomeRecord, SessionRecord } from "../host.ts";
import { keyOfParts } from "../keys.ts";
import { asCost, asObject, asObjects, asText, asTime, remaining } from "../narrow.ts";
import { newAction, newEvent, newOutcome, newSession, newSkip } from "../new-records.ts";
import { isOwnTool, withoutOwnTexts } from "../own-calls.ts";
import { toTodos } from "../todos.ts";

export function* sessionRecords(document: JsonObject): Generator<HostRecord> {
  const session = toSession(asObject(document.metadata) ?? {});
  if (session === null) return yield newSkip("no session");
  yield session;
  const keys = new MessageKeys();
  const ownCalls = new Set<string>();
  let turnId: string | null = null;
  for (const message of asObjects(document.messages)) {
    const key = keys.next(message);
    for (const record of messageRecords(message, { session, key, turnId, ownCalls })) {
      if (record.kind === "event" && record.author === "user") {
        turnId = key;
        record.turnId = key;
      }
      yield record;
    }
  }
  const work = asObject(document.work_state) ?? asObject(document.work);
  const todos = toTodos(asObject(work?.todos)?.items ?? work?.todos);
  if (todos.length > 0) yield { kind: "todos", sessionId: session.id, todos, at: session.updatedAt };
}

function toSession(metadata: JsonObject): SessionRecord | null {
  const id = asText(metadata.id);
  if (id === null) return null;
  const { mode, model_provider, total_tokens, cost, forked_from_message_count, cumulative_turn_secs } =
    metadata;
  const kept = { mode, model_provider, total_tokens, cost, forked_from_message_count, cumulative_turn_secs };
  return newSession({
    id,
    parentId: asText(metadata.parent_session_id),
    title: asText(metadata.title),
    directory: asText(metadata.workspace),
    agent: "codewhale",
    model: asText(metadata.model),
    state: metadata.archived === true ? "archived" : null,
    metadata: boundMetadata(remaining(kept as JsonObject)),
    createdAt: asTime(metadata.created_at),
    updatedAt: asTime(metadata.updated_at),
  });
}

/** The same text said twice has two keys; a message keeps its own while those before it are dropped or added. */
class MessageKeys {
  readonly #seen = new Map<string, number>();

  next(message: JsonObject): string {
    const hash = keyOfParts(JSON.stringify([message.role, message.content]));
    const times = (this.#seen.get(hash) ?? 0) + 1;
    this.#seen.set(hash, times);
    return times === 1 ? hash : `${hash}/${times}`;
  }
}

interface MessageContext {
  session: SessionRecord;
  key: string;
  turnId: string | null;
  ownCalls: Set<string>;
}

function messageRecords(
  message: JsonObject,
  { session, key, turnId, ownCalls }: MessageContext,
): HostRecord[] {
  const blocks =
    typeof message.content === "string" ? [{ text: message.content }] : asObjects(message.content);
  const outcomes = blocks.flatMap((block: JsonObject) => toOutcome(block, session.id, ownCalls) ?? []);
  const actions = blocks.flatMap((block: JsonObject) => toAction(block, ownCalls) ?? []);
  const thinking = blocks.flatMap((block: JsonObject) => asText(block.thinking) ?? []);
  const content = textOf(
    blocks.filter((block: JsonObject) => block.type === undefined || block.type === "text"),
  );
  const said = content !== null || actions.length > 0 || thinking.length > 0;
  if (!said) return outcomes.length > 0 ? outcomes : [newSkip("no content")];
  const author = message.role === "user" || message.role === "system" ? message.role : "assistant";
  const event = newEvent({
    sessionId: session.id,
    key,
    type: content !== null ? "message" : actions.length > 0 ? "tool_call" : "reasoning",
    author,
    content,
    reasoning: thinking.length === 0 ? null : thinking.join("\n\n"),
    actions,
    turnId,
    model: author === "assistant" ? session.model : null,
    costUsd: asCost(message.cost_usd),
    createdAt: asTime(message.timestamp) ?? asTime(message.created_at) ?? session.createdAt,
  });
  return [...outcomes, boundEvent(event)];
}

function toAction(block: JsonObject, ownCalls: Set<string>): ActionRecord | null {
  const callId = asText(block.id);
  const toolName = asText(block.name);
  if (asText(block.type)?.endsWith("tool_use") !== true || callId === null || toolName === null) return null;
  if (isOwnTool(toolName)) ownCalls.add(callId);
  return withoutOwnTexts(newAction({ callId, toolName, input: block.input }));
}

function toOutcome(block: JsonObject, sessionId: string, ownCalls: Set<string>): OutcomeRecord | null {
  const callId = asText(block.tool_use_id);
  if (callId === null) return null;
  const status = block.is_error === true ? "error" : "completed";
  if (ownCalls.delete(callId)) return newOutcome({ sessionId, callId, status });
  const text = textOf(block.content) ?? "";
  if (status === "error") return newOutcome({ sessionId, callId, status, error: boundText(text) });
  return newOutcome({ sessionId, callId, output: boundOutput(text) });
}
