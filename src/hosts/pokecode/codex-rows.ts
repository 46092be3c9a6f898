// What PokéCode keeps of Codex: the lines that `codex exec --json` prints, each about a thread, a turn or an item.
import { boundOutput, boundText } from "../bounds.ts";
import { textOf } from "../contents.ts";
import type { ActionRecord, EventRecord, HostEventType, JsonObject, TodoRecord } from "../host.ts";
import { asCount, asInteger, asObject, asText, lookUp, remaining } from "../narrow.ts";
import { newAction, newTokens } from "../new-records.ts";
import { withoutOwnTexts } from "../own-calls.ts";
import { toTodos } from "../todos.ts";

export interface CodexRow {
  /** Null: it says nothing for an event. */
  event: Partial<EventRecord> | null;
  todos: TodoRecord[] | null;
}

/** Null: no line of Codex's. */
export function readCodexRow(data: JsonObject, key: string): CodexRow | null {
  const type = asText(data.type) ?? "";
  const item = asObject(data.item);
  if (item !== null && /^item\.(?:started|updated|completed)$/.test(type)) {
    if (item.type === "todo_list") return { event: null, todos: toTodos(item.items) };
    // An item that ends says once more what it was when it began.
    return { event: type === "item.completed" ? itemEvent(item, key) : null, todos: null };
  }
  switch (type) {
    case "thread.started":
    case "turn.started":
      return { event: null, todos: null };
    case "turn.completed":
      return { event: { type: "status", tokens: tokensOf(asObject(data.usage)) }, todos: null };
    case "turn.failed":
      return { event: errorEvent(asText(asObject(data.error)?.message)), todos: null };
    case "error":
      return asText(data.message) === null ? null : { event: errorEvent(asText(data.message)), todos: null };
    default:
      return null;
  }
}

function itemEvent(item: JsonObject, key: string): Partial<EventRecord> | null {
  const text = asText(item.text);
  switch (item.type) {
    case "agent_message":
      return { type: "message", content: text };
    case "reasoning":
      return { type: "reasoning", reasoning: text };
    case "error":
      return errorEvent(asText(item.message));
    default:
      return callEvent(item, key);
  }
}

function errorEvent(message: string | null): Partial<EventRecord> {
  return { type: "error", content: message, error: boundText(message ?? "failed") };
}

const types: Record<string, HostEventType> = {
  command_execution: "command",
  file_change: "file_change",
  mcp_tool_call: "tool_call",
  web_search: "tool_call",
};

function callEvent(item: JsonObject, key: string): Partial<EventRecord> | null {
  const type = lookUp(types, item.type);
  const kind = asText(item.type);
  return type === undefined || kind === null ? null : { type, actions: [toAction(item, kind, key)] };
}

function toAction(item: JsonObject, kind: string, key: string): ActionRecord {
  const [server, tool] = [asText(item.server), asText(item.tool)];
  const { command, changes, arguments: given, query } = item;
  const exitCode = asInteger(item.exit_code) ?? 0;
  const failed = item.status === "failed" || item.status === "declined" || exitCode !== 0;
  const said = asText(asObject(item.error)?.message) ?? (exitCode === 0 ? null : `exit code ${exitCode}`);
  const output = item.aggregated_output ?? textOf(asObject(item.result)?.content) ?? undefined;
  return withoutOwnTexts(
    newAction({
      // Codex counts its items anew for each prompt.
      callId: `${key}/${asText(item.id) ?? "1"}`,
      toolName: server === null || tool === null ? kind : `mcp__${server}__${tool}`,
      status: failed ? "error" : "completed",
      input: given ?? remaining({ command: command ?? null, changes: changes ?? null, query: query ?? null }),
      output: boundOutput(output),
      error: failed ? boundText(said ?? asText(item.status) ?? "failed") : null,
    }),
  );
}

/** Their input holds what was read from the cache. */
function tokensOf(usage: JsonObject | null) {
  const input = asCount(usage?.input_tokens);
  const cached = asCount(usage?.cached_input_tokens);
  return newTokens({
    input: input === null ? null : Math.max(0, input - (cached ?? 0)),
    output: asCount(usage?.output_tokens),
    reasoning: asCount(usage?.reasoning_output_tokens),
    cacheRead: cached,
  });
}
