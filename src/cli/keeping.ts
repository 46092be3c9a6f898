// The commands that keep a store's content elsewhere, or no longer; each is loaded when it is asked for.
import { type Command, Option } from "commander";
import type { ExportSettings } from "./export.ts";
import type { ForgetSettings } from "./forget.ts";
import type { PruneSettings } from "./prune.ts";
import type { Settings } from "./settings.ts";
import { directoryOption, listOption, parseLimit, parsePath, parseSince } from "./values.ts";

export function addKeeping(program: Command): void {
  program
    .command("forget")
    .argument("<session>", "its id")
    .description("overwrite what was recorded in a session, for good, and leave no byte of it in the file")
    .addOption(listOption("--seq <seq>", "only this event, or these: 12,13", parseSeqs))
    .option("--backups", "delete copies beside the database that hold it, too")
    .action(async (session: string, _options, command: Command) =>
      (await import("./forget.ts")).forget(session, command.optsWithGlobals<ForgetSettings>()),
    );
  program
    .command("prune")
    .description("delete sessions that have long been left alone, and give their space back")
    .addOption(
      new Option("--older-than <time>", "without activity since: 90d, 12h, or a date")
        .argParser(parseSince)
        .makeOptionMandatory(),
    )
    .option("--keep-decisions", "of a session with decisions or notes, keep these")
    .option("--dry-run", "only list them, with the size of their texts")
    .action(async (_options, command: Command) =>
      (await import("./prune.ts")).prune(command.optsWithGlobals<PruneSettings>()),
    );
  program
    .command("export")
    .argument("<out>", "a file that does not exist yet")
    .description("write what is stored as JSON lines, which import takes in again, or as Markdown to read")
    .option("--session <id>", "only a session; a fork with those it shares with")
    .addOption(directoryOption("only sessions of a directory"))
    .addOption(new Option("--format <format>", "of the file").choices(["jsonl", "markdown"]).default("jsonl"))
    .action(async (out: string, _options, command: Command) =>
      (await import("./export.ts")).exportTo(parsePath(out), command.optsWithGlobals<ExportSettings>()),
    );
  program
    .command("backup")
    .argument("<file>", "one that does not exist yet")
    .description("write a verified copy of the store; servers may go on")
    .action(async (file: string, _options, command: Command) =>
      (await import("./backup.ts")).backUpTo(parsePath(file), command.optsWithGlobals<Settings>()),
    );
  program
    .command("restore")
    .argument("<file>", "what backup wrote")
    .description("make the store of --db from a copy, where nothing is stored yet")
    .action(async (file: string, _options, command: Command) =>
      (await import("./backup.ts")).restoreFrom(parsePath(file), command.optsWithGlobals<Settings>()),
    );
}

function parseSeqs(value: string): number[] {
  return value.split(",").map(parseLimit);
}
