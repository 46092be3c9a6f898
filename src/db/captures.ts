// The promise about what is taken in from agent hosts: each session and each event once, whichever door it came in by
// and however often it comes. Sessions are named here by their host's own ids.
import type { JobStatus } from "./jobs.ts";
import type { ProcessIdentity } from "./process.ts";
import type {
  EventType,
  JsonObject,
  JsonValue,
  NewAction,
  NewEvent,
  NewTodo,
  Provenance,
  RunStatus,
  Session,
  SessionState,
  Workspace,
} from "./records.ts";

/**
 * What a host says of a session. Said again, it fills in what was not known, and moves its title, its model and its version,
 * so far as they are the host's own; null says nothing.
 */
export interface CapturedSession {
  kind: "session";
  providerSessionId: string;
  /** The host's id of its parent, which may come later. */
  parentProviderSessionId: string | null;
  /** Null: the batch's. */
  workspace: Workspace | null;
  gitBranch: string | null;
  title: string | null;
  agent: string | null;
  appName: string | null;
  userId: string | null;
  context: string | null;
  state: SessionState | null;
  metadata: JsonObject | null;
  createdAt: number | null;
  updatedAt: number | null;
}

/** An action as it was, with its times. */
export interface CapturedAction extends NewAction {
  callId: string;
  startedAt: number | null;
  endedAt: number | null;
}

export interface CapturedEvent
  extends Omit<NewEvent, "sessionId" | "actions" | "runId" | "idempotencyKey" | keyof Provenance> {
  kind: "event";
  providerSessionId: string;
  /** The host's own id of it, unique in its session. */
  key: string;
  actions: CapturedAction[];
}

/**
 * What a hook said that its host's transcript says too, now or later: a prompt, an answer. Stored unless the session has it
 * already, and made one with the transcript's own event when that comes.
 */
export interface CapturedHearing {
  kind: "hearing";
  providerSessionId: string;
  type: EventType;
  author: string;
  content: string;
  turnId: string | null;
  error: string | null;
  metadata: JsonObject | null;
  createdAt: number;
}

/** The host says that the session is over, and why: its running runs have ended in order. */
export interface CapturedEnd {
  kind: "end";
  providerSessionId: string;
  reason: string;
}

/** How a call ended. */
export interface CapturedOutcome {
  kind: "outcome";
  providerSessionId: string;
  callId: string;
  status: NewAction["status"];
  title: string | null;
  output: JsonValue | undefined;
  error: string | null;
  endedAt: number | null;
}

/** A whole list, as it was at that time. */
export interface CapturedTodos {
  kind: "todos";
  providerSessionId: string;
  todos: Omit<NewTodo, "id">[];
  at: number | null;
}

export interface CapturedRun {
  kind: "run";
  /** Unique with its provider. */
  key: string;
  providerSessionId: string | null;
  workspace: Workspace;
  pid: number | null;
  command: string | null;
  args: string[];
  prompt: string | null;
  status: Exclude<RunStatus, "ended">;
  exitCode: number | null;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

export interface CapturedProject {
  kind: "project";
  workspace: Workspace;
  name: string | null;
  command: string | null;
  prompt: string | null;
}

export interface CapturedJob {
  kind: "job";
  /** Unique with its provider. */
  key: string;
  providerSessionId: string | null;
  workspace: Workspace | null;
  prompt: string;
  promptId: string | null;
  messageId: string | null;
  model: string | null;
  allowedTools: string[] | null;
  status: JobStatus;
  priority: number;
  attempts: number;
  maxAttempts: number;
  result: JsonValue | undefined;
  error: string | null;
  runAfter: number | null;
  createdAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
}

export interface CapturedAutomation {
  kind: "automation";
  name: string;
  workspace: Workspace | null;
  schedule: string;
  timeZone: string;
  prompt: string;
}

export type CapturedRecord =
  | CapturedSession
  | CapturedEvent
  | CapturedHearing
  | CapturedEnd
  | CapturedOutcome
  | CapturedTodos
  | CapturedRun
  | CapturedProject
  | CapturedJob
  | CapturedAutomation;

/** A transcript and how far it was read. */
export interface CaptureSource {
  host: string;
  path: string;
  kind: string;
  /** Of the file when it was read. */
  size: number;
  modifiedAt: number;
  /** Opaque to all but the host's reader; null: from the start. */
  position: JsonObject | null;
  /** Directories whose sessions were left out. */
  excluded: string[];
  /** In all readings so far. */
  events: number;
  skipped: number;
}

/** Whose records they are and how they came. */
export interface CaptureOrigin extends Provenance {
  origin: "import" | "hook";
  provider: string;
  /** Where a session is put whose host names no directory. */
  workspace: Workspace;
  /** A session that was deleted here comes again, as a new one. */
  includeDeleted: boolean;
  /** Calls of these tools are kept without what they said. */
  isOwnTool: (toolName: string) => boolean;
}

export interface CaptureBatch extends CaptureOrigin {
  /** In the order in which they happened. */
  records: readonly CapturedRecord[];
  /** Stored with the records, or not at all. `events` and `skipped` are added to those before. */
  source: CaptureSource | null;
}

/** What became of a session's records in a batch. */
export interface TakenSession {
  providerSessionId: string;
  /** Null: it was deleted here, and its records were left out. */
  sessionId: string | null;
  directory: string | null;
  projectId: string | null;
  created: boolean;
  /** Stored now. */
  events: number;
  /** Had been stored before. */
  duplicates: number;
  /** Tool calls of the events stored now. */
  actions: number;
  tokens: { input: number; output: number };
}

export interface TakenBatch {
  sessions: TakenSession[];
  runs: number;
  projects: number;
  jobs: number;
  automations: number;
}

/** What is there already of a batch. */
export interface KnownBatch {
  /** Its sessions that are there, or were deleted here and do not come again. */
  sessions: KnownSession[];
  /** Of each record, in order: taken in now, it would count for nothing new. */
  records: boolean[];
}

export interface KnownSession {
  providerSessionId: string;
  directory: string | null;
  deleted: boolean;
}

export interface OpenedSession {
  /** Null: it was deleted here. */
  session: Session | null;
  created: boolean;
  deleted: boolean;
}

/** A session by its host's words. */
export interface HostSession {
  provider: string;
  providerSessionId: string;
}

export interface Exclusion {
  directory: string;
  createdAt: number;
}

export interface CaptureStore {
  /**
   * The one session of that provider and that provider's id; makes it if there is none, and fills in what was not known.
   * Its times are the transcript's. One that was deleted is said to be, unless `includeDeleted`; so is the child, not yet
   * known, of one that was deleted.
   */
  openSession(session: CapturedSession, by: CaptureOrigin): Promise<OpenedSession>;
  /**
   * All of it or nothing. An event whose key is there is counted as a duplicate, and moves on the actions of the one that
   * is. An outcome moves its action, and never one that has ended; of an unknown call it is an event of its own. Todos give
   * way to those of a tool. What a hook has heard is made one with the same in the transcript. Runs are ended, jobs that have not ended are cancelled, automations are disabled: the host
   * that made them still has them.
   */
  take(batch: CaptureBatch): Promise<TakenBatch>;
  /** What `take` would meet: for who only counts. Writes nothing. */
  findKnown(batch: CaptureBatch): Promise<KnownBatch>;
  /** Where sessions and projects are that are here. */
  listDirectories(): Promise<string[]>;
  /** The session that a hook has started last in that very process; null: none has. */
  latestOfHost(host: ProcessIdentity): Promise<HostSession | null>;
  /** All sources, without their positions. */
  listSources(): Promise<Omit<CaptureSource, "position">[]>;
  /** Null: never read. */
  getSource(host: string, path: string): Promise<CaptureSource | null>;
  /** Directories that are left out, and all below them. By name. */
  listExclusions(): Promise<Exclusion[]>;
  /** False: it was there. */
  addExclusion(directory: string): Promise<boolean>;
  /** False: it was not there. */
  deleteExclusion(directory: string): Promise<boolean>;
}
