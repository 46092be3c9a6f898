// The promise about pruning: what has long been left alone, and the space it leaves.

export interface Prune {
  /** Sessions that were neither written to nor resumed since then, without a running run and an unfinished job. */
  before: number;
  /** Of a session with decisions or notes, these stay. */
  keepDecisions: boolean;
}

export interface Prunable {
  sessionId: string;
  title: string | null;
  updatedAt: number;
  /** Of the texts that would go. */
  bytes: number;
  /** Undefined: the session goes. Else these of its events are forgotten, and it stays. */
  seqs: number[] | undefined;
}

export interface PruneStore {
  /**
   * Forks and subagents before what they depend on. A session stays as long as one that stays depends on it, and is not
   * listed; nor is one of which nothing but decisions and notes is left.
   */
  list(prune: Prune): Promise<Prunable[]>;
  /** Gives unused pages back to the disk, in short transactions. */
  releaseSpace(): Promise<void>;
  /** Of the database, in bytes, with what is in its log. */
  size(): Promise<number>;
}
