// The store of the settings' file, handed everything that varies.
import { typeid } from "typeid-js";
import type { ProcessProber } from "../db/process.ts";
import { openStore } from "../db/sqlite/sqlite-store.ts";
import type { Store, StoreLog, StoreOptions } from "../db/store.ts";
import { createRedactor } from "../redaction/redactor.ts";
import { nextRun } from "../schedule/schedule.ts";
import { migrationsDirectory } from "./paths.ts";
import type { Settings } from "./settings.ts";

export function openStoreOf(
  { db, durability, redaction }: Pick<Settings, "db" | "durability" | "redaction">,
  prober: ProcessProber,
  log: StoreLog,
  given: Pick<StoreOptions, "readOnly" | "busyDeadline" | "cacheMegabytes"> = {},
): Promise<Store> {
  return openStore({
    file: db,
    durability,
    ...given,
    migrationsDirectory,
    now: Date.now,
    newId: (prefix) => typeid(prefix).toString(),
    prober,
    nextRun,
    log,
    redactor: createRedactor(redaction),
  });
}
