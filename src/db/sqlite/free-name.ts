// The name of a file that is to be made: nobody's yet, and none that SQLite would take for a part of the store.
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StoreError } from "../errors.ts";

/** `conflict`: there is such a file, or it would be the log or the journal of `store`. */
export function refuseTaken(path: string, store: string): void {
  const place = join(realOr(dirname(path)), basename(path));
  if (["-wal", "-shm", "-journal"].some((end) => place === realOr(store) + end))
    throw new StoreError("conflict", `SQLite would take ${path} for a part of ${store}.`, "Name another.");
  if (existsSync(path))
    throw new StoreError("conflict", `There is a file ${path} already.`, "Name one that does not exist.");
}

function realOr(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
