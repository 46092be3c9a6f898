// A line of a Claude Code transcript → neutral records, by its type. What a line says is read in messages.ts.
import { boundEvent } from "../bounds.ts";
import type { EventRecord, HostRecord, JsonObject, SessionRecord } from "../host.ts";
import type { LineReader, Place } from "../json-lines.ts";
import { keyOfParts } from "../keys.ts";
import { asObject, asObjects, asText, asTexts, asTime } from "../narrow.ts";
import { newEvent, newExpectedSkip, newSession, newSkip } from "../new-records.ts";
import { UsageByMessage } from "../usage-by-message.ts";
import { assistantRecords, type MessageContext, modelOf, userRecords } from "./messages.ts";
import { subagentSessionId } from "./subagents.ts";
import { systemEvent } from "./system.ts";
import { TaskList } from "./tasks.ts";

// Lines for Claude Code itself: its screen, its undo, its queue. What they repeat stands in other lines.
const withoutContent = new Set([
  "progress",
  "file-history-snapshot",
  "file-history-delta",
  "queue-operation",
  "attachment",
  "last-prompt",
  "agent-name",
  "agent-setting",
  "agent-color",
  "mode",
  "permission-mode",
  "pr-link",
  "tag",
  "worktree-state",
  "content-replacement",
  "speculation-accept",
  "atis-latch",
]);
const mostOwnCalls = 200;
const mostThreads = 20;

interface Thread extends JsonObject {
  turnId: string | null;
  leaf: string | null;
}

function toThread(state: JsonObject): Thread {
  return { turnId: asText(state.turnId), leaf: asText(state.leaf) };
}

export class ClaudeReader implements LineReader {
  readonly #fileName: string;
  /** The sessions that this reading has named, each with its latest model. */
  readonly #named = new Map<string, string | null>();
  readonly #usage: UsageByMessage;
  readonly #tasks: TaskList;
  /** Calls of our own tools whose result has not come: it is to be left out too. */
  readonly #ownCalls: Set<string>;
  /** Of the file's sessions, for there may be several: the turn it is in, and its last line. */
  readonly #threads: Map<string, Thread>;
  #sessionId: string | null;
  #directory: string | null;
  #time: number | null;

  constructor(fileName: string, state: JsonObject | null) {
    this.#fileName = fileName;
    this.#usage = new UsageByMessage(asObject(state?.usage));
    this.#tasks = new TaskList(state?.tasks);
    this.#ownCalls = new Set(asTexts(state?.ownCalls));
    this.#sessionId = asText(state?.sessionId);
    this.#directory = asText(state?.directory);
    this.#threads = new Map(
      asObjects(state?.threads).map((thread) => [asText(thread.id) ?? "", toThread(thread)]),
    );
    this.#time = asTime(state?.time);
  }

  read(line: JsonObject, place: Place): HostRecord[] {
    const type = asText(line.type);
    if (type === null) return [newSkip("unknown type", place.line)];
    if (withoutContent.has(type)) return [newExpectedSkip("progress", place.line)];
    if (type === "summary" || type === "custom-title" || type === "ai-title") return this.#title(line, place);
    if (type !== "user" && type !== "assistant" && type !== "system") {
      return [newSkip("unknown type", place.line)];
    }
    const records = this.#entry(type, line, place);
    if (records.length === 0) return [newSkip("no content", place.line)];
    return [...this.#nameSession(line), ...records];
  }

  end(): HostRecord[] {
    return [];
  }

  settled(): boolean {
    return true;
  }

  state(): JsonObject {
    return {
      sessionId: this.#sessionId,
      directory: this.#directory,
      threads: [...this.#threads].slice(-mostThreads).map(([id, thread]) => ({ id, ...thread })),
      time: this.#time,
      usage: this.#usage.state(),
      tasks: this.#tasks.state(),
      ownCalls: [...this.#ownCalls].slice(-mostOwnCalls),
    };
  }

  #entry(type: "user" | "assistant" | "system", line: JsonObject, place: Place): HostRecord[] {
    this.#time = asTime(line.timestamp) ?? this.#time;
    const context = this.#context(line, place);
    if (type === "system") return systemEvent(line, context, place);
    const records = type === "user" ? userRecords(line, context) : assistantRecords(line, context);
    const thread = this.#threads.get(context.sessionId) ?? { turnId: null, leaf: null };
    const elsewhere = this.#elsewhere(line);
    for (const record of records) {
      if (elsewhere !== null && "sessionId" in record) Object.assign(record, { directory: elsewhere });
      if (record.kind !== "event") continue;
      if (record.author === "user" && record.type === "message") {
        thread.turnId = asText(line.promptId) ?? record.key;
        record.turnId = thread.turnId;
      }
      thread.leaf = record.key;
      this.#threads.set(record.sessionId, thread);
    }
    return records;
  }

  #context(line: JsonObject, place: Place): MessageContext {
    const sessionId = sessionOf(line) ?? this.#sessionId ?? this.#fileName;
    const elsewhere = this.#elsewhere(line);
    const isSidechain = isAside(line);
    // Lines may have no ids. With a time in it, a line's own text is one; without, its place helps.
    const key = () =>
      asTime(line.timestamp) === null ? keyOfParts(String(place.line), place.text) : keyOfParts(place.text);
    const event = (known: Partial<EventRecord>): EventRecord => {
      const metadata: JsonObject = {};
      if (elsewhere !== null) metadata.cwd = elsewhere;
      if (place.lossy) metadata.lossy = true;
      const whole = newEvent({
        sessionId,
        key: asText(line.uuid) ?? key(),
        turnId: this.#threads.get(sessionId)?.turnId ?? null,
        branch: isSidechain ? "sidechain" : null,
        createdAt: this.#time,
        ...known,
        metadata: { ...metadata, ...known.metadata },
      });
      if (Object.keys(whole.metadata ?? {}).length === 0) whole.metadata = null;
      return boundEvent(whole, place.bytes);
    };
    return {
      sessionId,
      event,
      time: this.#time,
      usage: this.#usage,
      tasks: this.#tasks,
      ownCalls: this.#ownCalls,
      isSidechain,
    };
  }

  /** The line's directory, if it is not the session's. */
  #elsewhere(line: JsonObject): string | null {
    const directory = asText(line.cwd);
    return this.#directory === null || directory === this.#directory ? null : directory;
  }

  /** A session's record before its first event, and again with each model that it goes on with. */
  #nameSession(line: JsonObject): SessionRecord[] {
    const id = sessionOf(line) ?? this.#sessionId ?? this.#fileName;
    const model = isAside(line) ? null : modelOf(asObject(line.message));
    this.#directory ??= asText(line.cwd);
    this.#sessionId = id;
    const isNamed = this.#named.has(id);
    if (isNamed && (model === null || model === this.#named.get(id))) return [];
    this.#named.set(id, model);
    const agentId = asText(line.agentId);
    const clientVersion = asText(line.version);
    return [
      newSession({
        id,
        parentId: agentId === null ? null : asText(line.sessionId),
        // Where it goes on may be elsewhere.
        directory: isNamed ? null : asText(line.cwd),
        gitBranch: asText(line.gitBranch),
        agent: agentId === null ? "claude-code" : (asText(line.agentType) ?? "subagent"),
        model,
        metadata: clientVersion === null ? null : { version: clientVersion },
        createdAt: this.#time,
      }),
    ];
  }

  /** A summary names the last line of what it sums up. Those at the head of a file are of the conversations before it. */
  #title(line: JsonObject, place: Place): HostRecord[] {
    const title =
      asText(line.summary) ?? asText(line.customTitle) ?? asText(line.aiTitle) ?? asText(line.title);
    const summed = [...this.#threads].find(([, { leaf }]) => leaf !== null && leaf === line.leafUuid);
    const id = asText(line.sessionId) ?? summed?.[0] ?? this.#sessionId;
    if (title === null) return [newSkip("no content", place.line)];
    if (id === null) return [newExpectedSkip("no session", place.line)];
    return [newSession({ id, title, createdAt: null })];
  }
}

/** A subagent's lines carry its parent's session id: its own session is named by both. */
function sessionOf(line: JsonObject): string | null {
  const sessionId = asText(line.sessionId);
  const agentId = asText(line.agentId);
  return sessionId === null || agentId === null ? sessionId : subagentSessionId(sessionId, agentId);
}

/** Of a subagent of old, in its parent's file. */
function isAside(line: JsonObject): boolean {
  return line.isSidechain === true && asText(line.agentId) === null;
}
