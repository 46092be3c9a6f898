// What a session is resumed from: plain facts, for `resume/` to fit into a reply.
import type { ProcessIdentity } from "./process.ts";
import type { Action, Event, Origin, Run, Session, Todo, Workspace } from "./records.ts";

/** A session by its id, or the latest one of a directory, those that the asker has just opened behind the others. */
export type ResumeTarget =
  | { sessionId: string }
  | { workspace: Pick<Workspace, "directory" | "projectDirectory">; asker?: Asker | undefined };

/** Who asks where it was: its own present session is hardly what it means. */
export interface Asker {
  /** By this very process. */
  createdSessionIds: readonly string[];
  /** The agent host: the session of its latest run is the one that it is in. */
  host: ProcessIdentity | null;
  /** The host's own name for the session that it is in. */
  providerSessionId: string | null;
}

/** A tool call whose end nobody recorded, with the event it stands in. */
export interface UnfinishedAction extends Action {
  seq: number;
  author: string;
  origin: Origin;
}

/**
 * Of one moment. A request is a message of the author `user`, an answer a message or a result of an agent; both have
 * text. All is found wherever it stands, in what a fork shares too, but for the last answer, which is looked for in the
 * last 20,000 events.
 */
export interface SessionFacts {
  session: Session;
  project: { id: string; name: string | null; directory: string } | null;
  /**
   * Newest first, at most 20. One recorded as running whose process is gone is told as a sweep would mark it, without
   * `endedAt`; one whose process cannot be judged has the reason as its evidence.
   */
  runs: Run[];
  todos: Todo[];
  firstRequest: Event | null;
  lastRequest: Event | null;
  lastAnswer: Event | null;
  /** Decisions and notes, newest first, at most 20. */
  decisions: Event[];
  decisionCount: number;
  /** Newest first, at most 50. */
  unfinishedActions: UnfinishedAction[];
  unfinishedCount: number;
  /** Newest first, at most 200. */
  lastEvents: Event[];
  /** Of a directory: up to five further sessions that could have been meant, in the order of preference. */
  otherCandidates: Session[];
}
