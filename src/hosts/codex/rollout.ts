// A line of a Codex rollout → neutral records. It holds an answer back until its usage has come, which is the line after it.
import { boundEvent, boundText } from "../bounds.ts";
import type { EventRecord, HostRecord, JsonObject, SessionRecord } from "../host.ts";
import type { LineReader, Place } from "../json-lines.ts";
import { keyOfParts } from "../keys.ts";
import { asObject, asText, asTexts, asTime } from "../narrow.ts";
import { newEvent, newExpectedSkip, newSession, newSkip } from "../new-records.ts";
import { directoryOf, type ItemContext, itemRecords } from "./items.ts";
import { Prompts } from "./prompts.ts";
import { sessionFromMeta, sessionIdFromName } from "./session.ts";
import { Turns } from "./turns.ts";
import { sameUsage, toTokens } from "./usage.ts";

interface CodexFile {
  fileName: string;
  archived: boolean;
  state: JsonObject | null;
}

const mostOwnCalls = 200;

export class CodexReader implements LineReader {
  readonly #fileName: string;
  readonly #state: SessionRecord["state"];
  readonly #ownCalls: Set<string>;
  #sessionId: string | null;
  #session: SessionRecord | null = null;
  /** Of a meta line without a directory. */
  #unplaced: SessionRecord | null = null;
  #directory: string | null;
  #model: string | null;
  readonly #turns: Turns;
  #time: number | null;
  readonly #prompts: Prompts;
  #lastTotal: JsonObject | null;
  #held: EventRecord | null = null;

  constructor({ fileName, archived, state }: CodexFile) {
    this.#fileName = fileName;
    this.#state = archived ? "archived" : null;
    this.#ownCalls = new Set(asTexts(state?.ownCalls));
    this.#sessionId = asText(state?.sessionId);
    this.#directory = asText(state?.directory);
    this.#model = asText(state?.model);
    this.#turns = new Turns(asObject(state?.turns));
    this.#time = asTime(state?.time);
    this.#prompts = new Prompts(asObject(state?.prompts));
    this.#lastTotal = asObject(state?.lastTotal);
  }

  read(line: JsonObject, place: Place): HostRecord[] {
    const payload = asObject(line.payload) ?? line;
    this.#time = asTime(line.timestamp) ?? this.#time;
    const records = this.#records(kindOf(line), payload, line, place);
    const named = records.some(({ kind }) => kind !== "skipped" && kind !== "session")
      ? this.#nameSession()
      : [];
    return [...named, ...records];
  }

  end(): HostRecord[] {
    return [...(this.#unplaced === null ? [] : this.#nameSession()), ...this.#release()];
  }

  settled(): boolean {
    return this.#held === null && this.#unplaced === null;
  }

  state(): JsonObject {
    return {
      sessionId: this.#sessionId,
      directory: this.#directory,
      model: this.#model,
      turns: this.#turns.state(),
      time: this.#time,
      prompts: this.#prompts.state(),
      lastTotal: this.#lastTotal,
      ownCalls: [...this.#ownCalls].slice(-mostOwnCalls),
    };
  }

  #records(kind: string, payload: JsonObject, line: JsonObject, place: Place): HostRecord[] {
    switch (kind) {
      case "session_meta":
        return this.#meta(payload, place);
      case "turn_context":
        return this.#turnContext(payload, place);
      case "response_item":
        return this.#item(payload, line, place);
      case "event_msg":
        return this.#message(payload, line, place);
      case "compacted":
        return this.#add(
          { type: "compaction", author: "system", content: asText(payload.message) },
          line,
          place,
        );
      case "state":
        return [newExpectedSkip("progress", place.line)];
      default:
        return [newSkip("unknown type", place.line)];
    }
  }

  #meta(meta: JsonObject, place: Place): HostRecord[] {
    const session = sessionFromMeta(meta);
    // A fork's file begins with the lines of what it was forked from.
    if (session === null || this.#sessionId !== null) return [newExpectedSkip("repeated", place.line)];
    this.#sessionId = session.id;
    this.#directory = session.directory;
    const named = { ...session, state: this.#state, createdAt: session.createdAt ?? this.#time };
    // The environment, which comes before the first prompt, tells it.
    if (session.directory === null) this.#unplaced = named;
    else this.#session = named;
    return this.#session === null ? [] : [this.#session];
  }

  /** Files of old may begin without a meta line, and a reading begins behind it. */
  #nameSession(): SessionRecord[] {
    if (this.#session !== null) return [];
    if (this.#unplaced !== null) {
      this.#session = { ...this.#unplaced, directory: this.#directory };
      this.#unplaced = null;
      return [this.#session];
    }
    this.#sessionId ??= sessionIdFromName(this.#fileName);
    this.#session = newSession({
      id: this.#sessionId,
      directory: this.#directory,
      agent: "codex",
      model: this.#model,
      state: this.#state,
      createdAt: this.#time,
    });
    return [this.#session];
  }

  #turnContext(context: JsonObject, place: Place): HostRecord[] {
    const model = asText(context.model);
    this.#turns.goesOn(asText(context.turn_id));
    if (model === null || model === this.#model) return [newExpectedSkip("progress", place.line)];
    this.#model = model;
    this.#directory ??= asText(context.cwd);
    if (this.#sessionId === null) return [newExpectedSkip("progress", place.line)];
    return [newSession({ id: this.#sessionId, model, directory: this.#directory })];
  }

  #item(item: JsonObject, line: JsonObject, place: Place): HostRecord[] {
    this.#directory ??= directoryOf(item);
    const records = itemRecords(item, this.#itemContext(line, place));
    if (records === null) return [newSkip("unknown type", place.line)];
    const [first] = records;
    if (first === undefined) return [newExpectedSkip("no content", place.line)];
    if (first.kind !== "event") return [...this.#release(), ...records];
    if (first.author === "user") return this.#prompt(first, true, place);
    return this.#hold(first, records.slice(1));
  }

  /** Usage, and what happened besides; what was said comes as response items too. */
  #message(message: JsonObject, line: JsonObject, place: Place): HostRecord[] {
    switch (message.type) {
      case "user_message":
        return this.#prompt(
          this.#itemContext(line, place).event({ author: "user", content: asText(message.message) }),
          false,
          place,
        );
      case "token_count":
        return this.#usage(asObject(message.info), line, place);
      case "task_started":
      case "turn_started":
        this.#turns.starts(asText(message.turn_id));
        return [newExpectedSkip("progress", place.line)];
      case "turn_aborted": {
        const content = `turn aborted: ${asText(message.reason) ?? "no reason given"}`;
        return this.#add({ type: "status", author: "system", content }, line, place);
      }
      case "error":
      case "stream_error": {
        const error = boundText(asText(message.message) ?? "unknown error");
        return this.#add({ type: "error", author: "system", error, content: error }, line, place);
      }
      case "thread_name_updated":
        return this.#sessionId === null
          ? [newExpectedSkip("no session", place.line)]
          : [newSession({ id: this.#sessionId, title: asText(message.thread_name) })];
      default:
        return [newExpectedSkip("repeated", place.line)];
    }
  }

  /** Once, though it is there as a response item and as an event. */
  #prompt(event: EventRecord, isItem: boolean, place: Place): HostRecord[] {
    if (event.content === null) return [newSkip("no content", place.line)];
    if (this.#prompts.isRepeated(event.content, isItem)) return [newExpectedSkip("repeated", place.line)];
    return [...this.#release(), { ...event, turnId: this.#turns.prompt(event.key) }];
  }

  #usage(info: JsonObject | null, line: JsonObject, place: Place): HostRecord[] {
    const total = asObject(info?.total_token_usage);
    // It comes again when only the rate limits have changed.
    if (info === null || (total !== null && sameUsage(total, this.#lastTotal))) {
      return [newExpectedSkip("repeated", place.line)];
    }
    const tokens = toTokens(asObject(info.last_token_usage), total, this.#lastTotal);
    this.#lastTotal = total;
    if (tokens === null) return [newExpectedSkip("no content", place.line)];
    if (this.#held === null) return [this.#itemContext(line, place).event({ type: "status", tokens })];
    this.#held.tokens = tokens;
    return this.#release();
  }

  #add(known: Partial<EventRecord>, line: JsonObject, place: Place): HostRecord[] {
    return [...this.#release(), this.#itemContext(line, place).event(known)];
  }

  #hold(event: EventRecord, more: HostRecord[]): HostRecord[] {
    const before = this.#release();
    this.#prompts.answered();
    this.#held = event;
    return [...before, ...more];
  }

  #release(): HostRecord[] {
    const held = this.#held;
    this.#held = null;
    return held === null ? [] : [held];
  }

  #itemContext(line: JsonObject, place: Place): ItemContext {
    const sessionId = this.#sessionId ?? sessionIdFromName(this.#fileName);
    // Lines have no ids. With a time in it, a line's own text is one; without, its place helps.
    const key =
      asTime(line.timestamp) === null ? keyOfParts(String(place.line), place.text) : keyOfParts(place.text);
    return {
      sessionId,
      key,
      time: this.#time,
      ownCalls: this.#ownCalls,
      event: (known) => {
        const event = newEvent({
          sessionId,
          key,
          turnId: this.#turns.id,
          createdAt: this.#time,
          model: known.author === "user" ? null : this.#model,
          metadata: place.lossy ? { lossy: true } : null,
          ...known,
        });
        return boundEvent(event, place.bytes);
      },
    };
  }
}

/** Old files have the items themselves as lines, without what is around them now. */
function kindOf(line: JsonObject): string {
  const type = asText(line.type);
  if (asObject(line.payload) !== null) return type ?? "";
  if (line.record_type === "state") return "state";
  if (type === null) return asText(line.id) !== null && line.timestamp !== undefined ? "session_meta" : "";
  return "response_item";
}
