// Linux: machine, boot, pid namespace and processes, all from files.
// Must not know what the facts are used for.
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ancestor, MachineFacts, PlatformReader, Reading } from "./facts.ts";

/** include/linux/sched.h: the task is shutting down. */
const exitingFlag = 0x4;

/** The fields of /proc/PID/stat that we use, numbered in proc(5) from 1. */
export interface Stat {
  /** Field 2, the program's name, at most 15 bytes. */
  name: string;
  /** Field 3: R, S, D, T, t, I … ; Z is a zombie, X and x are dead. */
  state: string;
  /** Field 4. */
  parentPid: number;
  /** Field 9, PF_* of include/linux/sched.h. */
  flags: number;
  /** Field 22, clock ticks after boot, as text: it may exceed 2^53. */
  startTime: string;
}

/** Null: not a line of /proc/PID/stat. The name may hold spaces, parentheses and newlines: proc(5). */
export function parseStat(text: string): Stat | null {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return null;
  const fields = text
    .slice(close + 1)
    .trim()
    .split(" ");
  const [state, parentPid, flags, startTime] = [fields[0], fields[1], fields[6], fields[19]];
  if (!state || !/^\d+$/.test(parentPid ?? "") || !/^\d+$/.test(flags ?? "")) return null;
  if (startTime === undefined || !/^\d+$/.test(startTime)) return null;
  const name = text.slice(open + 1, close);
  return { name, state, parentPid: Number(parentPid), flags: Number(flags), startTime };
}

/**
 * A killed process closes its pipes after PF_EXITING is set and before it is a zombie (do_exit in
 * kernel/exit.c), so whoever wakes at the end of such a pipe may find it in any state.
 */
export function processReading(stat: Stat): Reading {
  if (/^[ZXx]$/.test(stat.state) || (stat.flags & exitingFlag) !== 0) return { state: "exited" };
  return { state: "present", startToken: stat.startTime };
}

/** machine-id(5): 32 hex digits; empty or "uninitialized" before the first boot has finished. */
export function parseMachineId(text: string): string | null {
  const id = text.trim().toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id) ? id : null;
}

/** random(4): /proc/sys/kernel/random/boot_id is a UUID made at boot. */
export function parseBootId(text: string): string | null {
  const id = text.trim();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

async function readMachine(): Promise<MachineFacts> {
  const [systemd, dbus, boot, pids, times] = await Promise.all([
    readText("/etc/machine-id"),
    readText("/var/lib/dbus/machine-id"),
    readText("/proc/sys/kernel/random/boot_id"),
    readlink("/proc/self/ns/pid").catch(() => null),
    // Since Linux 5.6: shifts the start times that are read inside of it.
    readlink("/proc/self/ns/time").catch(() => null),
  ]);
  return {
    machineId: parseMachineId(systemd) ?? parseMachineId(dbus),
    bootId: parseBootId(boot),
    pidNamespace: pids && times ? `${pids} ${times}` : pids,
  };
}

/** A sandbox may show the /proc of an outer pid namespace, where our pids are other processes'. */
async function procIsOurs(): Promise<boolean> {
  const self = await readlink("/proc/self").catch(() => null);
  return self === String(process.pid);
}

async function readProcess(pid: number): Promise<Reading> {
  const stat = await readStat(pid);
  if (stat === null) return { state: "unreadable" };
  const reading = processReading(stat);
  if (reading.state === "exited" && (await worksOn(pid)))
    return { state: "present", startToken: stat.startTime };
  return reading;
}

// The threads of a killed process end one after the other, but within milliseconds.
const dyingTime = 50;

/** A program may end its first thread and go on in others (pthread_exit in main). */
async function worksOn(pid: number): Promise<boolean> {
  if (!(await hasLiveThread(pid))) return false;
  await sleep(dyingTime);
  return hasLiveThread(pid);
}

async function hasLiveThread(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  for (const thread of threads) {
    const stat = parseStat(await readText(`/proc/${pid}/task/${thread}/stat`));
    if (stat !== null && processReading(stat).state === "present") return true;
  }
  return false;
}

async function readStat(pid: number): Promise<Stat | null> {
  return (await procIsOurs()) ? parseStat(await readText(`/proc/${pid}/stat`)) : null;
}

async function readAncestor(pid: number): Promise<Ancestor | null> {
  const stat = await readStat(pid);
  if (stat === null) return null;
  // A program that set its own title leaves the rest of its old arguments as NULs.
  const command = (await readText(`/proc/${pid}/cmdline`)).split("\0").filter((part) => part !== "");
  return { parentPid: stat.parentPid, command: command.length > 0 ? command : [stat.name] };
}

export const linuxReader: PlatformReader = { readMachine, readProcess, ancestors: () => readAncestor };
