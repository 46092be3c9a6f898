// A message with its parts, as opencode and its relatives store them → an event for each part that says something.
import { boundEvent, boundText } from "./bounds.ts";
import { blockText } from "./contents.ts";
import type { ActionRecord, CallStatus, EventRecord, HostRecord, JsonObject, TokenCounts } from "./host.ts";
import { asCost, asCount, asObject, asText, asTexts, asTime, type Foreign, remaining } from "./narrow.ts";
import { newAction, newEvent, newExpectedSkip, newSkip, newTokens } from "./new-records.ts";
import { withoutOwnTexts } from "./own-calls.ts";
import { toTodos } from "./todos.ts";

export interface Message {
  id: string;
  sessionId: string;
  data: JsonObject;
  /** Where the data does not say. */
  createdAt: number | null;
  /** Where the data does not say: the user's message before it. */
  turnId: string | null;
  parts: Part[];
}

export interface Part {
  id: string;
  data: JsonObject;
  createdAt: number | null;
}

/** What the message itself says (usage, end, error) is on its last event, but for the list of files that comes behind it. */
export function messageRecords(message: Message): HostRecord[] {
  const records = message.parts.flatMap((part) => partRecords(message, part));
  const events = records.filter((record) => record.kind === "event");
  const whole = wholeOf(message);
  const last = events.findLast(({ type }) => type !== "file_change") ?? events.at(-1);
  if (last !== undefined) {
    Object.assign(last, whole.known);
    last.raw ??= whole.raw;
  } else if (whole.known.tokens !== null || whole.known.error !== null || whole.content !== null) {
    records.push(eventOf(message, message.id, { ...whole.known, content: whole.content, type: whole.type }));
  } else if (records.length === 0) records.push(newExpectedSkip("no content"));
  return records.map((record) => (record.kind === "event" ? boundEvent(record) : record));
}

interface Whole {
  known: Pick<EventRecord, "finish" | "error" | "tokens" | "costUsd">;
  type: EventRecord["type"];
  /** etcode keeps a user's text in the message itself. */
  content: string | null;
  raw: JsonObject | undefined;
}

function wholeOf({ data }: Message): Whole {
  const error = errorOf(data.error);
  const content = asText(data.content);
  const {
    role,
    content: _,
    time,
    error: __,
    tokens,
    cost,
    finish,
    agent,
    modelID,
    sessionID,
    id,
    ...rest
  } = data;
  return {
    known: { finish: asText(finish), error, tokens: tokensOf(tokens), costUsd: asCost(cost) },
    type: content !== null ? "message" : error !== null ? "error" : "status",
    content,
    raw: remaining(rest),
  };
}

function tokensOf(tokens: Foreign): TokenCounts | null {
  const counts = asObject(tokens);
  if (counts === null) return null;
  const cache = asObject(counts.cache);
  return newTokens({
    input: asCount(counts.input),
    output: asCount(counts.output),
    reasoning: asCount(counts.reasoning),
    cacheRead: asCount(cache?.read) ?? asCount(counts.cache_read),
    cacheWrite: asCount(cache?.write) ?? asCount(counts.cache_write),
  });
}

function errorOf(error: Foreign): string | null {
  if (error === undefined || error === null) return null;
  const object = asObject(error);
  const message = asText(asObject(object?.data)?.message) ?? asText(object?.message) ?? asText(error);
  const name = asText(object?.name);
  return boundText([name, message].filter((word) => word !== null).join(": ") || JSON.stringify(error));
}

function eventOf(message: Message, key: string, known: Partial<EventRecord>): EventRecord {
  const { data } = message;
  const isUser = data.role === "user";
  return newEvent({
    sessionId: message.sessionId,
    key,
    author: isUser ? "user" : "assistant",
    turnId: isUser ? message.id : (asText(data.parentID) ?? message.turnId),
    messageId: message.id,
    agent: asText(data.agent) ?? asText(data.mode),
    model: asText(data.modelID) ?? asText(asObject(data.model)?.modelID),
    createdAt: asTime(asObject(data.time)?.created) ?? message.createdAt,
    ...known,
  });
}

function partRecords(message: Message, part: Part): HostRecord[] {
  const { data } = part;
  const startedAt = asTime(asObject(data.time)?.start) ?? part.createdAt;
  const event = (known: Partial<EventRecord>) =>
    eventOf(message, part.id, startedAt === null ? known : { createdAt: startedAt, ...known });
  switch (data.type) {
    case "text":
      return textRecords(message, data, event);
    case "reasoning": {
      const reasoning = asText(data.text);
      return reasoning === null ? [newExpectedSkip("no content")] : [event({ type: "reasoning", reasoning })];
    }
    case "tool":
      return toolRecords(message, data, event);
    case "file": {
      const content = blockText({
        mime: data.mime ?? null,
        url: data.url ?? null,
        filename: data.filename ?? null,
      });
      return content === null ? [newSkip("no content")] : [event({ content })];
    }
    case "patch":
      return [
        event({
          type: "file_change",
          content: asTexts(data.files).join("\n"),
          raw: remaining({ hash: data.hash ?? null }),
        }),
      ];
    case "compaction":
      return [event({ type: "compaction", author: "system", raw: remaining(withoutIds(data)) })];
    case "subtask":
      return [event({ content: asText(data.prompt), raw: remaining(withoutIds(data)) })];
    case "retry":
      return [event({ type: "error", author: "system", error: errorOf(data.error) })];
    case "step-start":
    case "step-finish":
    case "snapshot":
    case "agent":
      return [newExpectedSkip("progress")];
    default:
      return [newSkip("unknown type")];
  }
}

type MakeEvent = (known: Partial<EventRecord>) => EventRecord;

function textRecords({ data: message }: Message, data: JsonObject, event: MakeEvent): HostRecord[] {
  const content = asText(data.text);
  if (content === null) return [newExpectedSkip("no content")];
  if (message.role !== "user" && message.summary === true) {
    return [event({ type: "compaction", author: "system", content })];
  }
  // What opencode says to the model in the user's name: a file that was mentioned, a reminder.
  return [event(data.synthetic === true ? { author: "system", content } : { content })];
}

function toolRecords({ sessionId }: Message, data: JsonObject, event: MakeEvent): HostRecord[] {
  const toolName = asText(data.tool);
  const callId = asText(data.callID) ?? asText(data.id);
  if (toolName === null || callId === null) return [newSkip("unknown type")];
  const action = withoutOwnTexts(actionOf(toolName, callId, asObject(data.state) ?? {}));
  const made = event({ type: "tool_call", actions: [action] });
  if (toolName !== "todowrite" || action.status !== "completed") return [made];
  const todos = toTodos(asObject(action.input)?.todos);
  return [made, { kind: "todos", sessionId, todos, at: action.endedAt ?? made.createdAt }];
}

const statuses = new Set<string>(["pending", "running", "completed", "error"]);

function actionOf(toolName: string, callId: string, state: JsonObject): ActionRecord {
  const time = asObject(state.time);
  const status = statuses.has(String(state.status)) ? (state.status as CallStatus) : "pending";
  return newAction({
    callId,
    toolName,
    status,
    title: asText(state.title),
    input: state.input,
    output: status === "completed" ? state.output : undefined,
    error: status === "error" ? boundText(asText(state.error) ?? errorOf(state.error) ?? "") : null,
    startedAt: asTime(time?.start) ?? asTime(time?.created),
    endedAt: asTime(time?.end) ?? asTime(time?.completed),
  });
}

function withoutIds({ id, sessionID, messageID, type, ...rest }: JsonObject): JsonObject {
  return rest;
}
