// The audit log: who changed or deleted what. It is only ever added to.
import type { JsonObject, Page, Provenance } from "./records.ts";

export interface AuditEntry extends Provenance {
  /** Later entries have larger ones. */
  id: number;
  at: number;
  /** The tool's name, also for what came in by another door. */
  tool: string;
  sessionId: string | null;
  /** What was changed or deleted: the id of a session, a run, a project … */
  subjectId: string;
  /** Names of fields, ids and counts; never a text. */
  details: JsonObject | null;
}

/** Newest first: by id, descending. */
export interface AuditQuery {
  /** Also one that has been deleted. */
  sessionId?: string | undefined;
  tool?: string | undefined;
  /** Inclusive. */
  since?: number | undefined;
  after?: { id: number } | undefined;
  limit: number;
}

/** An entry is written by the transaction that does what it tells of: neither is there without the other. */
export interface AuditStore {
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
}
