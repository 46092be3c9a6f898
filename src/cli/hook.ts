// `backstory hook <host>`: what an agent host calls. It never fails its host: it ends with 0, whatever happens, within its
// time; on stdout is what the host takes, or nothing; what went wrong is in a log. So it parses its own few arguments.
import { appendFileSync, statSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { makeFolders } from "../db/folders.ts";
import type { HookCall, HostHooks } from "../hosts/hooks.ts";
import type { JsonObject } from "../hosts/host.ts";
import { asObject, parseJson } from "../hosts/narrow.ts";
import { currentDirectory } from "./directory.ts";
import { valueFlags } from "./global-flags.ts";
import { hookContext, openHookStore } from "./hook-store.ts";
import { databaseFile } from "./paths.ts";
import type { Settings } from "./settings.ts";
import { readInput } from "./stdin.ts";

// Milliseconds. Claude Code gives a hook at the end of a session 1.5 s, and starts it with some of them.
const atEnd = { all: 1_300, transcripts: 800, lock: 600 };
const otherwise = { all: 10_000, transcripts: 2_000, lock: 3_000 };

const mostLog = 256 * 1024;

/** Never rejects; ends the process with 0. */
export async function runHook(args: readonly string[]): Promise<void> {
  const log = new HookLog();
  const fail = (error: unknown) => {
    log.write(error);
    process.exit(0);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  process.stdout.on("error", () => process.exit(0));
  process.stderr.on("error", () => {});
  setTimeout(() => fail(new Error("it took too long")), otherwise.all).unref();
  try {
    const called = parseHook(args);
    log.file = join(dirname(called.db), "hook.log");
    const output = await answer(called, log);
    if (output === null) process.exit(0);
    process.stdout.write(`${JSON.stringify(output)}\n`, () => process.exit(0));
  } catch (error) {
    fail(error);
  }
}

interface Called extends Pick<Settings, "db" | "redaction"> {
  host: string;
  event: string | null;
}

function parseHook(args: readonly string[]): Called {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(valueFlags.map((flag) => [flag, { type: "string" }])),
    allowPositionals: true,
    strict: false,
  });
  const [, host = "", event = null] = positionals;
  const given = typeof values.db === "string" ? values.db : process.env.BACKSTORY_DB;
  const mode = values.redaction ?? process.env.BACKSTORY_REDACTION;
  // Nothing is kept as it is by mistake.
  return { host, event, db: databaseFile(given || undefined), redaction: mode === "off" ? "off" : "mask" };
}

async function answer({ host, event, ...settings }: Called, log: HookLog): Promise<JsonObject | null> {
  // The host is still writing while this is loaded.
  const [input, { hookedHosts, loadHooks }] = await Promise.all([
    readInput(process.stdin),
    import("../hosts/hooked-hosts.ts"),
  ]);
  const hooks = await loadHooks(host);
  if (hooks === null)
    throw new Error(`there are no hooks of "${host}": name one of ${hookedHosts.join(", ")}`);
  const payload = parse(input);
  const call = hooks.read(payload, event);
  return call === null ? null : take(call, hooks, settings, log);
}

/** Without the parser's own message, which quotes what was said. */
function parse(input: string): JsonObject {
  const payload = parseJson(input.startsWith("\uFEFF") ? input.slice(1) : input);
  const object = asObject(payload);
  if (object === null) throw new Error("the payload is no JSON object");
  return object;
}

async function take(
  call: HookCall,
  hooks: HostHooks,
  settings: Pick<Settings, "db" | "redaction">,
  log: HookLog,
): Promise<JsonObject | null> {
  const budget = call.end === null ? otherwise : atEnd;
  const spent = performance.now();
  setTimeout(() => log.fail(new Error("it took too long")), Math.max(budget.all - spent, 0)).unref();
  const store = await openHookStore(settings, budget.lock, log);
  try {
    return await hookContext(call, {
      store,
      hooks,
      directory: currentDirectory(),
      signal: AbortSignal.timeout(budget.transcripts),
      now: Date.now,
      onProblem: (error) => log.write(error),
    });
  } finally {
    await store.close();
  }
}

/** Codes and reasons, never what was said. Bounded, and never a reason to fail. */
class HookLog {
  file: string | undefined;

  info(): void {}

  warn(fields: Record<string, string | number>, message: string): void {
    this.write(new Error(`${message} ${JSON.stringify(fields)}`));
  }

  write(error: unknown): void {
    const line = `${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}\n`;
    try {
      process.stderr.write(`backstory hook: ${line}`);
      if (this.file === undefined) return;
      makeFolders(dirname(this.file), 0o700);
      if ((statSync(this.file, { throwIfNoEntry: false })?.size ?? 0) > mostLog) truncateSync(this.file);
      appendFileSync(this.file, line.slice(0, 2_000), { mode: 0o600 });
    } catch {
      // A full disk, most likely; the host has what stderr says.
    }
  }

  fail(error: unknown): never {
    this.write(error);
    process.exit(0);
  }
}
