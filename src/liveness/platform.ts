// Which reader asks this operating system.
// Must not know what it will be asked.
import { darwinReader } from "./darwin.ts";
import type { PlatformReader } from "./facts.ts";
import { linuxReader } from "./linux.ts";
import { windowsReader } from "./windows.ts";

/** @param platform as in `process.platform`. Null: we know no way to ask that system. */
export function platformReader(platform: string): PlatformReader | null {
  if (platform === "linux") return linuxReader;
  if (platform === "darwin") return darwinReader;
  if (platform === "win32") return windowsReader;
  return null;
}

/** Below 1 the system reads a pid as "my process group" or "everyone", so kill(pid, 0) succeeds: kill(2). */
export function isPid(pid: number): boolean {
  return Number.isInteger(pid) && pid >= 1 && pid <= 0x7fffffff;
}
