// The Store for the scripts that tests start as processes: as the tests' own, without anything of vitest.
import { typeid } from "typeid-js";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import type { Store, StoreOptions } from "../../src/db/store.ts";
import { nextRun } from "../../src/schedule/schedule.ts";

export function openStoreAt(
  file: string,
  migrationsDirectory: string,
  durability?: StoreOptions["durability"],
): Promise<Store> {
  return openStore({ ...plainOptions, file, migrationsDirectory, ...(durability && { durability }) });
}

export const plainOptions: Omit<StoreOptions, "file" | "migrationsDirectory"> = {
  // Most tests kill processes, not the power.
  durability: "normal",
  now: Date.now,
  newId: (prefix) => typeid(prefix).toString(),
  prober: {
    identify: async (pid) => ({ pid, machineId: "m", bootId: "b", pidNamespace: "n", startToken: "s" }),
    probe: async () => ({ state: "alive" }),
  },
  nextRun,
  log: { info() {}, warn() {} },
};
