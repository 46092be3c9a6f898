// The promise about automations: schedules that enqueue jobs. There are no timers: they are looked at when jobs are
// claimed or listed, and when a server starts.
import type { Page, Provenance, Workspace } from "./records.ts";

export interface Automation extends Provenance {
  id: string;
  /** One of that name in a directory. */
  name: string;
  /** Null: its jobs are bound to no directory. */
  directory: string | null;
  projectId: string | null;
  /** Five cron fields, or a name such as `@daily`. */
  schedule: string;
  /** IANA. */
  timeZone: string;
  prompt: string;
  enabled: boolean;
  /** Null: disabled, or never again. In the past: due, or waiting for its last job to end. */
  nextRunAt: number | null;
  lastJobId: string | null;
  lastEnqueuedAt: number | null;
  lossy: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface NewAutomation extends Provenance {
  name: string;
  workspace: Workspace | null;
  schedule: string;
  timeZone: string;
  prompt: string;
  enabled: boolean;
}

/** Newest first: by id, descending. */
export interface AutomationQuery {
  directory?: string | undefined;
  after?: { id: string } | undefined;
  limit: number;
}

/**
 * The first time after `after` (milliseconds) that a cron text names in a time zone; null if it names none. Throws an
 * `Error` whose message says what is wrong with the text or with the zone.
 */
export type NextRun = (schedule: string, timeZone: string, after: number) => number | null;

export interface AutomationStore {
  /**
   * Creates the automation of that name in that directory, or changes it. A new schedule, or being enabled again,
   * counts from now; anything else leaves the next time as it was. `invalid_input`: a schedule or a time zone that is
   * none, or a schedule that never comes.
   */
  upsert(automation: NewAutomation): Promise<Automation>;
  list(query: AutomationQuery): Promise<Page<Automation>>;
  /** Returns what it was. Jobs that it enqueued stay. */
  delete(automationId: string, by: Provenance): Promise<Automation>;
  /**
   * Enqueues one job for each automation whose time has come, however many times were missed and however many processes
   * look. One whose last job is not finished stays due, and is caught up once when that job has ended. Returns how many
   * were enqueued; writes nothing if none is due.
   */
  enqueueDue(): Promise<number>;
}
