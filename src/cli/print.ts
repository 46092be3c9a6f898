// What the people's commands share: they open a store that is there, print one thing, and end.
import { statSync } from "node:fs";
import { StoreError } from "../db/errors.ts";
import type { Store } from "../db/store.ts";
import { findHostProcess } from "../liveness/ancestry.ts";
import { createProber } from "../liveness/prober.ts";
import { escapeControls } from "../resume/escape.ts";
import type { Page } from "../resume/page.ts";
import { toInputError } from "../server/input-errors.ts";
import { InputError, type Tool, type ToolContext } from "../tools/define-tool.ts";
import { maxCharsBounds } from "../tools/fields.ts";
import { readGitHead } from "../workspace/git.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against, currentDirectory } from "./directory.ts";
import { openStoreOf } from "./open-store.ts";
import type { Settings } from "./settings.ts";
import { toSpokenHint } from "./spoken-hint.ts";
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
  /** The store is opened as a server does, if it can be, and else for reading alone. */
  mayWrite?: boolean;
}

/** Ends the process with 1, and the reason on stderr, when there is nothing to print. */
export function print(settings: PrintSettings, { page, results, mayWrite }: Printable): Promise<void> {
  const work = async (store: Store) => {
    const context = toContext(store);
    if (settings.json) return toJson(await results(context));
    return toTerminal(await page(context), wantsColour(process.stdout));
  };
  return printText(settings, work, mayWrite);
}

/** As `print`, of what `work` makes of a store. */
export async function printText(
  settings: PrintSettings,
  work: (store: Store) => Promise<string>,
  mayWrite = false,
): Promise<void> {
  try {
    write(await withStore(settings, work, mayWrite));
  } catch (error) {
    reportError(error);
  }
}

/** Of the Store, on stderr, for a person; the process will end with 1. Any other is thrown again. */
export function reportError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
  process.stderr.write(escapeControls(`${error.message}\n${toSpokenHint(error.hint)}\n`));
  process.exitCode = 1;
}

/** On stdout, or else the process ends: with 0 where whoever reads us has seen enough (`| head`), else with 1. */
export function write(text: string): void {
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`Not all of it could be written (${error.code ?? error.message}).\n`);
    process.exit(1);
  });
  process.stdout.write(text);
}

/** JSON for a terminal too: what would act on one is escaped, as JSON may have any character. */
export function toJson(result: object): string {
  return `${escapeControls(JSON.stringify(result))}\n`;
}

/** The structured result of a tool. Rejects with `StoreError` alone, as a call is answered. */
export async function resultOf(
  tool: Tool,
  args: object,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  try {
    return JSON.parse((await tool.call(args, context)).text);
  } catch (error) {
    throw error instanceof InputError ? toInputError(error.zodError, tool) : error;
  }
}

/** The result of a tool that lists, its pages as one: up to `limit` items, and a cursor if there are more. */
export async function listOf(
  tool: Tool,
  { name, limit, ...args }: { name: string; limit: number } & Record<string, unknown>,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const items: unknown[] = [];
  let page: Record<string, unknown> = {};
  do {
    const rest = { limit: limit - items.length, cursor: page.next_cursor, max_chars: maxCharsBounds.most };
    page = await resultOf(tool, { ...args, ...rest }, context);
    const found = page[name];
    if (Array.isArray(found)) items.push(...found);
  } while (page.next_cursor !== undefined && items.length < limit);
  return { ...page, [name]: items };
}

/** Nothing was ever stored: looking at a store makes none. */
export function isEmpty({ db }: Pick<Settings, "db">): boolean {
  return (statSync(db, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** Throws `not_found`. */
export function refuseEmpty({ db }: Pick<Settings, "db">): void {
  if (!isEmpty({ db })) return;
  throw new StoreError(
    "not_found",
    `There is nothing in the database ${db} yet: nothing has been recorded.`,
    "An agent that uses Backstory makes it, or `backstory import` from what hosts have recorded. Name another with --db.",
  );
}

/** For reading alone, unless it `mayWrite`, and can. */
export function openToPrint(settings: Settings, mayWrite = false): Promise<Store> {
  const open = (readOnly: boolean) =>
    openStoreOf(settings, createProber(), { info() {}, warn() {} }, { readOnly });
  if (!mayWrite) return open(true);
  return open(false).catch((error: unknown) => {
    if (error instanceof StoreError && error.code === "read_only") return open(true);
    throw error;
  });
}

async function withStore<T>(
  settings: Settings,
  work: (store: Store) => Promise<T>,
  mayWrite: boolean,
): Promise<T> {
  refuseEmpty(settings);
  const store = await openToPrint(settings, mayWrite);
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
    readHostSession: async () => null,
  };
}
