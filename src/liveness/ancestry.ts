// Which process is the agent host: the first ancestor that only its own user would have started.
// Must not know what a run is.
import type { Ancestor, AncestorReader } from "./facts.ts";
import { isPid, platformReader } from "./platform.ts";

const shells = "sh bash dash zsh fish ksh ash busybox cmd powershell pwsh".split(" ");
const runners = "npm npx pnpm pnpx yarn yarnpkg bunx corepack".split(" ");
const launchers = new Set([...shells, ...runners]);
const interpreters = new Set(["node", "nodejs", "bun"]);

// Longer than any chain seen, and an end to a loop of reused pids.
const furthest = 32;

/**
 * The pid of the first process from `startPid` upward that is no shell and no package runner.
 *
 * Where a shell is all there is, somebody typed the command: the walk goes on to the terminal, which is
 * what lives as long as the session. When it reaches pid 1 (init outlives every host) or something it
 * cannot read, the answer is `startPid`: the nearest process known to have wanted us. Null: no parent.
 * Never rejects.
 */
export async function findHostProcess(startPid: number = process.ppid): Promise<number | null> {
  if (!isPid(startPid)) return null;
  const reader = platformReader(process.platform);
  return reader === null ? startPid : walkToHost(startPid, reader.ancestors());
}

/** As `findHostProcess`, over any picture of the processes. */
export async function walkToHost(startPid: number, read: AncestorReader): Promise<number> {
  let pid = startPid;
  let child: Ancestor | undefined;
  for (let step = 0; step < furthest && pid > 1; step++) {
    const ancestor = await read(pid);
    if (ancestor === null || isYounger(ancestor, child)) break;
    if (!isLauncher(ancestor.command)) return pid;
    child = ancestor;
    pid = ancestor.parentPid;
  }
  return startPid;
}

/** Windows never corrects a parent's pid: one younger than its child has only inherited the number. */
function isYounger(parent: Ancestor, child: Ancestor | undefined): boolean {
  return (
    parent.startedAt !== undefined && child?.startedAt !== undefined && parent.startedAt > child.startedAt
  );
}

/**
 * Is this command line a shell's or a package runner's? It comes as arguments, or as one string: on macOS
 * and Windows always, on Linux when the program set its title (npm does: "npm exec backstory").
 */
export function isLauncher(command: string[]): boolean {
  const words = command.length === 1 ? splitWords(command[0] ?? "") : command;
  const program = programName(words[0] ?? "");
  if (launchers.has(program)) return true;
  if (!interpreters.has(program)) return false;
  const script = words.slice(1).find((word) => !word.startsWith("-")) ?? "";
  if (program === "bun" && script === "x") return true;
  return runners.includes(scriptName(script));
}

/** Quotes hold a Windows path together; what they hold beyond that does not matter here. */
function splitWords(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"?|[^\s"]+/g), (match) => match[1] ?? match[0]);
}

/** A login shell calls itself "-zsh": login(1). */
function programName(word: string): string {
  return baseName(word)
    .replace(/^-/, "")
    .replace(/\.exe$/, "");
}

/** npx-cli.js, pnpm.cjs, yarn-4.1.0.cjs */
function scriptName(word: string): string {
  return baseName(word)
    .replace(/\.[cm]?js$/, "")
    .replace(/-(cli|[\d.]+)$/, "");
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
}
