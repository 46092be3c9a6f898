// What the Store asks about processes: the types that `liveness/` fulfils and a test may replace.

/**
 * Enough to tell one process from every other that ever had its pid.
 * A part that could not be read is null; a null part proves nothing.
 */
export interface ProcessIdentity {
  /** Stable id of the machine, never its host name. */
  machineId: string | null;
  /** Changes with every boot. */
  bootId: string | null;
  /** Linux: the pid and time namespaces, `pid:[4026531836] time:[4026531834]`. Null where the system has none. */
  pidNamespace: string | null;
  pid: number;
  /** When the process started, in the system's own words. Null: no such process, or unreadable. */
  startToken: string | null;
}

/**
 * `dead`: the process is gone, `evidence` says how that is known.
 * `unknown`: it cannot be told from here, `evidence` says why.
 */
export type Verdict =
  | { state: "alive" }
  | { state: "dead"; evidence: string }
  | { state: "unknown"; evidence: string };

export interface ProcessProber {
  /** The identity of `pid` as of now. Never throws: what cannot be read is null. */
  identify(pid: number): Promise<ProcessIdentity>;
  /** Is the process of `identity` still running? Never throws. */
  probe(identity: ProcessIdentity): Promise<Verdict>;
}
