// What an operating system can tell about processes, and what each reader of it offers: types alone.
// Must not know what a verdict is.

/** What cannot change while this process lives. A part that could not be read is null. */
export interface MachineFacts {
  machineId: string | null;
  bootId: string | null;
  pidNamespace: string | null;
}

/**
 * A pid as of now. `exited`: it is a zombie or on its way out and runs no more code.
 * `unreadable`: nothing could be learned, perhaps because it is gone.
 */
export type Reading =
  | { state: "exited" }
  | { state: "unreadable" }
  | { state: "present"; startToken: string };

/** A reading beside what kill(2) says: an `unreadable` one is there, a `gone` one is not. */
export type ProcessFacts = Reading | { state: "gone" };

/** One process on the way up from us. */
export interface Ancestor {
  parentPid: number;
  /** The arguments as the system knows them: apart on Linux, one string elsewhere. */
  command: string[];
  /** ISO 8601 UTC. Only where a parent's pid may already belong to a younger process (Windows). */
  startedAt?: string;
}

export type AncestorReader = (pid: number) => Promise<Ancestor | null>;

/** No method throws. Pids are whole and at least 1. */
export interface PlatformReader {
  readMachine(): Promise<MachineFacts>;
  readProcess(pid: number): Promise<Reading>;
  /** A reader for one walk; it may take its picture of all processes once. */
  ancestors(): AncestorReader;
}
