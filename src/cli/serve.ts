// `backstory serve`: answers on stdin and stdout from the first moment, and loads the server proper behind that.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { Connection } from "../server/connection.ts";
import { greet, type Handover } from "../server/greeter.ts";
import { type Description, toolsOf } from "../server/greeting.ts";
import type { Settings } from "./settings.ts";
import type { RunningServer } from "./start-server.ts";

/** Ends the process with 0 when the host closes stdin or stdout, or on SIGTERM, SIGINT and SIGHUP. */
export function serve(settings: Settings): void {
  // Loading would let the young generation grow to 8 MB, which a server that waits for its host keeps.
  setFlagsFromString("--semi-space-growth-factor=1");
  let server: Promise<RunningServer> | undefined;
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    if (server === undefined) await connection.whenAnswered(1_000);
    else await (await server).stop(reason);
    process.exit(0);
  };
  const connection = new Connection(process.stdin, process.stdout, stop);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
  if (process.stdin.isTTY) process.stderr.write(welcome());

  const prepared = readPrepared();
  const load = (handover: Handover) => {
    server = import("./start-server.ts").then(({ startServer }) =>
      startServer(settings, connection, handover, prepared),
    );
  };
  if (prepared === undefined) load({ messages: [], answered: new Set() });
  else greet(connection, { ...prepared, tools: toolsOf(prepared, settings.toolsets) }, load);
}

/** What the build wrote beside us; nothing when we run from source. */
function readPrepared(): Description | undefined {
  try {
    return JSON.parse(readFileSync(new URL("./description.json", import.meta.url), "utf8")) as Description;
  } catch {
    return undefined;
  }
}

function quote(path: string): string {
  return /^[\w./:@\\-]+$/.test(path) ? path : `"${path}"`;
}

/** How to add this very program to a host: the same Node, the same file. */
function welcome(): string {
  const [node, script] = [process.execPath, process.argv[1] ?? "backstory"].map(quote);
  return `Backstory is an MCP server: an agent host starts it and talks to it on stdin. To add it to one:
  Claude Code  claude mcp add backstory -- ${node} ${script}
  Codex        codex mcp add backstory -- ${node} ${script}
  VS Code      code --add-mcp '${JSON.stringify({ name: "backstory", command: process.execPath, args: process.argv.slice(1, 2) })}'
  others       see the README: the command is ${node}, its argument ${script}
It is waiting for JSON-RPC messages now; end it with Ctrl-D.
`;
}
