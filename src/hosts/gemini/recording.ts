// Gemini's recordings: a document of messages, or a log in which a message is written anew whenever it has grown.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HostRecord, JsonObject, JsonValue, SessionRecord } from "../host.ts";
import type { LineReader, Place } from "../json-lines.ts";
import { keyOfParts } from "../keys.ts";
import { asObject, asObjects, asText, asTexts, asTime, remaining } from "../narrow.ts";
import { newEvent, newSession, newSkip } from "../new-records.ts";
import { Revisions } from "../revisions.ts";
import { messageRecords } from "./messages.ts";

export function* documentRecords(path: string, document: JsonValue): Generator<HostRecord> {
  const whole = asObject(document);
  const session = whole === null ? null : toSession(path, whole);
  if (whole === null || session === null) return yield newSkip("no session");
  yield session;
  let turnId: string | null = null;
  let time = session.createdAt;
  for (const message of asObjects(whole.messages)) {
    if (message.type === "user") turnId = asText(message.id);
    time = asTime(message.timestamp) ?? time;
    yield* messageRecords(message, { sessionId: session.id, turnId, time });
  }
}

/** One message is kept back while it is written anew, line after line. */
export class GeminiReader implements LineReader {
  readonly #path: string;
  readonly #revisions: Revisions;
  /** What the file says of its session so far. */
  #about: JsonObject;
  #named = false;
  #turnId: string | null;
  #time: number | null;
  #held: JsonObject | null = null;

  constructor(path: string, state: JsonObject | null) {
    this.#path = path;
    this.#revisions = new Revisions(asObject(state?.revisions));
    this.#about = asObject(state?.about) ?? {};
    this.#turnId = asText(state?.turnId);
    this.#time = asTime(state?.time);
  }

  read(line: JsonObject, place: Place): HostRecord[] {
    const changes = asObject(line.$set);
    if (changes !== null) return this.#set(changes, place);
    const rewindTo = asText(line.$rewindTo);
    if (rewindTo !== null) return [...this.#release(), ...this.#rewind(rewindTo, place)];
    if (asText(line.id) !== null && asText(line.type) !== null) return this.#message(line);
    if (asText(line.sessionId) !== null) return this.#set(line, place);
    return [newSkip("unknown type", place.line)];
  }

  end(): HostRecord[] {
    return this.#release();
  }

  settled(): boolean {
    return this.#held === null;
  }

  state(): JsonObject {
    return {
      about: this.#about,
      turnId: this.#turnId,
      time: this.#time,
      revisions: this.#revisions.state(),
    };
  }

  #message(message: JsonObject): HostRecord[] {
    const before = this.#held?.id === message.id ? [] : this.#release();
    this.#held = message;
    return before;
  }

  /** Metadata; and messages, where the model's view of the conversation was made anew, which are told by their ids. */
  #set(changes: JsonObject, place: Place): HostRecord[] {
    const { messages, ...about } = changes;
    const { sessionId, startTime, lastUpdated, summary, directories, kind, projectHash } = {
      ...this.#about,
      ...about,
    };
    this.#about =
      remaining({
        sessionId,
        startTime,
        lastUpdated,
        summary,
        directories,
        kind,
        projectHash,
      } as JsonObject) ?? {};
    const session = toSession(this.#path, this.#about);
    if (session === null) return [newSkip("no session", place.line)];
    // The time alone is set with every message.
    const told = this.#named && Object.keys(about).every((key) => key === "lastUpdated");
    this.#named = true;
    const before = messages === undefined ? [] : this.#release();
    const made = asObjects(messages).flatMap((message) => this.#records(message));
    return [...(told ? [] : [session]), ...before, ...made];
  }

  /** Nothing is taken back: what was said was said, and the rewind is told. */
  #rewind(to: string, place: Place): HostRecord[] {
    const content = `rewound to before message ${to}`;
    const event = newEvent({
      sessionId: this.#sessionId(),
      key: keyOfParts(String(place.line), place.text),
      type: "status",
      author: "system",
      content,
      createdAt: this.#time,
      metadata: { rewind_to: to },
    });
    return [...this.#name(), event];
  }

  #release(): HostRecord[] {
    const held = this.#held;
    this.#held = null;
    return held === null ? [] : this.#records(held);
  }

  #records(message: JsonObject): HostRecord[] {
    if (message.type === "user") this.#turnId = asText(message.id);
    this.#time = asTime(message.timestamp) ?? this.#time;
    const context = { sessionId: this.#sessionId(), turnId: this.#turnId, time: this.#time };
    const records = messageRecords(message, context).flatMap((record) =>
      record.kind === "event" ? this.#revisions.take(record) : [record],
    );
    return [...this.#name(), ...records];
  }

  #name(): SessionRecord[] {
    if (this.#named) return [];
    this.#named = true;
    return [toSession(this.#path, this.#about) ?? newSession({ id: this.#sessionId(), agent: "gemini" })];
  }

  #sessionId(): string {
    return asText(this.#about.sessionId) ?? basename(this.#path, ".jsonl");
  }
}

/** A subagent's recording is in a folder named for its parent's session. */
function toSession(path: string, about: JsonObject): SessionRecord | null {
  const id = asText(about.sessionId);
  if (id === null) return null;
  const isSubagent = about.kind === "subagent";
  const folder = basename(dirname(path));
  const hash = asText(about.projectHash);
  return newSession({
    id,
    parentId: isSubagent && folder !== "chats" && folder !== id ? folder : null,
    title: asText(about.summary),
    directory: projectRoot(path) ?? asTexts(about.directories)[0] ?? null,
    directoryHash: hash !== null && /^[0-9a-f]{64}$/.test(hash) ? hash : null,
    agent: isSubagent ? "subagent" : "gemini",
    metadata:
      remaining({ project_hash: about.projectHash ?? null, directories: about.directories ?? null }) ?? null,
    createdAt: asTime(about.startTime),
    updatedAt: asTime(about.lastUpdated),
  });
}

/** The recording has only a hash of its directory; newer versions leave the path beside it. */
function projectRoot(path: string): string | null {
  for (const folder of [dirname(dirname(path)), dirname(dirname(dirname(path)))]) {
    try {
      return readFileSync(join(folder, ".project_root"), "utf8").trim() || null;
    } catch {
      // Not there: the next place, or none.
    }
  }
  return null;
}
