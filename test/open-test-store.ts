// A Store on a real file in a folder of its own, with a clock that a test can move.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openStore } from "../src/db/sqlite/sqlite-store.ts";
import type { Store, StoreOptions } from "../src/db/store.ts";
import { plainOptions } from "./processes/open-store.ts";

export const migrationsDirectory = join(import.meta.dirname, "..", "migrations", "sqlite");

/** An empty folder that is gone after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backstory-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function storeOptions(overrides: Partial<StoreOptions> = {}): StoreOptions {
  return { ...plainOptions, file: join(makeFolder(), "test.db"), migrationsDirectory, ...overrides };
}

export async function openTestStore(overrides: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(storeOptions(overrides));
  onTestFinished(() => store.close());
  return store;
}
