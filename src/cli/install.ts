// `backstory install <host>`: shows, writes or takes away what makes a host start Backstory and call its hook.
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, sep } from "node:path";
import { makeFolders } from "../db/folders.ts";
import {
  type ConfigurationPart,
  type HostConfiguration,
  type Launch,
  type Scope,
  shellCommand,
} from "../hosts/configuration.ts";
import { configurations } from "../hosts/configurations.ts";
import { backupOf, keepBackup, readText, removeFile, replaceText } from "../install/files.ts";
import { InvalidConfiguration } from "../install/invalid-configuration.ts";
import { install, partsByFile, uninstall } from "../install/plan.ts";
import { escapeControls } from "../resume/escape.ts";
import { currentDirectory } from "./directory.ts";
import { write } from "./print.ts";

export interface InstallSettings {
  print?: boolean;
  write?: boolean;
  remove?: boolean;
  scope: Scope;
  /** True: the one that runs now. */
  command?: GivenCommand | true;
}

export interface GivenCommand {
  typed: string;
  launch: Launch;
}

/** npm's own runner, which has the package wherever it is. */
const published: Launch = { command: "npx", args: ["-y", "backstory"] };

/** One file of the configuration. */
interface Planned {
  path: string;
  parts: ConfigurationPart[];
  before: string | null;
  /** Null: the file goes. */
  after: string | null;
}

/** Ends with 1, and writes nothing at all, if a file is not what it should be. */
export async function installHost(name: string, settings: InstallSettings): Promise<void> {
  const host = configurations.find((each) => each.name === name);
  if (host === undefined) {
    const known = configurations.map((each) => each.name).join(", ");
    return refuse(`There is no set-up for "${name}".`, `It is one of ${known}.`);
  }
  const { scope, remove = false } = settings;
  const place = { scope, project: currentDirectory(), home: homedir(), variables: process.env };
  const launch = launchOf(settings);
  const files = partsByFile(host, { ...place, platform: process.platform }, launch);
  const planned: Planned[] = [];
  for (const [path, parts] of files) {
    try {
      planned.push(await plan(path, parts, remove));
    } catch (error) {
      if (!isAboutFile(error)) throw error;
      return refuse(
        `${path} cannot be changed: ${error.message}.`,
        "Nothing was written. Mend the file and call again, or paste what --print shows.",
      );
    }
  }
  if (settings.write || remove) write(await apply(planned, remove));
  else write(show(host, planned, settings));
}

function isAboutFile(error: unknown): error is Error {
  return (
    error instanceof InvalidConfiguration ||
    (error instanceof Error && ("code" in error || error instanceof TypeError))
  );
}

function refuse(message: string, hint: string): void {
  process.stderr.write(escapeControls(`${message}\n${hint}\n`));
  process.exitCode = 1;
}

function launchOf({ command }: InstallSettings): Launch {
  if (command === true) return thisProgram();
  return command?.launch ?? standard();
}

/** A checkout starts itself: what npm has under its name need not be the same, nor be there at all. */
function standard(): Launch {
  const folders = realpathSync(process.argv[1] ?? ".").split(sep);
  return folders.includes("node_modules") ? published : thisProgram();
}

/** The same Node and the same file as now. */
function thisProgram(): Launch {
  return { command: process.execPath, args: process.argv.slice(1, 2) };
}

async function plan(path: string, parts: ConfigurationPart[], remove: boolean): Promise<Planned> {
  const before = await readText(path);
  if (!remove) return { path, parts, before, after: install(parts, before) };
  if (before === null) return { path, parts, before, after: null };
  // As it was, to the byte, if nobody has changed it since.
  const earlier = await readText(backupOf(path));
  const rest = uninstall(parts, before);
  const isUntouched =
    earlier !== null &&
    (rest === null || rest.trimEnd() === earlier.trimEnd() || install(parts, earlier) === before);
  return { path, parts, before, after: isUntouched ? earlier : rest };
}

async function apply(planned: readonly Planned[], remove: boolean): Promise<string> {
  const lines: string[] = [];
  for (const file of planned) lines.push(`${await applyTo(file, remove)}\n`);
  return lines.join("");
}

async function applyTo({ path, parts, before, after }: Planned, remove: boolean): Promise<string> {
  if (before === after) return `${path}: ${remove ? "nothing of Backstory's is in it" : "is set up already"}`;
  if (after === null) {
    await removeFile(path);
    await removeFile(backupOf(path));
    return `${path}: removed, for nothing else was in it`;
  }
  if (before === null) {
    makeFolders(dirname(path));
    await replaceText(path, after);
    return `${path}: written`;
  }
  // A backup is of the file without us: one with an earlier set-up of ours is none.
  const isFirst = !remove && uninstall(parts, before) === before;
  if (isFirst) await keepBackup(path);
  await replaceText(path, after);
  if (remove) {
    await removeFile(backupOf(path));
    return `${path}: as it was without Backstory`;
  }
  return `${path}: written${isFirst ? `; what was there is in ${backupOf(path)}` : ""}`;
}

function show(host: HostConfiguration, planned: readonly Planned[], settings: InstallSettings): string {
  const files = planned.map(({ path, parts, before, after }) => {
    const state = before === null ? "a new file" : before === after ? "is set up already" : "to be added";
    return `# ${path} (${state})\n${install(parts, null)}`;
  });
  const again = shellCommand(standard(), "install", host.name, ...flagsOf(settings));
  return [...files, `# ${again} --write puts it there; with --remove instead it is taken away.\n`].join("\n");
}

/** As they were typed, for a line to paste. */
function flagsOf({ scope, command }: InstallSettings): string[] {
  const given = command === true ? ["--command"] : command ? ["--command", command.typed] : [];
  return [...(scope === "project" ? ["--scope", scope] : []), ...given];
}
