// Response items of Codex: messages, reasoning, calls and their outputs.
import { boundOutput, boundText } from "../bounds.ts";
import { textOf } from "../contents.ts";
import type { EventRecord, HostRecord, JsonObject, JsonValue, OutcomeRecord } from "../host.ts";
import { asInteger, asObject, asObjects, asText, type Foreign, parseJson, remaining } from "../narrow.ts";
import { newAction, newOutcome } from "../new-records.ts";
import { isOwnTool, withoutOwnTexts } from "../own-calls.ts";
import { toTodos } from "../todos.ts";

export interface ItemContext {
  sessionId: string;
  key: string;
  time: number | null;
  ownCalls: Set<string>;
  event(known: Partial<EventRecord>): EventRecord;
}

/** Its event first, if it makes one. Empty: nothing that is for us. Null: an unknown kind of item. */
export function itemRecords(item: JsonObject, context: ItemContext): HostRecord[] | null {
  const type = asText(item.type) ?? "";
  if (type === "message" || type === "agent_message") return messageRecords(item, context);
  if (type === "reasoning") return reasoningRecords(item, context);
  if (type === "compaction" || type === "ghost_snapshot" || type === "other") return [];
  if (type.endsWith("_output")) return outputRecords(item, context);
  if (type.endsWith("_call")) return callRecords(type, item, context);
  return null;
}

function messageRecords(item: JsonObject, context: ItemContext): HostRecord[] {
  const content = textOf(item.content);
  const isUser = item.role === "user";
  // What Codex itself tells the model: instructions, permissions, the environment.
  if (content === null || (item.role !== "assistant" && (!isUser || isInjected(content)))) return [];
  const { type, role, content: _, id, ...rest } = item;
  const known = { content, messageId: asText(id), raw: remaining(rest) };
  return [context.event({ ...known, author: isUser ? "user" : "assistant" })];
}

const injected = [
  "<environment_context>",
  "<user_instructions>",
  "<permissions instructions>",
  "<turn_aborted>",
  "<subagent_notification>",
  "<skill>",
  "# AGENTS.md instructions",
];

/** What Codex of old says of it, in the user's name, before the first prompt. */
export function directoryOf(item: JsonObject): string | null {
  const content = item.role === "user" ? textOf(item.content) : null;
  if (content === null || !content.trimStart().startsWith("<environment_context>")) return null;
  const [, tagged, said] =
    /<cwd>([^<\r\n]{1,4096})<\/cwd>|Current working directory: ([^\r\n<]{1,4096})/.exec(content) ?? [];
  return (tagged ?? said)?.trim() || null;
}

function isInjected(content: string): boolean {
  const start = content.slice(0, 200).trimStart();
  return injected.some((words) => start.startsWith(words));
}

/** Without `encrypted_content`, which only the model's maker can read. */
function reasoningRecords(item: JsonObject, context: ItemContext): HostRecord[] {
  const texts = [...asObjects(item.summary), ...asObjects(item.content)].flatMap(
    ({ text }) => asText(text) ?? [],
  );
  if (texts.length === 0) return [];
  return [context.event({ type: "reasoning", reasoning: texts.join("\n\n"), messageId: asText(item.id) })];
}

function callRecords(type: string, item: JsonObject, context: ItemContext): HostRecord[] {
  const namespace = asText(item.namespace);
  const own = asText(item.name) ?? type.slice(0, -"_call".length);
  const toolName = namespace === null ? own : `${namespace}${namespace.endsWith("__") ? "" : "__"}${own}`;
  // Searches on the maker's side have no id and no output.
  const callId = asText(item.call_id) ?? asText(item.id) ?? context.key;
  const status = asText(item.call_id) === null && item.status === "completed" ? "completed" : "pending";
  const input = inputOf(item);
  if (isOwnTool(toolName)) context.ownCalls.add(callId);
  const action = newAction({ callId, toolName, input, status, startedAt: context.time });
  const event = context.event({ type: "tool_call", actions: [withoutOwnTexts(action)] });
  if (toolName !== "update_plan") return [event];
  const todos = toTodos(asObject(input)?.plan);
  return [event, { kind: "todos", sessionId: context.sessionId, todos, at: context.time }];
}

function inputOf(item: JsonObject): JsonValue | undefined {
  const given = item.arguments ?? item.input ?? item.action ?? item.query;
  return typeof given === "string" ? (parseJson(given) ?? given) : given;
}

function outputRecords(item: JsonObject, context: ItemContext): HostRecord[] {
  const callId = asText(item.call_id);
  if (callId === null) return [];
  const outcome = newOutcome({ sessionId: context.sessionId, callId, endedAt: context.time });
  const said = !context.ownCalls.delete(callId);
  const { text, failure } = outputOf(item.output);
  if (failure !== null) fail(outcome, said ? failure : null);
  if (said) outcome.output = boundOutput(text);
  return [outcome];
}

function fail(outcome: OutcomeRecord, failure: string | null): void {
  outcome.status = "error";
  outcome.error = failure === null ? null : boundText(failure);
}

interface Output {
  text: JsonValue | undefined;
  failure: string | null;
}

/** A text; a text of JSON with an exit code; an object that says whether it went well; or a list of contents. */
function outputOf(output: Foreign): Output {
  const object = asObject(typeof output === "string" ? parseJson(output) : output);
  const said = asText(object?.output) ?? textOf(object?.content) ?? textOf(output);
  const exitCode = asInteger(asObject(object?.metadata)?.exit_code) ?? printedExitCode(said);
  if (object?.success === false) return { text: said ?? undefined, failure: said ?? "failed" };
  if (exitCode === null && said?.startsWith("apply_patch verification failed")) {
    return { text: said, failure: said };
  }
  const failure = exitCode === null || exitCode === 0 ? null : `exit code ${exitCode}`;
  return { text: said ?? (output === undefined || output === "" ? "" : output), failure };
}

/** shell and shell_command print it first, exec_command among the lines above the output. */
function printedExitCode(text: string | null): number | null {
  const head = text?.slice(0, 300) ?? "";
  const printed =
    /^Exit code: (-?\d{1,6})(?:\r?\n|$)/.exec(head) ?? /^Process exited with code (-?\d{1,6})$/m.exec(head);
  return printed === null ? null : Number(printed[1]);
}
