// The promise: what agents can do with the record of their sessions. `sqlite/` keeps it.
import type { ResumeTarget, SessionFacts } from "./facts.ts";
import type { ProcessProber } from "./process.ts";
import type {
  Event,
  EventType,
  NewEvent,
  NewRun,
  NewSession,
  NewTodo,
  Run,
  RunStatus,
  Session,
  SessionState,
  TodoList,
} from "./records.ts";

/** What was stored. `duplicate`: an earlier call with the same idempotency key stored it. */
export interface Stored<T> {
  record: T;
  duplicate: boolean;
}

/** A part of a list. `more`: there is at least one record behind the last one here. */
export interface Page<T> {
  items: T[];
  more: boolean;
}

/** A given field must be equal; a session of another owner is not found. */
export interface Owner {
  appName?: string | undefined;
  userId?: string | undefined;
}

/** Newest activity first: by (updatedAt, id), descending. Times are inclusive. */
export interface SessionQuery extends Owner {
  directory?: string | undefined;
  agent?: string | undefined;
  provider?: string | undefined;
  state?: SessionState | undefined;
  /** A part of the title; ASCII letters match in either case. */
  titleContains?: string | undefined;
  updatedAfter?: number | undefined;
  updatedBefore?: number | undefined;
  /** Continue behind this one. */
  after?: { updatedAt: number; id: string } | undefined;
  limit: number;
}

export interface HistoryQuery {
  sessionId: string;
  order: "asc" | "desc";
  orderBy: "seq" | "createdAt";
  afterSeq?: number | undefined;
  beforeSeq?: number | undefined;
  authors?: string[] | undefined;
  types?: EventType[] | undefined;
  branch?: string | undefined;
  turnId?: string | undefined;
  /** Inclusive. */
  since?: number | undefined;
  /** Inclusive. */
  until?: number | undefined;
  /** Continue behind this one, in the order asked for. */
  after?: { createdAt: number; seq: number } | undefined;
  /** At most so many; a page also ends after 4 MiB of text. */
  limit: number;
}

export interface History extends Page<Event> {
  /** Events of the session, counted as they came: not those that a filter leaves. */
  eventCount: number;
}

/** Newest first: by id, descending. */
export interface RunQuery {
  sessionId?: string | undefined;
  directory?: string | undefined;
  status?: RunStatus | undefined;
  pid?: number | undefined;
  after?: { id: string } | undefined;
  limit: number;
}

export interface FinishedRun {
  runId: string;
  status: Exclude<RunStatus, "running" | "ended">;
  exitCode: number | null;
  error: string | null;
  endedBy: "tool" | "hook";
}

export interface Sweep {
  /** Gone without a word. */
  crashed: Run[];
  /** Gone after their host had let go of us in order. */
  ended: Run[];
  /** Cannot be told from here; left as they are. */
  unknown: { run: Run; evidence: string }[];
  alive: number;
  checked: number;
}

/**
 * Every method is one transaction: what it did is on disk when its promise is fulfilled, and nothing of it is
 * when the promise is rejected. Errors are `StoreError`. A write waits up to 10 s for other writers, then `busy`.
 */
export interface Store {
  /** Where the store lives. */
  readonly file: string;

  /** `not_found`: the parent. `conflict`: the key was used, by the same app and user, for other content. */
  createSession(session: NewSession): Promise<Stored<Session>>;
  /** `not_found` also when the owner is another one. */
  getSession(sessionId: string, owner?: Owner): Promise<Session>;
  listSessions(query: SessionQuery): Promise<Page<Session>>;
  /** Ids that begin with `prefix`, newest first. */
  listSessionIds(prefix: string, limit: number): Promise<Page<string>>;
  /**
   * What a session is resumed from. Of a directory: its session of the latest activity, else its project's, that has
   * events, is no subagent's and is not archived. `not_found`: there is none.
   */
  getFacts(target: ResumeTarget): Promise<SessionFacts>;
  /** Notes that a session was read, at most once a minute. One that is not there is none. */
  touchSession(sessionId: string): Promise<void>;

  /** Gives the event the session's next seq. `not_found`: the session or the run. `conflict`: the key. */
  appendEvent(event: NewEvent): Promise<Stored<Event>>;
  getEvent(sessionId: string, seq: number): Promise<Event>;
  getHistory(query: HistoryQuery): Promise<History>;

  /**
   * Replaces the whole list. `conflict` when `expectedVersion` is given and not the present one.
   * An equal list changes nothing, its version included.
   */
  updateTodos(sessionId: string, todos: NewTodo[], expectedVersion?: number): Promise<TodoList>;
  getTodos(sessionId: string): Promise<TodoList>;

  /** Reads the identity of `pid` now, so that its end can be told later. */
  startRun(run: NewRun): Promise<Stored<Run>>;
  /** A repeat with the same outcome returns the run; another outcome for an ended run is `invalid_state`. */
  finishRun(run: FinishedRun): Promise<Run>;
  listRuns(query: RunQuery): Promise<Page<Run>>;
  /** The newest run of a session; null if it has none. */
  latestRun(sessionId: string): Promise<Run | null>;
  /**
   * Probes every running run (of a directory). Only one proven dead is marked, and only if it is still running.
   * `dryRun` tells what would be marked.
   */
  markCrashedRuns(options?: { directory?: string | undefined; dryRun?: boolean | undefined }): Promise<Sweep>;
  /** Notes on running runs that their host let go of us in order. */
  markDisconnected(runIds: readonly string[]): Promise<void>;

  /** Brings the log into the file and lets go of it. Idempotent. */
  close(): Promise<void>;
}

export type IdPrefix = "sess" | "proj" | "run" | "call" | "todo" | "chk" | "job" | "lease" | "auto";

/** What a Store is handed: everything that varies. */
export interface StoreOptions {
  file: string;
  /** `full` survives a power cut, `normal` a killed process only. */
  durability: "full" | "normal";
  migrationsDirectory: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A new id such as `sess_01j…`, later ones sorting later. */
  newId: (prefix: IdPrefix) => string;
  prober: ProcessProber;
  log: StoreLog;
  /** Milliseconds a write waits for others before `busy`; default 10,000. */
  busyDeadline?: number;
}

/** Ids, counts and sizes; never the text of an event. */
export interface StoreLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}
