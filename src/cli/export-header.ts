// The first line of an export: what the file is, and which form its records have; and the last: how many there are.
import type { PortableCounts } from "../db/portable.ts";

/** Rises when an older Backstory could not take in what a newer one writes. */
export const exportVersion = 1;

export interface ExportHeader {
  format: "backstory";
  version: number;
  written_by: string;
  written_at: string;
}

export function header(version: string): ExportHeader {
  const written_at = new Date().toISOString();
  return { format: "backstory", version: exportVersion, written_by: version, written_at };
}

export function isHeader(value: unknown): value is ExportHeader {
  return value !== null && typeof value === "object" && "format" in value && value.format === "backstory";
}

/** Without it, or with other counts than were read, something is missing. Those of the first Backstory have none. */
export interface ExportEnd {
  kind: "end";
  records: Partial<PortableCounts>;
}

export function end(records: Partial<PortableCounts>): ExportEnd {
  return { kind: "end", records };
}

export function isEnd(value: unknown): value is ExportEnd {
  if (value === null || typeof value !== "object" || !("kind" in value) || value.kind !== "end") return false;
  return "records" in value && value.records !== null && typeof value.records === "object";
}
