// Folders that are made where they are missing. It knows no database.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * The folder, with those above it. Node's own `recursive` goes round for ever where a system refuses to make a folder by
 * saying that the one above is missing, as Linux does in /proc; this one throws what the system said.
 */
export function makeFolders(path: string, mode?: number): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.toReversed()) makeFolder(folder, mode);
}

/** Another process may have made it meanwhile. */
function makeFolder(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
