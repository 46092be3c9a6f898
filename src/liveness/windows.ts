// Windows: machine from the registry, processes from CIM through Windows PowerShell.
// Must not know what the facts are used for.
import { win32 } from "node:path";
import { type CommandOutcome, runCommand } from "./command.ts";
import type { Ancestor, AncestorReader, MachineFacts, PlatformReader, Reading } from "./facts.ts";

/** `reg query` prints `    MachineGuid    REG_SZ    <guid>` under the key's name. */
export function parseMachineGuid(text: string): string | null {
  return /^\s*MachineGuid\s+REG_SZ\s+([0-9A-Fa-f-]{36})\s*$/m.exec(text)?.[1] ?? null;
}

/** The answer to `processQuery`: nothing when there is no such process, or Win32_Process withholds its date. */
export function parseProcess({ code, stdout }: CommandOutcome): Reading {
  const startToken = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.exec(stdout.trim())?.[0];
  return code === 0 && startToken !== undefined ? { state: "present", startToken } : { state: "unreadable" };
}

/** The answer to `tableQuery`, by pid. Rows that make no sense are left out. */
export function parseTable(text: string): Map<number, Ancestor> {
  const table = new Map<number, Ancestor>();
  for (const row of parseRows(text)) {
    const [pid, parentPid] = [row.ProcessId, row.ParentProcessId];
    if (typeof pid !== "number" || typeof parentPid !== "number") continue;
    // Other users' command lines are withheld; the name never is.
    const command = [row.CommandLine, row.Name].find((text) => typeof text === "string" && text !== "");
    const startedAt = row.Started;
    const ancestor: Ancestor = { parentPid, command: typeof command === "string" ? [command] : [] };
    table.set(pid, typeof startedAt === "string" ? { ...ancestor, startedAt } : ancestor);
  }
  return table;
}

/** ConvertTo-Json writes a single row without its array. */
function parseRows(text: string): Record<string, unknown>[] {
  try {
    const parsed: unknown = JSON.parse(text);
    const rows = Array.isArray(parsed) ? parsed : [parsed];
    return rows.filter((row) => typeof row === "object" && row !== null);
  } catch {
    return [];
  }
}

// "o" is the same in every culture, and UTC in every time zone.
const universal = ".CreationDate.ToUniversalTime().ToString('o')";

function processQuery(pid: number): string {
  if (!Number.isInteger(pid)) throw new TypeError("a pid is a whole number");
  return `(Get-CimInstance -ClassName Win32_Process -Filter 'ProcessId=${pid}')${universal}`;
}

const tableQuery = [
  "Get-CimInstance -ClassName Win32_Process",
  `Select-Object ProcessId,ParentProcessId,Name,CommandLine,@{n='Started';e={$_${universal}}}`,
  "ConvertTo-Json -Compress",
].join(" | ");

function system32(...path: string[]): string {
  return win32.join(process.env.SystemRoot ?? "C:\\Windows", "System32", ...path);
}

function powershell(script: string): Promise<CommandOutcome> {
  const file = system32("WindowsPowerShell", "v1.0", "powershell.exe");
  return runCommand(file, ["-NoProfile", "-NonInteractive", "-Command", script]);
}

/**
 * No boot id: LastBootUpTime is the clock less the uptime, so setting the clock moves it, and a moved boot
 * would call live runs dead. CreationDate is fixed when the process is made, finer than any two processes
 * can share, and tells boots apart by itself.
 */
async function readMachine(): Promise<MachineFacts> {
  const key = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
  const { stdout } = await runCommand(system32("reg.exe"), ["query", key, "/v", "MachineGuid", "/reg:64"]);
  return { machineId: parseMachineGuid(stdout), bootId: null, pidNamespace: null };
}

/** PowerShell takes most of a second to start: one picture of all processes serves the whole walk. */
function ancestors(): AncestorReader {
  let table: Promise<Map<number, Ancestor>> | undefined;
  return async (pid) => {
    table ??= powershell(tableQuery).then(({ stdout }) => parseTable(stdout));
    return (await table).get(pid) ?? null;
  };
}

export const windowsReader: PlatformReader = {
  readMachine,
  readProcess: async (pid) => parseProcess(await powershell(processQuery(pid))),
  ancestors,
};
