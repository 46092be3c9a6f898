// What a hook does with the store. What only some calls need is loaded when they do: a host waits for each.
import { type HookOptions, takeHookCall } from "../capture/hook.ts";
import { remember } from "../capture/to-captured.ts";
import type { ProcessProber } from "../db/process.ts";
import type { Store, StoreLog } from "../db/store.ts";
import type { HookCall } from "../hosts/hooks.ts";
import type { JsonObject } from "../hosts/host.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against } from "./directory.ts";
import { openStoreOf } from "./open-store.ts";
import type { Settings } from "./settings.ts";

/** Most calls ask nothing of a process. */
const lateProber: ProcessProber = {
  identify: async (pid) => (await loadProber()).identify(pid),
  probe: async (identity) => (await loadProber()).probe(identity),
};

async function loadProber(): Promise<ProcessProber> {
  return (await import("../liveness/prober.ts")).createProber();
}

/** Waits so many milliseconds for others, and then gives up: the host waits for us. */
export function openHookStore(
  settings: Pick<Settings, "db" | "redaction">,
  busyDeadline: number,
  log: StoreLog,
): Promise<Store> {
  return openStoreOf({ ...settings, durability: "full" }, lateProber, log, { busyDeadline });
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
    findHost: async () => (await import("../liveness/ancestry.ts")).findHostProcess(),
  }).catch((error: unknown) => {
    // What cannot be written can be read, perhaps.
    onProblem(error);
    return null;
  });
  if (taken === null || call.start === null) return null;
  const { makeContext } = await import("../capture/context.ts");
  const context = await makeContext(call, taken, store);
  return context === null ? null : hooks.inject(call, context);
}
