// `backstory backup` and `backstory restore`: a verified copy of the store, and a store from one.
import { StoreError } from "../db/errors.ts";
import { backUp, restore } from "../db/sqlite/backups.ts";
import { createProber } from "../liveness/prober.ts";
import { openStoreOf } from "./open-store.ts";
import { migrationsDirectory } from "./paths.ts";
import { reportError, write } from "./print.ts";
import type { Settings } from "./settings.ts";

/** Servers may go on; the copy is of one moment. */
export function backUpTo(copy: string, { db }: Settings): void {
  try {
    backUp(db, copy, migrationsDirectory);
    write(`${copy} is a copy of ${db}, and verified.\n`);
  } catch (error) {
    reportError(error);
  }
}

/** Opens the store at last, as a server does, so that one of an older version is brought up to date here. */
export async function restoreFrom(copy: string, settings: Settings): Promise<void> {
  const { db } = settings;
  try {
    if (db === copy)
      throw new StoreError("conflict", `${copy} is its own copy.`, "Name another place with --db.");
    restore(copy, db, migrationsDirectory);
    const store = await openStoreOf(settings, createProber(), { info() {}, warn() {} });
    await store.close();
    write(`${db} is restored from ${copy}, and verified.\n`);
  } catch (error) {
    reportError(error);
  }
}
