// A message of Gemini CLI → an event for its thoughts, one for what was said, and one for each tool call: a message is written
// with its text first, and the others come to it.
import { boundEvent, boundText } from "../bounds.ts";
import { textOf } from "../contents.ts";
import type {
  ActionRecord,
  CallStatus,
  EventRecord,
  HostRecord,
  JsonObject,
  JsonValue,
  TodosRecord,
} from "../host.ts";
import { asCount, asObject, asObjects, asText, asTime, type Foreign, lookUp, remaining } from "../narrow.ts";
import { newAction, newEvent, newExpectedSkip, newSkip, newTokens } from "../new-records.ts";
import { withoutOwnTexts } from "../own-calls.ts";
import { toTodos } from "../todos.ts";

export interface MessageContext {
  sessionId: string;
  turnId: string | null;
  time: number | null;
}

const types = new Set(["user", "gemini", "info", "error", "warning"]);

/** Empty only for what is skipped, and says so. */
export function messageRecords(message: JsonObject, context: MessageContext): HostRecord[] {
  const id = asText(message.id);
  if (id === null || !types.has(String(message.type))) return [newSkip("unknown type")];
  const createdAt = asTime(message.timestamp) ?? context.time;
  const event = (known: Partial<EventRecord>) =>
    boundEvent(
      newEvent({
        sessionId: context.sessionId,
        key: id,
        turnId: context.turnId,
        messageId: id,
        createdAt,
        ...known,
      }),
    );
  if (message.type === "user") return userRecords(message, event);
  if (message.type !== "gemini") return noticeRecords(message, event);
  return answerRecords(message, id, event, { sessionId: context.sessionId, createdAt });
}

type MakeEvent = (known: Partial<EventRecord>) => EventRecord;

function userRecords(message: JsonObject, event: MakeEvent): HostRecord[] {
  const content = textOf(message.content);
  // A function's response: it is in its call too.
  if (content === null) return [newExpectedSkip("no content")];
  return [event({ author: "user", content, turnId: asText(message.id) })];
}

/** info, warning and error: what Gemini CLI says itself. */
function noticeRecords(message: JsonObject, event: MakeEvent): HostRecord[] {
  const content = textOf(message.content);
  if (content === null) return [newExpectedSkip("no content")];
  if (message.type === "error")
    return [event({ type: "error", author: "system", content, error: boundText(content) })];
  return [event({ type: "status", author: "system", content })];
}

interface Placed {
  sessionId: string;
  createdAt: number | null;
}

function answerRecords(message: JsonObject, id: string, event: MakeEvent, context: Placed): HostRecord[] {
  const content = textOf(message.content);
  const thoughts = asObjects(message.thoughts).flatMap((thought) => thoughtOf(thought) ?? []);
  const tokens = tokensOf(asObject(message.tokens));
  const calls = asObjects(message.toolCalls).flatMap(
    (call, index) => toAction(call, `${id}/${index + 1}`) ?? [],
  );
  const model = asText(message.model);
  const records: HostRecord[] = [];
  if (thoughts.length > 0) {
    records.push(
      event({ key: `${id}/thoughts`, type: "reasoning", reasoning: thoughts.join("\n\n"), model }),
    );
  }
  if (content !== null || tokens !== null || (calls.length === 0 && thoughts.length === 0)) {
    const type = content === null ? "status" : "message";
    records.push(event({ type, content, model, tokens, raw: rawOf(message) }));
  }
  for (const action of calls) {
    const known = { type: "tool_call" as const, key: `${id}/${action.callId}`, model, actions: [action] };
    records.push(event({ ...known, ...(action.startedAt === null ? {} : { createdAt: action.startedAt }) }));
    records.push(...todosOf(action, context));
  }
  return records;
}

function todosOf({ toolName, input, startedAt }: ActionRecord, context: Placed): TodosRecord[] {
  if (toolName !== "write_todos") return [];
  const at = startedAt ?? context.createdAt;
  return [{ kind: "todos", sessionId: context.sessionId, todos: toTodos(asObject(input)?.todos), at }];
}

function thoughtOf({ subject, description, text }: JsonObject): string | null {
  const words = [asText(subject), asText(description) ?? asText(text)].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(": ");
}

function tokensOf(tokens: JsonObject | null) {
  if (tokens === null) return null;
  const cached = asCount(tokens.cached) ?? 0;
  const input = asCount(tokens.input);
  return newTokens({
    // Their prompt count holds what was read from the cache, and not what tools brought.
    input: input === null ? null : Math.max(0, input - cached) + (asCount(tokens.tool) ?? 0),
    output: asCount(tokens.output),
    reasoning: asCount(tokens.thoughts),
    cacheRead: asCount(tokens.cached),
  });
}

const ended: Record<string, CallStatus> = {
  success: "completed",
  error: "error",
  cancelled: "error",
  executing: "running",
};

function toAction(call: JsonObject, made: string): ActionRecord | null {
  const toolName = asText(call.name);
  if (toolName === null) return null;
  const status = lookUp(ended, call.status) ?? "pending";
  const output = outputOf(call.result);
  const said = typeof output === "string" ? output : JSON.stringify(output ?? "");
  return withoutOwnTexts(
    newAction({
      callId: asText(call.id) ?? made,
      toolName,
      status,
      title: asText(call.description) ?? asText(call.displayName),
      input: call.args,
      output: status === "completed" ? output : undefined,
      error:
        status === "error"
          ? boundText(call.status === "cancelled" ? `cancelled ${said}`.trim() : said)
          : null,
      startedAt: asTime(call.timestamp),
    }),
  );
}

/** The text in a function's response, which is a list of parts. */
function outputOf(result: Foreign): JsonValue | undefined {
  if (result === undefined || result === null) return undefined;
  const responses = [result]
    .flat()
    .flatMap((part) => asObject(asObject(part)?.functionResponse)?.response ?? []);
  const texts = responses.flatMap((response) => {
    const said = asObject(response);
    return asText(said?.output) ?? asText(said?.error) ?? [];
  });
  return texts.length > 0 ? texts.join("\n\n") : (textOf(result) ?? result);
}

function rawOf(message: JsonObject): JsonObject | undefined {
  const { id, timestamp, type, content, displayContent, toolCalls, thoughts, tokens, model, ...rest } =
    message;
  return remaining(rest);
}
