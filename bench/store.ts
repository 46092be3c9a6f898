// A Store as the server opens it, and what the lines put into it.
import { join } from "node:path";
import { typeid } from "typeid-js";
import type { NewSession } from "../src/db/records.ts";
import type { Redactor } from "../src/db/redaction.ts";
import { openStore } from "../src/db/sqlite/sqlite-store.ts";
import type { Store } from "../src/db/store.ts";
import { createProber } from "../src/liveness/prober.ts";
import { nextRun } from "../src/schedule/schedule.ts";
import { newSession, workspace } from "../test/new-records.ts";
import type { Durability } from "./floors/raw-log.ts";

export function openBenchStore(file: string, durability: Durability, redactor?: Redactor): Promise<Store> {
  return openStore({
    file,
    durability,
    migrationsDirectory: join(import.meta.dirname, "..", "migrations", "sqlite"),
    now: Date.now,
    newId: (prefix) => typeid(prefix).toString(),
    prober: createProber(),
    nextRun,
    log: { info() {}, warn() {} },
    redactor,
  });
}

export function sessionIn(directory: string): NewSession {
  return newSession({ workspace: { ...workspace, directory, projectDirectory: directory } });
}

/** So many ASCII characters of prose, beginning differently for each `index`. */
export function prose(length: number, index = 0): string {
  const start = `${index}: the parser keeps its place after an error in src/parse.ts and goes on. `;
  return start.repeat(Math.ceil(length / start.length)).slice(0, length);
}
