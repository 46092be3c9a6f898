// Puts the server together: the store behind it, what it is handed, the sweep after the handshake, and its end.
import { existsSync } from "node:fs";
import { flushCompileCache } from "node:module";
import type { HostSession } from "../db/captures.ts";
import { limits } from "../db/limits.ts";
import type { ProcessIdentity } from "../db/process.ts";
import { findHostProcess } from "../liveness/ancestry.ts";
import { createProber } from "../liveness/prober.ts";
import type { Connection } from "../server/connection.ts";
import { describeServer } from "../server/description.ts";
import type { Handover } from "../server/greeter.ts";
import type { Description } from "../server/greeting.ts";
import { createLog } from "../server/log.ts";
import { createServer, toTransport } from "../server/server.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { tools } from "../tools/index.ts";
import { readGitHead } from "../workspace/git.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { doChores } from "./chores.ts";
import { against, currentDirectory } from "./directory.ts";
import { noteLargeStore } from "./large-store.ts";
import { openStoreOf } from "./open-store.ts";
import type { Settings } from "./settings.ts";

export interface RunningServer {
  /** Answers what has been asked, notes an orderly end on the host's runs, and closes the store. */
  stop(reason: string): Promise<void>;
}

const claudeCode = "claude-code";

// Milliseconds after the handshake, so that the chores do not stand in the way of the first call.
const choresDelay = 200;

export async function startServer(
  settings: Settings,
  connection: Connection,
  handover: Handover,
  prepared: Description | undefined,
): Promise<RunningServer> {
  const log = createLog(settings.logLevel);
  const prober = createProber();
  const store = once(async () => {
    const opened = await openStoreOf(settings, prober, log);
    log.info({ file: opened.file, durability: settings.durability }, "opened the database");
    noteLargeStore(opened.file, log, settings.largeStore);
    return opened;
  });
  const findHost = once(() => findHostProcess());
  const hostRuns: string[] = [];
  let host: Promise<ProcessIdentity> | undefined;
  const createdSessionIds: string[] = [];
  const identifyHost = once(async () => {
    const pid = await findHost();
    return pid === null ? null : prober.identify(pid);
  });

  // Claude Code sets it for the servers that it starts. After a /clear it is in another session, and a hook has told of it.
  const startedIn = process.env.CLAUDE_CODE_SESSION_ID;
  const readHostSession = async (): Promise<HostSession | null> => {
    if (!startedIn) return null;
    const host = await identifyHost();
    const latest = host && (await (await store()).captures.latestOfHost(host));
    if (latest?.provider === claudeCode) return latest;
    return { provider: claudeCode, providerSessionId: startedIn };
  };

  const directory = currentDirectory();
  const shared: Omit<ToolContext, "store" | "client"> = {
    directory,
    readWorkspace: (path) => readWorkspace(against(directory, path)),
    readGitHead: (path) => readGitHead(against(directory, path)),
    findHost,
    noteHostRun: (run) => {
      hostRuns.push(run.id);
      host ??= prober.identify(run.pid);
    },
    noteSession: (id) => void createdSessionIds.push(id),
    readAsker: async () => ({
      createdSessionIds,
      host: await identifyHost(),
      providerSessionId: (await readHostSession())?.providerSessionId ?? null,
    }),
    readHostSession,
  };
  const server = createServer({
    description: prepared ?? describeServer(tools),
    tools,
    toolsets: settings.toolsets,
    log,
    openContext: async (client) => ({ ...shared, client: cutName(client), store: await store() }),
    hasStore: () => store.made() || existsSync(settings.db),
    onInitialized: () => {
      setTimeout(() => void doChores(settings.db, store, log), choresDelay).unref();
      setTimeout(flushCompileCache, choresDelay).unref();
    },
  });
  await server.connect(toTransport(connection, handover));

  return {
    async stop(reason) {
      log.debug({ reason }, "stopping");
      // Asked at once: a host that dies closes our stdin too, and a moment later it is gone.
      const letGo =
        host !== undefined && (isSignal(reason) || (await prober.probe(await host)).state === "alive");
      await connection.whenAnswered(isSignal(reason) ? 1_000 : 5_000);
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

/** A client's name becomes part of every record it writes. */
function cutName(name: string): string {
  let cut = name.toWellFormed();
  while (Buffer.byteLength(cut) > limits.name)
    cut = cut.slice(0, Math.min(cut.length - 1, limits.name)).toWellFormed();
  return cut;
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
