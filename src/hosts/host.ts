// What an agent host is to us, and the neutral records that its transcripts become. It knows no Store: src/capture/ brings
// these records there. Times are integer milliseconds; what a transcript does not say is null.

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

/** Where a machine keeps things; handed in, so that a test passes its own. */
export interface Environment {
  home: string;
  variables: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
}

/** A transcript on disk. `kind` is the host's own word for the format: "jsonl", "sqlite", "export" … */
export interface Source {
  host: string;
  path: string;
  kind: string;
}

export interface Extent {
  size: number;
  modifiedAt: number;
}

/**
 * Where the last reading of a source ended: JSON under 64 KiB, opaque to all but the reader that made it. Null: read from the
 * start. A position that does not fit the source any more (rewritten, rotated, of an older version of the reader) is read as null.
 */
export type Position = JsonObject | null;

export interface Host {
  /** Its folder, `session.provider`, and the word after `--host`: "claude-code". */
  name: string;
  /** "Claude Code". */
  title: string;
  /** Folders or files that may hold transcripts, whether they are there or not. */
  roots(environment: Environment): string[];
  /**
   * Is this file one of this host's transcripts? By its path and its first bytes: 4 KiB, and more where no host knows those.
   * `inPlace`: it lies under the host's own roots, or the host has named it. Never throws.
   */
  recognise(path: string, head: Buffer, inPlace?: boolean): Source | null;
  /** Its transcripts may say a directory's hash alone: those of other hosts, read before, tell which that is. */
  hashesDirectories?: true;
  /** Of a source that is more than its file: how large the rest is, so far as it may grow, and when it last changed. */
  lookBeside?(source: Source): Promise<Extent>;
  /**
   * What came after `position`, in the source's order; each batch, and the whole, ends with a position record. The same event
   * read again has the same key. What cannot be understood is a skipped record; throws only if nothing can be read at all.
   */
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord>;
}

export type HostRecord =
  | SessionRecord
  | EventRecord
  | OutcomeRecord
  | TodosRecord
  | RunRecord
  | ProjectRecord
  | JobRecord
  | AutomationRecord
  | SkippedRecord
  | PositionRecord;

/** Comes before the session's first record of each reading, and again when more is known: a later value that is not null wins. */
export interface SessionRecord {
  kind: "session";
  /** The host's own id of it. */
  id: string;
  /** The host's id of the session that a subagent's belongs to, or that this one continues. */
  parentId: string | null;
  title: string | null;
  directory: string | null;
  /** SHA-256 of the directory's path, in hexadecimal, where the transcript says no more of it. */
  directoryHash: string | null;
  gitBranch: string | null;
  agent: string | null;
  model: string | null;
  userId: string | null;
  appName: string | null;
  context: string | null;
  state: "active" | "inactive" | "archived" | null;
  metadata: JsonObject | null;
  createdAt: number | null;
  updatedAt: number | null;
}

export type HostEventType =
  | "message"
  | "reasoning"
  | "tool_call"
  | "tool_result"
  | "file_change"
  | "command"
  | "compaction"
  | "note"
  | "status"
  | "result"
  | "error";

export interface EventRecord {
  kind: "event";
  sessionId: string;
  /** Where the agent worked at the time, if that is not the session's directory. */
  directory?: string;
  /** The host's own id of the event, unique in its session; a stable hash where the host has none. */
  key: string;
  type: HostEventType;
  author: string;
  content: string | null;
  reasoning: string | null;
  actions: ActionRecord[];
  turnId: string | null;
  messageId: string | null;
  branch: string | null;
  agent: string | null;
  model: string | null;
  finish: string | null;
  error: string | null;
  /** What this event adds to the session's usage: one API message is counted once, however many events it became. */
  tokens: TokenCounts | null;
  costUsd: number | null;
  longRunningToolIds: string[] | null;
  /** Null: the transcript does not say, not even by the lines before. */
  createdAt: number | null;
  /** `truncated` names the fields that were cut to their limit. */
  metadata: JsonObject | null;
  /** What the host kept and no field above has. */
  raw: JsonValue | undefined;
}

/** The host's own counts, but `input` is without what was read from a cache, so that the two can be added. */
export interface TokenCounts {
  input: number | null;
  output: number | null;
  reasoning: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
}

export type CallStatus = "pending" | "running" | "completed" | "error";

export interface ActionRecord {
  callId: string;
  toolName: string;
  title: string | null;
  status: CallStatus;
  input: JsonValue | undefined;
  output: JsonValue | undefined;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

/** How a call of an earlier event ended, perhaps of an earlier reading. */
export interface OutcomeRecord {
  kind: "outcome";
  sessionId: string;
  /** As an event's. */
  directory?: string;
  callId: string;
  status: CallStatus;
  title: string | null;
  output: JsonValue | undefined;
  error: string | null;
  endedAt: number | null;
}

/** The whole list, in order, as it was at that time. */
export interface TodosRecord {
  kind: "todos";
  sessionId: string;
  /** As an event's. */
  directory?: string;
  todos: TodoRecord[];
  at: number | null;
}

export interface TodoRecord {
  content: string;
  status: "pending" | "in_progress" | "completed" | "cancelled";
  priority: "high" | "medium" | "low";
}

export interface RunRecord {
  kind: "run";
  key: string;
  sessionId: string | null;
  directory: string;
  pid: number | null;
  command: string | null;
  args: string[];
  prompt: string | null;
  status: "running" | "completed" | "failed" | "crashed";
  exitCode: number | null;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

export interface ProjectRecord {
  kind: "project";
  directory: string;
  name: string | null;
  command: string | null;
  prompt: string | null;
}

export interface JobRecord {
  kind: "job";
  key: string;
  sessionId: string | null;
  directory: string | null;
  prompt: string;
  promptId: string | null;
  messageId: string | null;
  model: string | null;
  allowedTools: string[] | null;
  status: "pending" | "processing" | "completed" | "failed" | "cancelled";
  priority: number | null;
  attempts: number | null;
  maxAttempts: number | null;
  result: JsonValue | undefined;
  error: string | null;
  runAfter: number | null;
  createdAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
}

/** To be taken in disabled: the host that made it still has it. */
export interface AutomationRecord {
  kind: "automation";
  name: string;
  /** A cron text. */
  schedule: string;
  timeZone: string | null;
  directory: string | null;
  prompt: string;
}

/** Why something was left out, in few words, so that a summary can count by them. */
export type SkipReason =
  | "not json"
  | "not utf-8"
  | "too long"
  | "unknown type"
  | "no session"
  | "no content"
  | "progress"
  | "repeated"
  | "newer format"
  /** No cron text says when it is due. */
  | "unknown schedule"
  | "unreadable"
  /** The Store would not have it. */
  | "refused";

export interface SkippedRecord {
  kind: "skipped";
  /** Its line, or its place in the source, from 1. Null: it has none. */
  line: number | null;
  reason: SkipReason;
  /** The format is known to carry it without content for us: nothing was lost. */
  expected: boolean;
}

/** All records before it are whole with this position: store them together. */
export interface PositionRecord {
  kind: "position";
  position: JsonObject;
  /** Of the source: how far this reading has come. */
  bytes: number;
}
