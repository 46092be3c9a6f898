// What the people's commands share: they open a store that is there, print one thing, and end.
import { existsSync } from "node:fs";
import { StoreError } from "../db/errors.ts";
import type { Store } from "../db/store.ts";
import { findHostProcess } from "../liveness/ancestry.ts";
import { createProber } from "../liveness/prober.ts";
import type { Page } from "../resume/page.ts";
import type { Tool, ToolContext } from "../tools/define-tool.ts";
import { readGitHead } from "../workspace/git.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against, currentDirectory } from "./directory.ts";
import { openStoreOf } from "./open-store.ts";
import type { Settings } from "./settings.ts";
import { toTerminal, wantsColour } from "./terminal.ts";

export interface PrintSettings extends Settings {
  /** Print the result of the tool that an agent would call, instead of a page. */
  json?: boolean;
}

/** What can be printed of a store. */
export interface Printable {
  page(context: ToolContext): Promise<Page>;
  /** Of tools, in one object. */
  results(context: ToolContext): Promise<object>;
}

/** Ends the process with 1, and the reason on stderr, when there is nothing to print. */
export function print(settings: PrintSettings, { page, results }: Printable): Promise<void> {
  return printText(settings, async (store) => {
    const context = toContext(store);
    if (settings.json) return `${JSON.stringify(await results(context))}\n`;
    return toTerminal(await page(context), wantsColour(process.stdout));
  });
}

/** As `print`, what `work` returns. */
export async function printText(settings: Settings, work: (store: Store) => Promise<string>): Promise<void> {
  // Whoever reads us may have seen enough: `| head`.
  process.stdout.on("error", () => process.exit(0));
  try {
    process.stdout.write(await withStore(settings, work));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    process.exitCode = 1;
  }
}

/** The structured result of a tool. */
export async function resultOf(tool: Tool, args: object, context: ToolContext): Promise<object> {
  return JSON.parse((await tool.call(args, context)).text);
}

/** Looking at a store makes none. */
async function withStore<T>(settings: Settings, work: (store: Store) => Promise<T>): Promise<T> {
  const { db } = settings;
  if (!existsSync(db)) {
    throw new StoreError(
      "not_found",
      `There is no database ${db} yet: nothing has been recorded.`,
      "An agent that uses Backstory makes it. Name another with --db.",
    );
  }
  const store = await openStoreOf(settings, createProber(), { info() {}, warn() {} });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function toContext(store: Store): ToolContext {
  const directory = currentDirectory();
  return {
    store,
    client: "backstory",
    directory,
    readWorkspace: (path) => readWorkspace(against(directory, path)),
    readGitHead: (path) => readGitHead(against(directory, path)),
    findHost: () => findHostProcess(),
    noteHostRun() {},
    noteSession() {},
    readAsker: async () => ({ createdSessionIds: [], host: null, providerSessionId: null }),
  };
}
