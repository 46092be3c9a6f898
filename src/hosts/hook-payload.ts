// A hook's payload → what it says. The hosts took over each other's payloads, under the same names or the same in camelCase:
// they differ in the names of their events, and in what some of them add.
import { boundEvent, boundName, boundText } from "./bounds.ts";
import type { HookCall } from "./hooks.ts";
import type { EventRecord, JsonObject, SessionRecord } from "./host.ts";
import { keyOfParts } from "./keys.ts";
import { asObject, asText, asTexts, asTime, type Foreign } from "./narrow.ts";
import { newAction, newEvent, newSession } from "./new-records.ts";

/** What an event is to us. */
export type Moment =
  | "start"
  | "prompt"
  | "answer"
  | "failure"
  | "compaction"
  | "task"
  | "task done"
  | "subagent"
  | "tool"
  | "tool failure"
  /** The transcript has grown. */
  | "progress"
  | "end";

export interface PayloadWords {
  host: string;
  /** By the host's name of the event; an event that is not here says nothing to us. */
  moments: Readonly<Record<string, Moment>>;
  /** The host's id of a subagent's session. */
  childId?: (sessionId: string, agentId: string) => string;
  /** We read no transcripts of it: what its hooks do not keep is lost. */
  heardOnly?: boolean;
}

const goingOn = new Set(["resume", "compact", "fork"]);

/** Null: an event, or a payload, that says nothing to us. */
export function readPayload(payload: JsonObject, named: string | null, words: PayloadWords): HookCall | null {
  const say = (...names: string[]) => first(names.map((name) => asText(payload[name])));
  const event = say("hook_event_name", "hookEventName") ?? named;
  const moment = event === null || !Object.hasOwn(words.moments, event) ? undefined : words.moments[event];
  const id = boundName(say("session_id", "sessionId", "conversation_id", "thread_id"));
  if (event === null || moment === undefined || id === null) return null;
  const session = sessionOf(payload, id, words.host);
  const child = childOf(payload, session, words);
  const teller = new Teller(payload, child?.id ?? id, words);
  const isSubagent = moment === "subagent";
  return {
    event,
    session,
    child: isSubagent ? child : null,
    transcripts: [say("transcript_path", "transcriptPath"), say("agent_transcript_path")].filter(
      (path) => path !== null,
    ),
    heard: teller.heard(moment),
    events: teller.events(moment),
    task: taskOf(payload, moment),
    start: moment === "start" ? { goesOn: goingOn.has(say("source") ?? "") } : null,
    end: moment === "end" ? { reason: boundName(say("reason")) ?? "no reason given" } : null,
  };
}

function first<T>(values: readonly (T | null)[]): T | null {
  return values.find((value) => value !== null) ?? null;
}

function sessionOf(payload: JsonObject, id: string, host: string): SessionRecord {
  return newSession({
    id,
    title: boundName(asText(payload.session_title)),
    directory: asText(payload.cwd) ?? asTexts(payload.workspace_roots)[0] ?? null,
    agent: host,
    model: modelOf(payload.model),
  });
}

function modelOf(model: Foreign): string | null {
  return boundName(asText(model) ?? asText(asObject(model)?.id));
}

function childOf(
  payload: JsonObject,
  session: SessionRecord,
  { childId }: PayloadWords,
): SessionRecord | null {
  const agentId = boundName(asText(payload.agent_id));
  if (agentId === null) return null;
  return newSession({
    id: childId?.(session.id, agentId) ?? agentId,
    parentId: session.id,
    directory: session.directory,
    agent: boundName(asText(payload.agent_type)) ?? "subagent",
  });
}

function taskOf(payload: JsonObject, moment: Moment): HookCall["task"] {
  const content = asText(payload.task_subject)?.slice(0, 200).toWellFormed();
  if (content === undefined || (moment !== "task" && moment !== "task done")) return null;
  return { content, status: moment === "task" ? "pending" : "completed" };
}

/** The events of one payload. */
class Teller {
  readonly #payload: JsonObject;
  readonly #sessionId: string;
  readonly #heardOnly: boolean;
  readonly #shared;

  constructor(payload: JsonObject, sessionId: string, { heardOnly = false }: PayloadWords) {
    this.#payload = payload;
    this.#sessionId = sessionId;
    this.#heardOnly = heardOnly;
    this.#shared = {
      turnId: boundName(
        asText(payload.prompt_id) ?? asText(payload.turn_id) ?? asText(payload.generation_id),
      ),
      createdAt: asTime(payload.timestamp),
    };
  }

  heard(moment: Moment): HookCall["heard"] {
    const { prompt, last_assistant_message, prompt_response, text, compact_summary } = this.#payload;
    switch (moment) {
      case "prompt": {
        const content = asText(prompt);
        return isCommand(content) && !this.#heardOnly ? [] : this.#said({ author: "user", content });
      }
      case "answer":
      case "subagent":
        return this.#said({
          author: "assistant",
          content: asText(last_assistant_message) ?? asText(prompt_response) ?? asText(text),
        });
      case "compaction":
        return this.#said({ type: "compaction", author: "system", content: asText(compact_summary) });
      case "failure":
        return this.#failure();
      case "end":
        return this.#said({
          type: "status",
          author: "system",
          content: `Session ended: ${asText(this.#payload.reason) ?? "no reason given"}`,
        });
      default:
        return [];
    }
  }

  events(moment: Moment): EventRecord[] {
    if (moment !== "tool" && moment !== "tool failure") return [];
    const { tool_name, tool_input, tool_use_id, tool_response, tool_output } = this.#payload;
    const toolName = asText(tool_name);
    if (toolName === null) return [];
    const failed = moment === "tool failure";
    const input = JSON.stringify(tool_input ?? null);
    const callId =
      asText(tool_use_id) ?? keyOfParts(this.#sessionId, this.#shared.turnId ?? "", toolName, input);
    const action = newAction({
      callId,
      toolName,
      input: tool_input,
      status: failed ? "error" : "completed",
      output: failed ? undefined : (tool_response ?? tool_output),
      error: failed ? boundText(this.#toolError()) : null,
    });
    const key = `tool ${callId}`;
    return [
      boundEvent(
        newEvent({ ...this.#shared, sessionId: this.#sessionId, key, type: "tool_call", actions: [action] }),
      ),
    ];
  }

  #toolError(): string {
    const { error, error_message, failure_type } = this.#payload;
    const said = asText(error_message) ?? asText(error) ?? asText(asObject(error)?.message);
    const kind = asText(failure_type);
    if (said !== null) return kind === null || kind === "error" ? said : `${kind}: ${said}`;
    return kind ?? (error === undefined || error === null ? "failed" : JSON.stringify(error));
  }

  #failure(): HookCall["heard"] {
    const { error, error_details } = this.#payload;
    const kind = asText(error) ?? asText(asObject(error)?.message) ?? "unknown";
    const content = asText(error_details) ?? kind;
    return this.#said({ type: "error", author: "assistant", content, error: boundText(kind) });
  }

  #said(known: Partial<EventRecord>): HookCall["heard"] {
    if (known.content === null) return [];
    const whole = newEvent({ ...this.#shared, ...known, sessionId: this.#sessionId, key: "" });
    const { key: _key, ...heard } = boundEvent(whole);
    return [heard];
  }
}

/** A slash command: a transcript has it in other words, and so as another event. */
function isCommand(prompt: string | null): boolean {
  return prompt !== null && /^\s{0,20}\/[\w:-]{1,100}(?:\s|$)/.test(prompt);
}

/** As Claude Code takes it, and those that took it over. */
export function hookSpecificOutput({ event }: HookCall, additionalContext: string): JsonObject {
  return { hookSpecificOutput: { hookEventName: event, additionalContext } };
}
