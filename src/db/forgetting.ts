// The promise about forgetting: texts go, seqs and keys stay, and no byte of them is left in the file.
import type { Pending } from "./erasure.ts";
import type { Provenance } from "./records.ts";

export interface Forget {
  sessionId: string;
  /** Of the session's own events; undefined: all of it, with what it says of itself, its plan, checkpoints, runs and jobs. */
  seqs?: readonly number[] | undefined;
  /** More is to come: the file is left as it is until `finish`, or the next start. */
  unfinished?: boolean;
}

/** What has lost its texts now; what had lost them before is not counted. */
export interface Forgotten {
  events: number;
  actions: number;
  todos: number;
  checkpoints: number;
  runs: number;
  jobs: number;
  /** Sessions that shared some of it, and have lost it too. */
  forks: string[];
  /** Sessions whose events this fork only shares: those stay. */
  keptIn: string[];
  /** Of its subagents, and theirs: with a whole session they are not forgotten, and may tell of it. Without those that are. */
  subagents: string[];
  /** Bytes of it may still be in the file or its log; null: none are. */
  pending: Pending | null;
  /** Copies beside the file that hold some of it, or were made before this file was migrated. None of an `unfinished` one. */
  copies: string[];
  /** Others there that cannot be looked into, such as unfinished ones: whose they are is not known. */
  unreadCopies: string[];
}

export interface ForgetStore {
  /**
   * Overwrites texts where they stand, in short transactions. What is cut short is finished by whoever has the file open, or
   * opens it next; so is what fails on the way, as with `busy`. `not_found`: the session or an event. `conflict`: an event that the session, a fork, only shares.
   */
  forget(what: Forget, by: Provenance): Promise<Forgotten>;
  /** False: what is to be forgotten may still be there, or bytes of it in the file or its log. A server finishes that by and by. */
  isFinished(): Promise<boolean>;
  /** Does what is left to do about texts that were forgotten; null when nothing is. `anySize`: however long it takes. */
  finish(options?: { anySize?: boolean }): Promise<Pending | null>;
  /** Copies beside the file, of this store or another: files that nobody has opened as a store, and unfinished ones. */
  listCopies(): Promise<string[]>;
}
