// The promise: what agents can do with the record of their sessions. `sqlite/` keeps it.

import type { AuditStore } from "./audit.ts";
import type { AutomationStore, NextRun } from "./automations.ts";
import type { CaptureStore } from "./captures.ts";
import type { CheckpointStore } from "./checkpoints.ts";
import type { ResumeTarget, SessionFacts } from "./facts.ts";
import type { ForgetStore } from "./forgetting.ts";
import type { HealthStore } from "./health.ts";
import type { JobStore } from "./jobs.ts";
import type { PortableStore } from "./portable.ts";
import type { ProcessProber } from "./process.ts";
import type { ProjectStore } from "./projects.ts";
import type { PruneStore } from "./pruning.ts";
import type {
  Action,
  ActionMove,
  Event,
  EventFilters,
  NewEvent,
  NewFork,
  NewRun,
  NewSession,
  NewTodo,
  Page,
  Provenance,
  Run,
  RunStatus,
  Session,
  SessionPatch,
  SessionState,
  Stored,
  TodoList,
} from "./records.ts";
import type { Redactor, ScrubStore } from "./redaction.ts";
import type { SearchStore } from "./search.ts";
import type { StatsStore } from "./stats.ts";
import type { Turn, TurnHistory, TurnQuery } from "./turns.ts";

export type { Page, Stored } from "./records.ts";

/** A given field must be equal; a session of another owner is not found. */
export interface Owner {
  appName?: string | undefined;
  userId?: string | undefined;
}

/** Newest activity first: by (updatedAt, id), descending. Times are inclusive. */
export interface SessionQuery extends Owner {
  projectId?: string | undefined;
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

export interface DeletedSessions {
  sessions: number;
  /** The sessions' own: what a fork shares stays with the session it shares. */
  events: number;
  actions: number;
  todos: number;
  checkpoints: number;
  /** Of the sessions; the one asked for comes first. */
  ids: string[];
}

export interface HistoryQuery extends EventFilters {
  sessionId: string;
  order: "asc" | "desc";
  orderBy: "seq" | "createdAt";
  afterSeq?: number | undefined;
  beforeSeq?: number | undefined;
  turnId?: string | undefined;
  /** Continue behind this one, in the order asked for. */
  after?: { createdAt: number; seq: number } | undefined;
  /** At most so many; a page also ends after 4 MiB of text. */
  limit: number;
}

export interface History extends Page<Event> {
  /** Events of the session, counted as they came: not those that a filter leaves. */
  eventCount: number;
}

/** An event that was appended with others. `duplicate`: it had been stored before. */
export interface Appended {
  seq: number;
  duplicate: boolean;
}

/** An action, and where it is: the `position`-th of event `seq`, counted from 0. */
export interface PlacedAction {
  seq: number;
  position: number;
  action: Action;
}

/** Newest first: by id, descending. */
export interface RunQuery {
  sessionId?: string | undefined;
  directory?: string | undefined;
  projectId?: string | undefined;
  status?: RunStatus | undefined;
  pid?: number | undefined;
  after?: { id: string } | undefined;
  limit: number;
}

/** By pid: the newest run of that pid on this machine. */
export type RunReference = { id: string } | { pid: number };

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
  readonly projects: ProjectStore;
  readonly audit: AuditStore;
  readonly scrubs: ScrubStore;
  readonly captures: CaptureStore;
  readonly forgetting: ForgetStore;
  readonly portable: PortableStore;
  readonly pruning: PruneStore;

  /**
   * The session of that provider and that provider's id, if its host or a tool has told of it: with what was not known of
   * it filled in. `not_found`: the parent. `conflict`: the key was used, by the same app and user, for other content.
   */
  createSession(session: NewSession): Promise<Stored<Session>>;
  /** `not_found` also when the owner is another one. */
  getSession(sessionId: string, owner?: Owner): Promise<Session>;
  listSessions(query: SessionQuery): Promise<Page<Session>>;
  /**
   * A new session that shows the other's history up to a seq without copying it, and goes on from there. Its cost
   * grows with the number of forks before it, not with the events. `conflict`: the key, as of `createSession`.
   */
  forkSession(fork: NewFork): Promise<Stored<Session>>;
  /**
   * A patch that changes nothing leaves `updatedAt` as it is; its audit entry names no fields.
   * `too_large`: the metadata, once they are merged. `conflict`: another session has that provider's id.
   */
  updateSession(sessionId: string, patch: SessionPatch, by: Provenance): Promise<Session>;
  /**
   * From then on no read finds it, or anything in it. Its runs and jobs stay. `conflict` names the forks and subagents
   * that would lose their history or their parent, unless `cascade` deletes them too, all at once.
   */
  deleteSession(sessionId: string, cascade: boolean, by: Provenance): Promise<DeletedSessions>;
  /**
   * Removes the rows of deleted sessions, in short transactions with pauses that keep no process alive. `deleteSession`
   * begins it by itself; what a process did not finish, the next one does by calling this. Returns how many sessions
   * it brought to their end.
   */
  purgeDeletedSessions(): Promise<number>;
  /** Ids that begin with `prefix`, newest first. */
  listSessionIds(prefix: string, limit: number): Promise<Page<string>>;
  /**
   * What a session is resumed from. Of a directory: its session of the latest activity, else its project's, that has
   * events, is no subagent's nor a fork of one, and is not archived. `not_found`: there is none. Its running runs are
   * probed, and none is marked.
   */
  getFacts(target: ResumeTarget): Promise<SessionFacts>;
  /** Notes that a session was read, at most once a minute. One that is not there is none. */
  touchSession(sessionId: string): Promise<void>;

  /** Gives the event the session's next seq. `not_found`: the session or the run. `conflict`: the key. */
  appendEvent(event: NewEvent): Promise<Stored<Event>>;
  /** All of them or none, to one session; one result for each. A refusal names the index: `events.3`. */
  appendEvents(sessionId: string, events: readonly NewEvent[]): Promise<Appended[]>;
  /**
   * Moves the newest action of that call id: pending → running → completed or error, never back (`invalid_state`).
   * A repeat that changes nothing returns it. `conflict`: a fork shares it with the session that it names.
   */
  updateAction(move: ActionMove): Promise<PlacedAction>;
  getEvent(sessionId: string, seq: number): Promise<Event>;
  /** What a fork shares reads as its own, with `originSessionId`. */
  getHistory(query: HistoryQuery): Promise<History>;
  /** The history by turns, each with its events. */
  listTurns(query: TurnQuery): Promise<TurnHistory>;
  /** The turn of the session's last event; null without events. */
  latestTurn(sessionId: string): Promise<Turn | null>;

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
  getRun(which: RunReference): Promise<Run>;
  listRuns(query: RunQuery): Promise<Page<Run>>;
  /** The newest run of a session; null if it has none. */
  latestRun(sessionId: string): Promise<Run | null>;
  /**
   * Probes every running run (of a directory). Only one proven dead is marked, and only if it is still running.
   * `dryRun` tells which would be, with the evidence, and leaves them running.
   */
  markCrashedRuns(options?: { directory?: string | undefined; dryRun?: boolean | undefined }): Promise<Sweep>;
  /** Notes on running runs that their host let go of us in order. */
  markDisconnected(runIds: readonly string[]): Promise<void>;

  readonly jobs: JobStore;
  readonly automations: AutomationStore;
  readonly stats: StatsStore;
  readonly checkpoints: CheckpointStore;
  readonly search: SearchStore;
  readonly health: HealthStore;

  /** Brings the log into the file, unless it is short and others have it open too, and lets go of it. Idempotent. */
  close(): Promise<void>;
}

export type IdPrefix = "sess" | "proj" | "run" | "call" | "todo" | "chk" | "job" | "lease" | "auto";

/** What a Store is handed: everything that varies. */
export interface StoreOptions {
  file: string;
  /** `full` survives a power cut, `normal` a killed process only. */
  durability: "full" | "normal";
  migrationsDirectory: string;
  /** For who only looks: the file stays as it is, and every write is `read_only`. */
  readOnly?: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A new id such as `sess_01j…`, later ones sorting later. */
  newId: (prefix: IdPrefix) => string;
  prober: ProcessProber;
  nextRun: NextRun;
  log: StoreLog;
  /** Sees every text before it is stored; absent: texts are stored as they come. */
  redactor?: Redactor | undefined;
  /** Megabytes of the file that are kept in memory; default 64. */
  cacheMegabytes?: number;
  /** Milliseconds a write waits for others before `busy`; default 10,000. */
  busyDeadline?: number;
}

/** Ids, counts and sizes; never the text of an event. */
export interface StoreLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}
