// A row of PokéCode's session_messages: its own columns, and what its provider said, whole in `raw`.
import { boundEvent, boundOutput, boundText } from "../bounds.ts";
import { textOf } from "../contents.ts";
import type { Row } from "../foreign-sqlite.ts";
import type {
  ActionRecord,
  EventRecord,
  HostRecord,
  JsonObject,
  OutcomeRecord,
  TokenCounts,
} from "../host.ts";
import { asCost, asCount, asObject, asObjects, asText, asTime, parseJson } from "../narrow.ts";
import { newAction, newEvent, newExpectedSkip, newOutcome, newSkip, newTokens } from "../new-records.ts";
import { isOwnTool, withoutOwnTexts } from "../own-calls.ts";
import type { UsageByMessage } from "../usage-by-message.ts";
import { type CodexRow, readCodexRow } from "./codex-rows.ts";

export function messageRecords(row: Row, usage: UsageByMessage): HostRecord[] {
  const sessionId = asText(row.session_id);
  const key = asText(row.id);
  if (sessionId === null || key === null) return [newSkip("no session")];
  const data = asObject(parseJson(row.content_data));
  const provider = asText(row.provider_session_id);
  const about = {
    sessionId,
    key,
    metadata: provider === null ? null : { provider_session_id: provider },
    createdAt: asTime(row.created_at),
    raw: data ?? undefined,
  };
  const codex = data === null ? null : readCodexRow(data, key);
  if (codex !== null) return codexRecords(codex, about);
  const said = asObject(data?.message) ?? data ?? {};
  const content =
    textOf(said.content) ?? asText(data?.result) ?? (data === null ? asText(row.content_data) : null);
  const blocks = Array.isArray(said.content) ? asObjects(said.content) : [];
  const thinking = blocks.flatMap((block) => asText(block.thinking) ?? []);
  const actions = blocks.flatMap((block) => toAction(block) ?? []);
  const outcomes = blocks.flatMap((block) => toOutcome(block, sessionId) ?? []);
  const error =
    row.type === "error" ? boundText(content ?? asText(said.error) ?? JSON.stringify(data)) : null;
  if (content === null && actions.length === 0 && outcomes.length > 0) return outcomes;
  const event = toEvent({
    ...about,
    ...kindOf(row.type, content, actions, thinking),
    content,
    reasoning: thinking.length === 0 ? null : thinking.join("\n\n"),
    actions,
    messageId: asText(said.id),
    model: asText(said.model),
    finish: asText(said.stop_reason) ?? asText(data?.subtype),
    error,
    tokens: tokensOf(row, said, usage),
    costUsd: asCost(data?.total_cost_usd),
  });
  return [event, ...outcomes];
}

/** Its whole row is `raw`, unless that has what one of our own tools was told. */
function toEvent(known: About): EventRecord {
  const { raw, ...rest } = known;
  const isOwn = known.actions?.some(({ toolName }) => isOwnTool(toolName)) === true;
  return boundEvent(newEvent(isOwn ? rest : { ...rest, raw }));
}

type About = Parameters<typeof newEvent>[0];

/** Codex names a turn's usage at its end, for all of the turn: a row's own count would be counted twice. */
function codexRecords({ event, todos }: CodexRow, about: About): HostRecord[] {
  const { sessionId, createdAt } = about;
  if (todos !== null) return [{ kind: "todos", sessionId, todos, at: createdAt ?? null }];
  return event === null
    ? [newExpectedSkip("no content")]
    : [toEvent({ ...about, author: "assistant", ...event })];
}

type Kind = Pick<EventRecord, "author" | "type">;

function kindOf(
  type: Row[string] | undefined,
  content: string | null,
  actions: ActionRecord[],
  thinking: string[],
): Kind {
  const author = type === "user" || type === "system" ? type : "assistant";
  if (type === "result" || type === "error") return { author, type };
  if (content !== null) return { author, type: "message" };
  if (actions.length > 0) return { author, type: "tool_call" };
  return { author, type: thinking.length > 0 ? "reasoning" : "message" };
}

/** What the provider says by kind, once for each message; else the one count of the row: what a user says goes in. */
function tokensOf(row: Row, said: JsonObject, usage: UsageByMessage): TokenCounts | null {
  // The whole turn's, once more.
  if (row.type === "result") return null;
  const counts = asObject(said.usage);
  if (counts !== null) return usage.count(asText(said.id), counts);
  const count = asCount(row.token_count);
  return newTokens(row.type === "user" ? { input: count } : { output: count });
}

function toAction(block: JsonObject): ActionRecord | null {
  const callId = asText(block.id);
  const toolName = asText(block.name);
  if (block.type !== "tool_use" || callId === null || toolName === null) return null;
  return withoutOwnTexts(newAction({ callId, toolName, input: block.input }));
}

function toOutcome(block: JsonObject, sessionId: string): OutcomeRecord | null {
  const callId = asText(block.tool_use_id);
  if (block.type !== "tool_result" || callId === null) return null;
  const text = textOf(block.content) ?? "";
  if (block.is_error === true)
    return newOutcome({ sessionId, callId, status: "error", error: boundText(text) });
  return newOutcome({ sessionId, callId, output: boundOutput(text) });
}
