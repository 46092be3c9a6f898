// The promise of statistics: what was done in a span of days, in sums.
import type { RunStatus, Tokens } from "./records.ts";

export interface StatsQuery {
  /** Whole UTC days: from the day of `since` to the day of `until`, both included. */
  since?: number | undefined;
  until?: number | undefined;
  /** What identifies a project; of one that is not known everything is 0. */
  projectDirectory?: string | undefined;
  /** At most so many entries in each list. */
  limit: number;
}

export interface Totals {
  /** Sessions made in these days, and not deleted since. */
  sessions: number;
  /** By the time at which they happened. */
  events: number;
  tokens: Record<keyof Tokens, number>;
  costUsd: number;
  /** Runs started in these days, by their present status. */
  runs: Record<RunStatus, number>;
  toolCalls: number;
  /** Tool calls that ended in an error. */
  toolErrors: number;
}

export interface ToolStats {
  toolName: string;
  calls: number;
  errors: number;
  /** Milliseconds, exact below 16 and at most a sixteenth off above; null when no call's duration is known. */
  medianDuration: number | null;
}

export interface ProjectStats extends Totals {
  /** Null: of sessions without a project. */
  projectId: string | null;
  /** Null also of a project that is deleted. */
  directory: string | null;
}

export interface AgentStats extends Totals {
  /** The event's, else its session's; null: neither is known. */
  agent: string | null;
}

export interface DayStats extends Totals {
  /** When it begins. */
  day: number;
}

export interface Stats extends Totals {
  /** Most calls first. */
  tools: ToolStats[];
  /** Most events first. */
  byProject: ProjectStats[];
  /** Most events first. */
  byAgent: AgentStats[];
  /** Newest first. */
  byDay: DayStats[];
  /** A list would have been longer than the limit. */
  more: boolean;
}

export interface StatsStore {
  /** Exact at the moment of the call, however far the stored sums are behind. Deleted sessions count no more. */
  get(query: StatsQuery): Promise<Stats>;
  /**
   * Brings the stored sums up to the log, in transactions of some milliseconds. The Store does so itself after
   * replies; behind an import it spares `get` the reading.
   */
  catchUp(): Promise<void>;
  /** Makes the stored sums from the log anew. */
  rebuild(): Promise<void>;
}
