// What a host's configuration files are to say of Backstory, as values: src/install/ puts them into the files and takes them
// out again. It knows no file's syntax.
import type { Environment, JsonObject, JsonValue } from "./host.ts";

export type Scope = "user" | "project";

/** Where a configuration goes. */
export interface Place extends Environment {
  scope: Scope;
  /** The project's directory; for the user's own scope nothing is put there. */
  project: string;
}

/** How Backstory is started: a program and its first arguments. */
export interface Launch {
  command: string;
  args: readonly string[];
}

export interface HostConfiguration {
  /** As in `backstory install <name>`. */
  name: string;
  title: string;
  parts(place: Place, launch: Launch): ConfigurationPart[];
  /** What a person has to know or do beside that. */
  notes: readonly string[];
  /** What is recorded, and by which of the host's hooks. */
  captured: readonly string[];
}

export type ConfigurationPart = ServerPart | TomlServerPart | HookPart | ConstantPart | FilePart;

interface Part {
  path: string;
}

/** An object at a path of keys, in JSON: what else is in it stays. */
export interface ServerPart extends Part {
  kind: "server";
  at: readonly string[];
  value: JsonObject;
}

/** The same as a table of TOML. */
export interface TomlServerPart extends Part {
  kind: "toml server";
  at: readonly string[];
  value: Record<string, string | string[]>;
}

/** An item of the list at a path of keys, in JSON: ours is known by the command in it. */
export interface HookPart extends Part {
  kind: "hook";
  at: readonly string[];
  item: JsonObject;
}

/** What a file must say for its host to read it. */
export interface ConstantPart extends Part {
  kind: "constant";
  at: readonly string[];
  value: JsonValue;
}

/** A file that is ours alone. */
export interface FilePart extends Part {
  kind: "file";
  text: string;
}

export const serverName = "backstory";

/** The words of a command as a shell takes them. */
export function shellCommand({ command, args }: Launch, ...more: readonly string[]): string {
  return [command, ...args, ...more].map(quote).join(" ");
}

// Double quotes are what POSIX shells and cmd.exe share.
function quote(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll(/(["$`])/g, "\\$1")}"`;
}

/** `hooks.<event>` of Claude Code, and of those that took its form over: groups of handlers. */
export function hookGroups(
  path: string,
  events: Readonly<Record<string, JsonObject>>,
  handler: JsonObject,
): HookPart[] {
  return Object.entries(events).map(([event, more]) => ({
    kind: "hook",
    path,
    at: ["hooks", event],
    item: { hooks: [{ type: "command", ...handler, ...more }] },
  }));
}
