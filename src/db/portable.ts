// The promise about exports: what a store has, as records that another store takes in and then has the same.
import type { JsonObject } from "./records.ts";

/** Undefined: all of it. A fork comes with the sessions it shares with, whole. */
export interface PortableScope {
  sessionId?: string | undefined;
  /** Sessions in this very directory. */
  directory?: string | undefined;
}

export const portableKinds = [
  "project",
  "session",
  "event",
  "checkpoint",
  "run",
  "job",
  "automation",
] as const;
export type PortableKind = (typeof portableKinds)[number];

/** A row, by the names of its columns, without those that are null. A session has its todos and its lineage, an event its actions. */
export type PortableRecord = { kind: PortableKind } & JsonObject;

/** By kind. */
export type PortableCounts = Record<PortableKind, number>;

export interface PortableTaken {
  counts: PortableCounts;
  /** Ids of forks that stayed out, because what they share was deleted here or went on another way. */
  leftForks: string[];
}

export interface PortableStore {
  /**
   * Projects, sessions each with its events and checkpoints behind it, runs, jobs, automations; deleted sessions are left
   * out. Each session is as it was when it was read, and comes before its forks. `not_found`: the session.
   */
  read(scope: PortableScope): AsyncIterable<PortableRecord[]>;
  /**
   * Stores what is not there yet, in transactions of some records, and counts it; what is there stays as it is. A repeat
   * goes on where one was cut short. What was deleted or forgotten here does not come again, nor what its forks were given
   * of it. Others may write meanwhile. A session that is here under
   * another id, being the same one of its provider, stays as it is, and forks of it share with that one. `invalid_input`:
   * a record that is none, or has what no store writes.
   */
  take(records: AsyncIterable<PortableRecord[]>): Promise<PortableTaken>;
}
