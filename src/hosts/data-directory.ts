// Where programs keep their data on each platform.
import { join } from "node:path";
import type { Environment } from "./host.ts";

export function dataDirectory({ home, variables, platform }: Environment, program: string): string {
  if (platform === "darwin") return join(home, "Library", "Application Support", program);
  if (platform === "win32") return join(variables.LOCALAPPDATA || join(home, "AppData", "Local"), program);
  return join(variables.XDG_DATA_HOME || join(home, ".local", "share"), program);
}
