// What a check of `backstory doctor` says, and what it is given.
import type { Health } from "../db/health.ts";
import type { Store } from "../db/store.ts";

/** A file that may be no store, or one that cannot be opened. */
export interface Place {
  file: string;
}

export interface Examined {
  store: Store;
  health: Health;
  /** Bytes from which on a store is large. */
  largeStore: number;
}

export interface Check {
  /** What was looked at. */
  name: string;
  /** Not in order: the command ends with 1. */
  ok: boolean;
  /** In order, but something might be done about it. */
  warning?: boolean;
  found: string;
  /** What to do, or why nothing has to be done. */
  advice?: string;
}
