// What a session is resumed from: plain facts, for `resume/` to fit into a reply.
import type { Action, Event, Origin, Run, Session, Todo, Workspace } from "./records.ts";

/** A session by its id, or the latest one of a directory. */
export type ResumeTarget =
  | { sessionId: string }
  | { workspace: Pick<Workspace, "directory" | "projectDirectory"> };

/** A tool call whose end nobody recorded, with the event it stands in. */
export interface UnfinishedAction extends Action {
  seq: number;
  author: string;
  origin: Origin;
}

/**
 * Of one moment. A request is a message of the author `user`, an answer a message or a result of an agent; both have
 * text. The last answer, the decisions and the notes are looked for in the last 3,000 events.
 */
export interface SessionFacts {
  session: Session;
  project: { id: string; name: string | null; directory: string } | null;
  /** Newest first, at most 20. */
  runs: Run[];
  todos: Todo[];
  firstRequest: Event | null;
  lastRequest: Event | null;
  lastAnswer: Event | null;
  /** Decisions and notes, newest first, at most 20. */
  decisions: Event[];
  /** Newest first, at most 50. */
  unfinishedActions: UnfinishedAction[];
  /** Newest first, at most 200. */
  lastEvents: Event[];
  /** Of a directory: up to five further sessions that could have been meant, in the order of preference. */
  otherCandidates: Session[];
}
