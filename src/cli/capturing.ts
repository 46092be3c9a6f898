// The subcommands that take in what agent hosts write, and that set the hosts up. Each is loaded when it is asked for.
import { type Command, InvalidArgumentError, Option } from "commander";
import { hookedHosts } from "../hosts/hooked-hosts.ts";
import type { ExcludeSettings } from "./exclude.ts";
import type { ImportSettings } from "./import.ts";
import type { GivenCommand, InstallSettings } from "./install.ts";
import { parsePath, parseSince } from "./values.ts";
import type { WatchSettings } from "./watch.ts";

export function addCapture(program: Command): void {
  addImport(program);
  addExclude(program);
  addHosts(program);
}

function addImport(program: Command): void {
  program
    .command("import")
    .argument("[paths...]", "transcripts, or folders of them; else where the hosts keep theirs")
    .description("take in what agent hosts have recorded; again, and only what is new")
    .option("--dry-run", "count what would be taken in, and store nothing")
    .addOption(hostOption())
    .addOption(
      new Option("--since <when>", "only transcripts that changed since: a date, or 7d, or 12h").argParser(
        parseSince,
      ),
    )
    .option("--strict", "end with 1 if anything could not be read")
    .option("--include-deleted", "also sessions that were deleted here, as new ones")
    .option("--json", "print the summary as JSON instead")
    .action(async (paths: string[], _options, command: Command) => {
      const settings = command.optsWithGlobals<ImportSettings>();
      await (await import("./import.ts")).importPaths(paths.map(parsePath), settings);
    });
  program
    .command("watch")
    .argument("[paths...]", "as of import")
    .description("follow the transcripts of running hosts, and take in what is new")
    .addOption(hostOption())
    .action(async (paths: string[], _options, command: Command) =>
      (await import("./watch.ts")).watchPaths(paths.map(parsePath), command.optsWithGlobals<WatchSettings>()),
    );
}

/** What hosts call, and what makes them call it. */
function addHosts(program: Command): void {
  program
    .command("install")
    .argument("<host>", "claude-code, codex, cursor, vscode, opencode, gemini or copilot")
    .description("set a host up: its MCP server and its hooks")
    .option("--print", "show what goes where, and write nothing (the default)")
    .addOption(new Option("--write", "write it, beside what is there").conflicts(["print", "remove"]))
    .addOption(new Option("--remove", "take it away again").conflicts("print"))
    .addOption(
      new Option("--scope <scope>", "for the user everywhere, or for the project of this directory")
        .choices(["user", "project"])
        .default("user"),
    )
    .addOption(
      new Option(
        "--command [command]",
        "start this; else this checkout, or npx -y backstory where npm put it; alone: the program that runs now",
      ).argParser(parseCommand),
    )
    .action(async (host: string, _options, command: Command) =>
      (await import("./install.ts")).installHost(host, command.optsWithGlobals<InstallSettings>()),
    );
  program
    .command("hook")
    .argument("<host>", `whose hook it is: ${hookedHosts.join(", ")}`)
    .argument("[event]", "its name, for hosts whose payload has none")
    .description(
      "take in what a host's hook says on stdin, and print what the host is to be told; never fails",
    )
    .action(async () => (await import("./hook.ts")).runHook(process.argv.slice(2)));
}

function addExclude(program: Command): void {
  const exclude = program
    .command("exclude")
    .description("directories whose sessions are not taken in, nor those below them");
  exclude
    .command("add")
    .argument("<directory>")
    .description("leave a directory out from now on")
    .action(async (directory: string, _options, command: Command) =>
      (await import("./exclude.ts")).addExclusion(parsePath(directory), command.optsWithGlobals()),
    );
  exclude
    .command("remove")
    .argument("<directory>")
    .description("take a directory in again, with the next import")
    .action(async (directory: string, _options, command: Command) =>
      (await import("./exclude.ts")).deleteExclusion(parsePath(directory), command.optsWithGlobals()),
    );
  exclude
    .command("list")
    .description("list the directories that are left out")
    .option("--json", "as JSON")
    .action(async (_options, command: Command) =>
      (await import("./exclude.ts")).listExclusions(command.optsWithGlobals<ExcludeSettings>()),
    );
}

const hostOption = () => new Option("--host <name>", "only this host's transcripts, such as claude-code");

/** A command as it is typed: words, those with spaces in quotes. */
function parseCommand(value: string): GivenCommand {
  const found = Array.from(
    value.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, one, two, three]) => one ?? two ?? three,
  );
  const [command, ...args] = found.filter((word) => word !== undefined);
  if (command === undefined) throw new InvalidArgumentError("Give a program and its arguments.");
  return { typed: value, launch: { command, args } };
}
