// What the user's and the assistant's lines of Claude Code say: texts, thinking, tool calls and their results.
import { boundOutput, boundText } from "../bounds.ts";
import { blockText, textOf } from "../contents.ts";
import type {
  ActionRecord,
  EventRecord,
  HostEventType,
  HostRecord,
  JsonObject,
  OutcomeRecord,
  TodosRecord,
} from "../host.ts";
import { asCost, asObject, asObjects, asText, type Foreign, remaining } from "../narrow.ts";
import { newAction, newOutcome } from "../new-records.ts";
import { isOwnTool, withoutOwnTexts } from "../own-calls.ts";
import { toTodos } from "../todos.ts";
import type { UsageByMessage } from "../usage-by-message.ts";
import type { TaskList } from "./tasks.ts";

/** What a line's meaning depends on besides itself. */
export interface MessageContext {
  sessionId: string;
  event(known: Partial<EventRecord>): EventRecord;
  time: number | null;
  usage: UsageByMessage;
  tasks: TaskList;
  ownCalls: Set<string>;
  /** A subagent of old, whose lines stand in its parent's session: its plan is not the session's. */
  isSidechain: boolean;
}

export function userRecords(line: JsonObject, context: MessageContext): HostRecord[] {
  const message = asObject(line.message);
  if (message === null) return [];
  const blocks = blocksOf(message.content);
  const results = blocks.filter(isResult);
  const content = textOf(blocks.filter((block) => !isResult(block)));
  const records: HostRecord[] = results.flatMap((block) => resultRecords(block, line, context));
  if (content === null) return records;
  return [...records, context.event({ ...userKind(line, content), content, raw: rawOf(line, message) })];
}

function userKind(line: JsonObject, content: string): { type: HostEventType; author: string } {
  if (line.isCompactSummary === true) return { type: "compaction", author: "system" };
  if (line.isMeta === true) return { type: "message", author: "system" };
  if (isTyped(content)) return { type: "command", author: "user" };
  if (content.startsWith("[Request interrupted by user")) return { type: "status", author: "user" };
  return { type: "message", author: "user" };
}

// A slash command or a shell line that the user typed, and what it printed.
function isTyped(content: string): boolean {
  return /^\s{0,4}<(?:command-name|command-message|local-command-std(?:out|err)|bash-(?:input|stdout|stderr))>/.test(
    content,
  );
}

export function assistantRecords(line: JsonObject, context: MessageContext): HostRecord[] {
  const message = asObject(line.message);
  if (message === null) return [];
  const blocks = blocksOf(message.content);
  const actions = blocks.flatMap((block) => toAction(block, context) ?? []);
  const thinking = blocks.flatMap((block) => asText(block.thinking) ?? []);
  const content = textOf(blocks.filter((block) => blockText(block) !== null && !isResult(block)));
  const failed = line.isApiErrorMessage === true;
  const records: HostRecord[] = blocks
    .filter(isResult)
    .flatMap((block) => resultRecords(block, line, context));
  const messageId = asText(message.id);
  const tokens = context.usage.count(messageId, asObject(message.usage));
  if (content === null && thinking.length === 0 && actions.length === 0 && tokens === null) return records;
  const event = context.event({
    type: failed ? "error" : typeOf(content, thinking, actions),
    author: "assistant",
    content,
    reasoning: thinking.length === 0 ? null : thinking.join("\n\n"),
    actions,
    messageId,
    model: modelOf(message),
    finish: asText(message.stop_reason),
    error: failed ? boundText(content ?? asText(line.error)) : null,
    tokens,
    costUsd: asCost(line.costUSD),
    raw: rawOf(line, message),
  });
  return [event, ...records, ...actions.flatMap((action) => todosOf(action, context))];
}

/** Null also for what Claude Code says itself in a model's place. */
export function modelOf(message: JsonObject | null): string | null {
  const model = asText(message?.model);
  return model === "<synthetic>" ? null : model;
}

function typeOf(content: string | null, thinking: string[], actions: ActionRecord[]): HostEventType {
  if (content !== null) return "message";
  if (actions.length > 0) return "tool_call";
  return thinking.length > 0 ? "reasoning" : "status";
}

function blocksOf(content: Foreign): JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : asObjects(content);
}

/** tool_result, and those of tools that ran on the server: web_search_tool_result, mcp_tool_result … */
function isResult(block: JsonObject): boolean {
  return asText(block.type)?.endsWith("tool_result") === true;
}

function toAction(block: JsonObject, { ownCalls, time }: MessageContext): ActionRecord | null {
  const callId = asText(block.id);
  const toolName = asText(block.name);
  if (callId === null || toolName === null || asText(block.type)?.endsWith("tool_use") !== true) return null;
  if (isOwnTool(toolName)) ownCalls.add(callId);
  return withoutOwnTexts(newAction({ callId, toolName, input: block.input, startedAt: time }));
}

function resultRecords(block: JsonObject, line: JsonObject, context: MessageContext): HostRecord[] {
  const callId = asText(block.tool_use_id);
  if (callId === null) return [];
  const outcome = newOutcome({ sessionId: context.sessionId, callId, endedAt: context.time });
  if (block.is_error === true) outcome.status = "error";
  if (!context.ownCalls.delete(callId)) say(outcome, block.content);
  return [outcome, ...taskTodos(line, context)];
}

function say(outcome: OutcomeRecord, content: Foreign): void {
  const text = textOf(content);
  if (outcome.status === "error") outcome.error = boundText(text ?? "");
  else outcome.output = boundOutput(text ?? content);
}

function todosOf({ toolName, input }: ActionRecord, context: MessageContext): TodosRecord[] {
  const { sessionId, time, isSidechain } = context;
  if (toolName !== "TodoWrite" || isSidechain) return [];
  return [{ kind: "todos", sessionId, todos: toTodos(asObject(input)?.todos), at: time }];
}

function taskTodos(line: JsonObject, context: MessageContext): TodosRecord[] {
  const { tasks, sessionId, time, isSidechain } = context;
  const todos = isSidechain ? null : tasks.take(asObject(line.toolUseResult));
  return todos === null ? [] : [{ kind: "todos", sessionId, todos, at: time }];
}

/** What no field has. The result in `toolUseResult` is the one of the message again, as the screen shows it. */
function rawOf(line: JsonObject, message: JsonObject): JsonObject | undefined {
  const { type, timestamp, uuid, sessionId, cwd, version, userType, gitBranch, ...rest } = line;
  const {
    message: _,
    toolUseResult,
    isSidechain,
    agentId,
    promptId,
    isCompactSummary,
    isMeta,
    ...envelope
  } = rest;
  const { id, type: __, role, model, content, stop_reason, usage, ...inner } = message;
  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens, ...counts } =
    asObject(usage) ?? {};
  return remaining({
    ...envelope,
    message: remaining(inner) ?? null,
    usage: remaining(counts) ?? null,
  });
}
