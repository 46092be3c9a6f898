// How much of a field is kept: longer ones are cut, and the event says which. Our Store refuses what is longer (src/db/limits.ts).
import type { ActionRecord, EventRecord, JsonObject, JsonValue } from "./host.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const most = {
  content: MiB,
  reasoning: MiB,
  input: MiB,
  output: MiB,
  raw: 256 * KiB,
  metadata: 60 * KiB,
  text: 64 * KiB,
  name: 512,
  depth: 64,
  actions: 100,
} as const;

/**
 * The event within the limits; `metadata.truncated` names the fields that were cut.
 * @param bytes of the source that it was made of: what came out of less than the smallest limit is not measured.
 */
export function boundEvent(event: EventRecord, bytes = Number.POSITIVE_INFINITY): EventRecord {
  const cut = new Cutter(bytes);
  const bounded: EventRecord = {
    ...event,
    author: cut.text("author", event.author, most.name) ?? "assistant",
    content: cut.text("content", event.content, most.content),
    reasoning: cut.text("reasoning", event.reasoning, most.reasoning),
    error: cut.text("error", event.error, most.text),
    turnId: cut.text("turn_id", event.turnId, most.name),
    messageId: cut.text("message_id", event.messageId, most.name),
    branch: cut.text("branch", event.branch, most.name),
    agent: cut.text("agent", event.agent, most.name),
    model: cut.text("model", event.model, most.name),
    finish: cut.text("finish", event.finish, most.name),
    actions: cut.actions(event.actions),
    raw: cut.json("raw", event.raw, most.raw),
    metadata: event.metadata,
  };
  const metadata = cut.json("metadata", event.metadata ?? undefined, most.metadata);
  bounded.metadata = cut.flag(typeof metadata === "object" ? (metadata as JsonObject | null) : null);
  return bounded;
}

/** The output of a call within its limit. There is no event to say that it was cut, so its end does. */
export function boundOutput(output: JsonValue | undefined): JsonValue | undefined {
  const cut = new Cutter(Number.POSITIVE_INFINITY);
  const bounded = cut.json("output", output, most.output - KiB);
  if (cut.cutFields.size === 0) return bounded;
  return typeof bounded === "string" ? `${bounded}\n[cut: the output was longer]` : bounded;
}

/** A text of its own (a prompt, an error) within 64 KiB. */
export function boundText(text: string): string;
export function boundText(text: string | null): string | null;
export function boundText(text: string | null): string | null {
  return text === null ? null : cutText(text, most.text);
}

/** A name, a title or an id within its limit. */
export function boundName(text: string | null): string | null {
  return text === null ? null : cutText(text, most.name);
}

/** A session's metadata within its limit: the largest values go first. */
export function boundMetadata(metadata: JsonObject | undefined): JsonObject | null {
  if (metadata === undefined) return null;
  const bounded: JsonObject = {};
  let left: number = most.metadata;
  const entries = Object.entries(metadata).map(([key, value]) => ({ key, value: flatten(value, 1) }));
  for (const { key, value } of entries.sort((a, b) => sizeOf(a.value) - sizeOf(b.value))) {
    left -= Buffer.byteLength(key) + sizeOf(value) + 8;
    if (left < 0) break;
    bounded[key] = value;
  }
  return bounded;
}

class Cutter {
  readonly cutFields = new Set<string>();
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  text(field: string, text: string | null, limit: number): string | null {
    if (text === null || text.length * 3 <= limit) return text;
    const kept = cutText(text, limit);
    if (kept.length < text.length) this.cutFields.add(field);
    return kept;
  }

  json(field: string, value: JsonValue | undefined, limit: number): JsonValue | undefined {
    if (value === undefined || value === null) return value;
    const flat = flatten(value, 1);
    if (flat !== value) this.cutFields.add(field);
    if (typeof flat === "string") return this.text(field, flat, limit) ?? undefined;
    // JSON that was parsed is written again in hardly more bytes.
    if (this.#bytes * 2 <= limit || sizeOf(flat) <= limit) return flat;
    this.cutFields.add(field);
    return cutText(JSON.stringify(flat), limit);
  }

  actions(actions: ActionRecord[]): ActionRecord[] {
    if (actions.length > most.actions) this.cutFields.add("actions");
    return actions.slice(0, most.actions).map((action) => ({
      ...action,
      toolName: this.text("tool_name", action.toolName, most.name) ?? "",
      title: this.text("title", action.title, most.name),
      error: this.text("error", action.error, most.text),
      input: this.json("input", action.input, most.input),
      output: this.json("output", action.output, most.output),
    }));
  }

  flag(metadata: JsonObject | null): JsonObject | null {
    return this.cutFields.size === 0 ? metadata : { ...metadata, truncated: [...this.cutFields] };
  }
}

function sizeOf(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The value, with what is nested too deep replaced by a word; the same value where nothing is. */
function flatten(value: JsonValue, depth: number): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (depth > most.depth) return "[nested too deep]";
  if (Array.isArray(value)) {
    const items = value.map((item) => flatten(item, depth + 1));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, flatten(item, depth + 1)] as const);
  return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries);
}

/** The longest beginning of at most `limit` bytes that ends between characters. */
function cutText(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text.slice(0, limit));
  let end = Math.min(limit, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
