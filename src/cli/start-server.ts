// Puts the server together: the store behind it, what it is handed, the sweep after the handshake, and its end.
import { existsSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { typeid } from "typeid-js";
import type { ProcessIdentity } from "../db/process.ts";
import { openStore } from "../db/sqlite/sqlite-store.ts";
import type { Store } from "../db/store.ts";
import { findHostProcess } from "../liveness/ancestry.ts";
import { createProber } from "../liveness/prober.ts";
import type { Connection } from "../server/connection.ts";
import { describeServer } from "../server/description.ts";
import type { Handover } from "../server/greeter.ts";
import type { Description } from "../server/greeting.ts";
import { createLog, type Log } from "../server/log.ts";
import { createServer, toTransport } from "../server/server.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { tools } from "../tools/index.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against, currentDirectory } from "./directory.ts";
import { migrationsDirectory } from "./paths.ts";
import type { Settings } from "./settings.ts";

export interface RunningServer {
  /** Answers what has been asked, notes an orderly end on the host's runs, and closes the store. */
  stop(reason: string): Promise<void>;
}

// Milliseconds after the handshake, so that the sweep does not stand in the way of the first call.
const sweepDelay = 200;

export async function startServer(
  settings: Settings,
  connection: Connection,
  handover: Handover,
  prepared: Description | undefined,
): Promise<RunningServer> {
  const log = createLog(settings.logLevel);
  const prober = createProber();
  const store = once(async () => {
    const opened = await openStore({
      file: settings.db,
      durability: settings.durability,
      migrationsDirectory,
      now: Date.now,
      newId: (prefix) => typeid(prefix).toString(),
      prober,
      log,
    });
    log.info({ file: opened.file, durability: settings.durability }, "opened the database");
    return opened;
  });
  const findHost = once(() => findHostProcess());
  const hostRuns: string[] = [];
  let host: Promise<ProcessIdentity> | undefined;

  const directory = currentDirectory();
  const shared: Omit<ToolContext, "store" | "client"> = {
    directory,
    readWorkspace: (path) => readWorkspace(against(directory, path)),
    findHost,
    noteHostRun: (run) => {
      hostRuns.push(run.id);
      host ??= prober.identify(run.pid);
    },
  };
  const server = createServer({
    description: prepared ?? describeServer(tools),
    tools,
    toolsets: settings.toolsets,
    log,
    openContext: async (client) => ({ ...shared, client, store: await store() }),
    hasStore: () => store.made() || existsSync(settings.db),
    onInitialized: () => {
      setTimeout(() => void sweep(settings.db, store, log), sweepDelay).unref();
      setTimeout(flushCompileCache, sweepDelay).unref();
    },
  });
  const transport = toTransport(connection, handover.answered);
  await server.connect(transport);
  for (const message of handover.messages) transport.onmessage?.(message as never);

  return {
    async stop(reason) {
      log.debug({ reason }, "stopping");
      // Asked at once: a host that dies closes our stdin too, and a moment later it is gone.
      const letGo =
        host !== undefined && (isSignal(reason) || (await prober.probe(await host)).state === "alive");
      await connection.whenAnswered(isSignal(reason) ? 1_000 : 15_000);
      if (!store.made()) return;
      try {
        const opened = await store();
        if (letGo) await opened.markDisconnected(hostRuns);
        await opened.close();
      } catch (error) {
        log.warn(
          { reason: error instanceof Error ? error.message : String(error) },
          "the store did not close in order",
        );
      }
    },
  };
}

/** Marks the runs that died since the last start. A store that is not there yet is not made for this. */
async function sweep(file: string, store: () => Promise<Store>, log: Log): Promise<void> {
  if (!existsSync(file)) return;
  try {
    const { crashed, ended, unknown, alive, checked } = await (await store()).markCrashedRuns();
    const counts = { crashed: crashed.length, ended: ended.length, unknown: unknown.length, alive };
    if (checked > 0) log.info(counts, "checked the running runs");
  } catch (error) {
    // The next call meets the same error, and tells its caller.
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      "could not check the running runs",
    );
  }
}

function isSignal(reason: string): boolean {
  return reason.startsWith("SIG");
}

/** Makes it when it is first asked for; a failure is not kept, so that the next call tries again. */
function once<T>(make: () => Promise<T>): { (): Promise<T>; made(): boolean } {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(get, { made: () => made !== undefined });
}
