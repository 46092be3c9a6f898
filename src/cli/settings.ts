// What a user can set, with nothing loaded for it.
import type { RedactionMode } from "../redaction/redactor.ts";
import type { Toolset } from "../tools/toolsets.ts";

export const durabilities = ["full", "normal"] as const;
export const redactionModes: readonly RedactionMode[] = ["mask", "off", "reject"];
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;

export interface Settings {
  /** Absolute path. */
  db: string;
  toolsets: Toolset[];
  durability: (typeof durabilities)[number];
  redaction: RedactionMode;
  logLevel: (typeof logLevels)[number];
  /** Bytes from which on the store is spoken of. */
  largeStore: number;
}
