// macOS: machine and boot from ioreg and sysctl, processes from ps.
// Must not know what the facts are used for.
import { type CommandOutcome, runCommand } from "./command.ts";
import type { Ancestor, MachineFacts, PlatformReader, Reading } from "./facts.ts";

// The start time is text made by ps: its words and its hour must not depend on who asks.
const environment = { LC_ALL: "C", TZ: "UTC" };

/** ioreg(8) prints the properties of IOPlatformExpertDevice one a line: `"IOPlatformUUID" = "…"`. */
export function parsePlatformUuid(text: string): string | null {
  return /"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"/.exec(text)?.[1] ?? null;
}

/** sysctl(8) `kern.bootsessionuuid`: a UUID made at boot. */
export function parseBootSession(text: string): string | null {
  const id = text.trim();
  return /^[0-9A-Fa-f-]{36}$/.test(id) ? id : null;
}

/**
 * The answer to `ps -o state= -o lstart= -p PID`. ps(1): the state's first letter Z is a zombie, a later E
 * means the process is trying to exit; lstart is the exact time it started.
 */
export function parseProcess({ code, stdout }: CommandOutcome): Reading {
  const match = /^([A-Z?]\S{0,9}) +([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/.exec(stdout.trim());
  const [state, startToken] = [match?.[1], match?.[2]];
  if (code !== 0 || state === undefined || startToken === undefined) return { state: "unreadable" };
  return state.startsWith("Z") || state.includes("E")
    ? { state: "exited" }
    : { state: "present", startToken };
}

/** The answer to `ps -o ppid= -o command= -p PID`. */
export function parseAncestor({ code, stdout }: CommandOutcome): Ancestor | null {
  const match = /^(\d+) +(\S.*)$/s.exec(stdout.trim());
  if (code !== 0 || match?.[2] === undefined) return null;
  return { parentPid: Number(match[1]), command: [match[2]] };
}

/**
 * One -o per keyword, because after `=` the rest of the argument is the header: POSIX, ps.
 * -ww, because ps(1) cuts lines at 79 columns where there is no terminal.
 */
function ps(pid: number, ...keywords: string[]): Promise<CommandOutcome> {
  const columns = keywords.flatMap((keyword) => ["-o", `${keyword}=`]);
  return runCommand("/bin/ps", ["-ww", ...columns, "-p", String(pid)], environment);
}

async function readMachine(): Promise<MachineFacts> {
  const [platform, boot] = await Promise.all([
    runCommand("/usr/sbin/ioreg", ["-rd1", "-c", "IOPlatformExpertDevice"], environment),
    runCommand("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], environment),
  ]);
  const machineId = parsePlatformUuid(platform.stdout);
  return { machineId, bootId: parseBootSession(boot.stdout), pidNamespace: null };
}

export const darwinReader: PlatformReader = {
  readMachine,
  readProcess: async (pid) => parseProcess(await ps(pid, "state", "lstart")),
  ancestors: () => async (pid) => parseAncestor(await ps(pid, "ppid", "command")),
};
