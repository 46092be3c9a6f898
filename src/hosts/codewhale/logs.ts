// CodeWhale's append-only logs: the timeline of a thread, and the audit log.
import { dirname } from "node:path";
import { boundEvent } from "../bounds.ts";
import type { HostRecord, JsonObject } from "../host.ts";
import type { LineReader, Place } from "../json-lines.ts";
import { keyOfParts } from "../keys.ts";
import { asInteger, asObject, asText, asTime } from "../narrow.ts";
import { newEvent, newExpectedSkip, newSession, newSkip } from "../new-records.ts";
import { threadOf } from "./runtime.ts";

/** A line of its own, whatever came before it but the time. */
abstract class LogReader implements LineReader {
  protected time: number | null;
  readonly #named = new Set<string>();

  constructor(state: JsonObject | null) {
    this.time = asTime(state?.time);
  }

  abstract read(line: JsonObject, place: Place): HostRecord[];

  protected abstract session(id: string): Iterable<HostRecord>;

  end(): HostRecord[] {
    return [];
  }

  settled(): boolean {
    return true;
  }

  state(): JsonObject {
    return { time: this.time };
  }

  /** Once in a reading. */
  protected name(id: string): HostRecord[] {
    if (this.#named.has(id)) return [];
    this.#named.add(id);
    return [...this.session(id)];
  }
}

/** What items tell stands in their files: here is what no item is for, such as a turn's beginning and an approval. */
class TimelineReader extends LogReader {
  /** The runtime's. */
  readonly #folder: string;

  constructor(path: string, state: JsonObject | null) {
    super(state);
    this.#folder = dirname(dirname(path));
  }

  read(line: JsonObject, place: Place): HostRecord[] {
    const sessionId = asText(line.thread_id);
    const content = asText(line.event);
    const seq = asInteger(line.seq);
    if (sessionId === null || content === null || seq === null) return [newSkip("unknown type", place.line)];
    if ((asInteger(line.schema_version) ?? 1) > 2) return [newSkip("newer format", place.line)];
    if (asText(line.item_id) !== null) return [newExpectedSkip("repeated", place.line)];
    this.time = asTime(line.timestamp) ?? this.time;
    const event = newEvent({
      sessionId,
      key: `event ${seq}`,
      type: "status",
      author: "system",
      content,
      turnId: asText(line.turn_id),
      createdAt: this.time,
      raw: line.payload,
    });
    return [...this.name(sessionId), boundEvent(event, place.bytes)];
  }

  protected session(id: string): Iterable<HostRecord> {
    return threadOf(this.#folder, id);
  }
}

const auditSession = "codewhale-audit";

/** In a session of its own. */
class AuditReader extends LogReader {
  read(line: JsonObject, place: Place): HostRecord[] {
    const content = asText(line.event);
    if (content === null) return [newSkip("unknown type", place.line)];
    this.time = asTime(line.ts) ?? this.time;
    const event = newEvent({
      sessionId: auditSession,
      key: keyOfParts(place.text),
      type: "status",
      author: "system",
      content,
      createdAt: this.time,
      raw: asObject(line.details) ?? line.details,
    });
    return [...this.name(auditSession), boundEvent(event, place.bytes)];
  }

  protected session(id: string): HostRecord[] {
    return [newSession({ id, title: "CodeWhale's audit log", agent: "codewhale", createdAt: this.time })];
  }
}

export function timelineReader(path: string, state: JsonObject | null): LineReader {
  return new TimelineReader(path, state);
}

export function auditReader(state: JsonObject | null): LineReader {
  return new AuditReader(state);
}
