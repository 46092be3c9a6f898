// Checkpoints: named points of a session to go back to.
import type { Idempotent, JsonValue, Page, Provenance, Session, Stored, Todo } from "./records.ts";

/** The session as it was at `seq`. Its state is read by `get` and `restore` alone. */
export interface Checkpoint extends Provenance {
  id: string;
  sessionId: string;
  label: string | null;
  seq: number;
  todoCount: number;
  /** UTF-16 units of the state as JSON; null without one. */
  stateChars: number | null;
  /** The commit that the session's directory was at; null where there is none. */
  gitHead: string | null;
  lossy: boolean;
  createdAt: number;
}

export interface NewCheckpoint extends Provenance, Idempotent {
  sessionId: string;
  label: string | null;
  state: JsonValue | undefined;
  gitHead: string | null;
}

/** Newest first. */
export interface CheckpointQuery {
  sessionId: string;
  after?: { id: string } | undefined;
  limit: number;
}

export interface Restore extends Provenance, Idempotent {
  checkpointId: string;
  /** Null: as the session's. */
  title: string | null;
}

export interface CheckpointWithState {
  checkpoint: Checkpoint;
  state: JsonValue | undefined;
}

export interface Restored extends CheckpointWithState {
  session: Session;
  todos: Todo[];
}

export interface CheckpointStore {
  /** Keeps the session's last seq and its todos with the state. `conflict`: the key was used for another one. */
  save(checkpoint: NewCheckpoint): Promise<Stored<Checkpoint>>;
  /** `not_found` also when the session was deleted. */
  get(checkpointId: string): Promise<CheckpointWithState>;
  list(query: CheckpointQuery): Promise<Page<Checkpoint>>;
  /**
   * Forks the session at the checkpoint's seq, with its todos. `not_found` also when the session was deleted.
   * `conflict`: the key, as of `createSession`.
   */
  restore(restore: Restore): Promise<Stored<Restored>>;
}
