// The `backstory` command: its options, its environment, and which file serves which subcommand.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { defaultToolsets, toolsets } from "../tools/toolsets.ts";
import { defaultDatabase } from "./paths.ts";
import { serve } from "./serve.ts";
import { durabilities, logLevels, type Settings } from "./settings.ts";

/** Runs the command of these arguments. Ends the process with 1, and a line on stderr, if they are wrong. */
export async function runCommand(args: readonly string[]): Promise<void> {
  // Hosts pass a variable that is not set as an empty one.
  for (const name of ["BACKSTORY_DB", "BACKSTORY_TOOLSETS", "BACKSTORY_LOG_LEVEL"]) {
    if (process.env[name] === "") delete process.env[name];
  }
  await createProgram().parseAsync([...args], { from: "user" });
}

export function createProgram(): Command {
  const program = new Command("backstory")
    .description(packageJson.description)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addOption(
      new Option("--db <path>", "the database file")
        .env("BACKSTORY_DB")
        .argParser(parsePath)
        .default(defaultDatabase(), "in the platform's data directory"),
    )
    .addOption(
      new Option("--toolsets <names>", `tools to offer: all, or some of ${toolsets.join(", ")}`)
        .env("BACKSTORY_TOOLSETS")
        .argParser(parseToolsets)
        .default([...defaultToolsets], defaultToolsets.join(",")),
    )
    .addOption(
      new Option("--durability <level>", "full survives a power cut, normal only a killed process")
        .choices(durabilities)
        .default("full"),
    )
    .addOption(
      new Option("--log-level <level>", "what goes to stderr")
        .env("BACKSTORY_LOG_LEVEL")
        .choices(logLevels)
        .default("info"),
    );
  program
    .command("serve", { isDefault: true })
    .description("serve MCP on stdin and stdout (the default)")
    .action(async (_options, command: Command) => serve(command.optsWithGlobals<Settings>()));
  return program;
}

function parsePath(value: string): string {
  if (value === "" || value.includes("\0")) throw new InvalidArgumentError("Give the path of a file.");
  // Hosts pass what their configuration says without a shell, which would know the home directory.
  return resolve(/^~[/\\]/.test(value) ? join(homedir(), value.slice(2)) : value);
}

function parseToolsets(value: string): Settings["toolsets"] {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("all")) return [...toolsets];
  const unknown = names.filter((name) => !toolsets.some((known) => known === name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `There is no toolset "${unknown.join('", "')}": name some of ${toolsets.join(", ")}, or all.`,
    );
  }
  return toolsets.filter((name) => names.includes(name));
}
