// The first line of an export: what the file is, and which form its records have.

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
