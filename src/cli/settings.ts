// What a user can set, with nothing loaded for it.
import type { Toolset } from "../tools/toolsets.ts";

export const durabilities = ["full", "normal"] as const;
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;

export interface Settings {
  /** Absolute path. */
  db: string;
  toolsets: Toolset[];
  durability: (typeof durabilities)[number];
  logLevel: (typeof logLevels)[number];
}
