// From which size on a store is spoken of: in the log when a server opens it, and by `backstory doctor`.
import { statSync } from "node:fs";
import type { Log } from "../server/log.ts";

/** Bytes. Everything stays as quick, but copies of it and checks of it take minutes. */
export const largeStore = 5_000_000_000;

export function noteLargeStore(file: string, log: Pick<Log, "warn">, limit = largeStore): void {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > limit)
    log.warn({ bytes, limit }, "the database is large: backstory doctor says what takes the space");
}
