// A store that has grown past a size is spoken of: in the log when a server opens it, and by `backstory doctor`.
import { statSync } from "node:fs";
import type { Log } from "../server/log.ts";

/** Everything stays as quick, but copies of it and checks of it take minutes. */
export function noteLargeStore(file: string, log: Pick<Log, "warn">, limit: number): void {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > limit)
    log.warn({ bytes, limit }, "the database is large: backstory doctor says what takes the space");
}
