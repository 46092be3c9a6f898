// What a hook does with the store.
import { makeContext } from "../capture/context.ts";
import { type HookOptions, takeHookCall } from "../capture/hook.ts";
import { remember } from "../capture/import.ts";
import type { Store, StoreLog } from "../db/store.ts";
import type { HookCall } from "../hosts/hooks.ts";
import type { JsonObject } from "../hosts/host.ts";
import { findHostProcess } from "../liveness/ancestry.ts";
import { createProber } from "../liveness/prober.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against } from "./directory.ts";
import { openStoreOf } from "./open-store.ts";

/** Waits so many milliseconds for others, and then gives up: the host waits for us. */
export function openHookStore(db: string, busyDeadline: number, log: StoreLog): Promise<Store> {
  return openStoreOf({ db, durability: "full" }, createProber(), log, { busyDeadline });
}

/** Takes in what the call says; what the host is to be told. */
export async function hookContext(
  call: HookCall,
  options: Omit<HookOptions, "findHost" | "readWorkspace">,
): Promise<JsonObject | null> {
  const { store, hooks, directory, onProblem } = options;
  const taken = await takeHookCall(call, {
    ...options,
    readWorkspace: remember((path) => readWorkspace(against(directory, path))),
    findHost: () => findHostProcess(),
  }).catch((error: unknown) => {
    // What cannot be written can be read, perhaps.
    onProblem(error);
    return null;
  });
  if (taken === null || call.start === null) return null;
  const context = await makeContext(call, taken, store);
  return context === null ? null : hooks.inject(call, context);
}
