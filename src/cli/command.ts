// The `backstory` command: its options, its environment, and which file serves which subcommand.
import { Command, InvalidArgumentError, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { searchModes } from "../db/search.ts";
import { escapeControls } from "../resume/escape.ts";
import { parseTime } from "../tools/iso-time.ts";
import { defaultToolsets, toolsets } from "../tools/toolsets.ts";
import { addCapture } from "./capturing.ts";
import { commandIn } from "./global-flags.ts";
import { addKeeping } from "./keeping.ts";
import type { ListSettings } from "./list.ts";
import { defaultDatabase } from "./paths.ts";
import type { PrintSettings } from "./print.ts";
import type { ResumeSettings } from "./resume.ts";
import type { ScrubSettings } from "./scrub.ts";
import type { SearchSettings } from "./search.ts";
import { serve } from "./serve.ts";
import { durabilities, logLevels, redactionModes, type Settings } from "./settings.ts";
import type { ShowSettings } from "./show.ts";
import { directoryOption, listOption, parseBytes, parseLimit, parsePath } from "./values.ts";

/** Runs the command of these arguments. Ends the process with 1, and a line on stderr, if they are wrong. */
export async function runCommand(args: readonly string[]): Promise<void> {
  // Hosts pass a variable that is not set as an empty one.
  for (const name of ["DB", "TOOLSETS", "REDACTION", "LOG_LEVEL", "LARGE_STORE"]) {
    if (process.env[`BACKSTORY_${name}`] === "") delete process.env[`BACKSTORY_${name}`];
  }
  const program = createProgram();
  await refuseUnknownCommand(program, args);
  await program.parseAsync([...args], { from: "user" });
}

/** A word that is no command would be taken for an argument of the default one. */
async function refuseUnknownCommand(program: Command, args: readonly string[]): Promise<void> {
  const name = commandIn(args);
  const known = ["help", ...program.commands.map((command) => command.name())];
  if (name === undefined || known.includes(name)) return;
  // Of a flag that is not known the parser tells, whatever stands behind it.
  if (/^-[^=]*$/.test(args[args.indexOf(name) - 1] ?? "")) return;
  const { suggestion } = await import("../server/input-errors.ts");
  program.error(
    `error: there is no command "${name}"${suggestion(name, known)}; backstory help lists what there is`,
  );
}

export function createProgram(): Command {
  const program = new Command("backstory")
    .description(packageJson.description)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: true })
    // It quotes what was typed, or pasted.
    .configureOutput({ outputError: (text, print) => print(escapeControls(text)) })
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
      new Option(
        "--redaction <mode>",
        "secrets in what is stored: mask them, leave them, or refuse the call (imports and hooks mask)",
      )
        .env("BACKSTORY_REDACTION")
        .choices(redactionModes)
        .default("mask"),
    )
    .addOption(
      new Option("--log-level <level>", "what goes to stderr")
        .env("BACKSTORY_LOG_LEVEL")
        .choices(logLevels)
        .default("info"),
    )
    .addOption(
      new Option("--large-store <size>", "from which size on the log and doctor speak of it")
        .env("BACKSTORY_LARGE_STORE")
        .argParser(parseBytes)
        .default(5_000_000_000, "5GB"),
    );
  program
    .command("serve", { isDefault: true })
    .description("serve MCP on stdin and stdout (the default)")
    .action(async (_options, command: Command) => serve(command.optsWithGlobals<Settings>()));
  addPages(program);
  addCapture(program);
  addSearch(program);
  addCare(program);
  addKeeping(program);
  return program;
}

/** What is for people: loaded when it is asked for, because a server starts without it. */
function addPages(program: Command): void {
  program
    .command("resume")
    .argument("[session]", "its id; else the latest session of the directory")
    .description("print where a session stopped")
    .addOption(directoryOption("a directory instead of the current one"))
    .addOption(jsonOption("resume_session"))
    .action(async (session: string | undefined, _options, command: Command) => {
      const settings = command.optsWithGlobals<ResumeSettings>();
      if (session !== undefined && settings.directory !== undefined) {
        command.error("error: give a session or --directory, not both");
      }
      await (await import("./resume.ts")).resume(session, settings);
    });
  program
    .command("list")
    .description("list the sessions, latest activity first")
    .addOption(directoryOption("only those of a directory"))
    .addOption(limitOption("sessions", 20))
    .addOption(jsonOption("list_sessions"))
    .action(async (_options, command: Command) =>
      (await import("./list.ts")).list(command.optsWithGlobals<ListSettings>()),
    );
  program
    .command("show")
    .argument("<session>", "its id")
    .description("print a session and its last events")
    .addOption(limitOption("events", 50))
    .addOption(jsonOption("get_session and get_history"))
    .action(async (session: string, _options, command: Command) =>
      (await import("./show.ts")).show(session, command.optsWithGlobals<ShowSettings>()),
    );
}

function addSearch(program: Command): void {
  program
    .command("search")
    .argument("<query...>", "any words")
    .description("find what was said and done, by its words")
    .addOption(directoryOption("the project of a directory instead of the current one's"))
    .addOption(new Option("--session <id>", "one session alone").conflicts("all"))
    .addOption(new Option("--all", "every session; with --directory those of that very directory"))
    .addOption(new Option("--mode <mode>", "how many of the words").choices(searchModes).default("any"))
    .addOption(listOption("--author <name>", "said by it"))
    .addOption(listOption("--type <type>", "of that type, such as decision"))
    .addOption(new Option("--tool <name>", "with a call of this tool"))
    .addOption(timeOption("--since <time>", "from then on: 2026-11-21, or a time with its zone"))
    .addOption(timeOption("--until <time>", "up to then, a date to its end"))
    .addOption(limitOption("hits", 10))
    .addOption(jsonOption("search_history"))
    .action(async (words: string[], _options, command: Command) =>
      (await import("./search.ts")).search(words.join(" "), command.optsWithGlobals<SearchSettings>()),
    );
}

/** What keeps a store in order. */
function addCare(program: Command): void {
  program
    .command("doctor")
    .description("check the store, and say what to do")
    .addOption(new Option("--json", "print the checks as JSON instead"))
    .action(async (_options, command: Command) =>
      (await import("./doctor.ts")).doctor(command.optsWithGlobals<PrintSettings>()),
    );
  program
    .command("reindex")
    .description("make the search index anew; it is searched meanwhile")
    .action(async (_options, command: Command) =>
      (await import("./reindex.ts")).reindex(command.optsWithGlobals<PrintSettings>()),
    );
  program
    .command("scrub")
    .description("take secrets out of what is stored already")
    .option("--dry-run", "only count them")
    .option("--session <id>", "only in a session; else everywhere")
    .option("--compact", "make the file anew, without what earlier writes left in its unused space")
    .action(async (_options, command: Command) =>
      (await import("./scrub.ts")).scrub(command.optsWithGlobals<ScrubSettings>()),
    );
}

const jsonOption = (tool: string) => new Option("--json", `print the result of ${tool} instead`);
const limitOption = (what: string, standard: number) =>
  new Option("--limit <count>", `${what} at most`).argParser(parseLimit).default(standard);

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

/** Handed on as it was written. */
function timeOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string) => {
    if (parseTime(value) === null) {
      throw new InvalidArgumentError("It is a date such as 2026-11-21, or a time with its zone.");
    }
    return value;
  });
}
