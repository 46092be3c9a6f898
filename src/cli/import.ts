// `backstory import`: takes in the transcripts of this machine's agent hosts, or those at the paths.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { type ImportOptions, importTranscripts, rootsOf } from "../capture/import.ts";
import type { Summary } from "../capture/summary.ts";
import { StoreError } from "../db/errors.ts";
import type { Store } from "../db/store.ts";
import type { Environment } from "../hosts/host.ts";
import { hosts } from "../hosts/hosts.ts";
import { createProber } from "../liveness/prober.ts";
import { escapeControls } from "../resume/escape.ts";
import { oneLine } from "../resume/page.ts";
import { describe } from "./export.ts";
import { toSummaryPage, toWireSummary } from "./import-page.ts";
import { openStoreOf } from "./open-store.ts";
import { isEmpty, reportError, write } from "./print.ts";
import { showProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { isExport, type TakenExport, takeExport } from "./take-export.ts";
import { toTerminal, wantsColour } from "./terminal.ts";

export interface ImportSettings extends Settings {
  dryRun?: boolean;
  host?: string;
  since?: number;
  strict?: boolean;
  includeDeleted?: boolean;
  json?: boolean;
}

// What is taken in is written once and hardly read again.
const cacheMegabytes = 32;

/** Ends with 1 if nothing could be read, or, with `strict`, if anything was left out that should not be. */
export async function importPaths(given: readonly string[], settings: ImportSettings): Promise<void> {
  const paths = await takeExports(given, settings);
  if (paths === null) return;
  const { dryRun = false, strict = false, json = false } = settings;
  // The young generation would grow to a hundred megabytes of lines that are read already.
  setFlagsFromString("--semi-space-growth-factor=1");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  try {
    const progress = showProgress(process.stderr);
    const where = { hosts: chosen(settings.host), environment: environment(), paths };
    const summary = await withStoreFor(settings, (store) =>
      importTranscripts({
        ...where,
        captures: store?.captures ?? null,
        storeFile: store?.file ?? null,
        since: settings.since ?? null,
        dryRun,
        includeDeleted: settings.includeDeleted ?? false,
        client: "backstory",
        signal: stop.signal,
        onProgress: progress.update,
      }).finally(progress.end),
    );
    const page = toSummaryPage(summary, dryRun, rootsOf(where));
    write(json ? toJson(summary) : toTerminal(page, wantsColour(process.stdout)));
    if (hasFailed(summary) || (strict && isIncomplete(summary))) process.exitCode = 1;
    if (stop.signal.aborted) process.exitCode = 130;
  } catch (error) {
    reportError(error);
  }
}

/** Takes in the exports among the paths; returns the others, null if nothing is left to be read. */
async function takeExports(paths: readonly string[], settings: ImportSettings): Promise<string[] | null> {
  const others: string[] = [];
  try {
    for (const path of paths) {
      await refusePipe(path);
      if (!(await isExport(path))) others.push(path);
      else {
        const taken = await withStoreFor(settings, (store) =>
          takeExport(path, settings.dryRun ? null : store),
        );
        write(report(path, taken, settings));
      }
    }
  } catch (error) {
    reportError(error);
    return null;
  }
  return paths.length > 0 && others.length === 0 ? null : others;
}

/** To open one is to wait for whoever writes to it. */
async function refusePipe(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.isFile() || found.isDirectory()) return;
  throw new StoreError(
    "invalid_input",
    `${path} is neither a file nor a folder.`,
    "Save it to a file first.",
  );
}

function report(
  path: string,
  { counts, leftForks, isWhole }: TakenExport,
  { json = false, dryRun = false }: ImportSettings,
): string {
  if (json) {
    const taken = { export: path, taken: counts, left_forks: leftForks, whole: isWhole };
    return `${escapeControls(JSON.stringify(taken))}\n`;
  }
  const lines = [`${oneLine(path)} ${dryRun ? "has" : "gave what was not there yet:"} ${describe(counts)}.`];
  if (leftForks.length > 0)
    lines.push(
      `What these forks share was deleted here, or is another here: ${oneLine(leftForks.join(", "))}.`,
    );
  if (!isWhole) lines.push("Its last line, which counts the others, is not there: some may be missing.");
  return `${lines.join("\n")}\n`;
}

/** All of them, or the one of that name. */
export function chosen(name: string | undefined): ImportOptions["hosts"] {
  const found = hosts.filter((host) => name === undefined || host.name === name);
  if (found.length > 0) return found;
  const names = hosts.map((host) => host.name).join(", ");
  throw new StoreError("invalid_input", `There is no host "${name}".`, `Name one of ${names}.`);
}

export function environment(): Environment {
  return { home: homedir(), variables: process.env, platform: process.platform };
}

async function withStoreFor<T>(
  settings: ImportSettings,
  work: (store: Store | null) => Promise<T>,
): Promise<T> {
  const { dryRun = false } = settings;
  if (dryRun && isEmpty(settings)) return work(null);
  const log = { info() {}, warn() {} };
  const store = await openStoreOf(settings, createProber(), log, { readOnly: dryRun, cacheMegabytes });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function hasFailed({ sources }: Summary): boolean {
  return sources.failed > 0 && sources.read + sources.unchanged === 0;
}

function isIncomplete({ sources, skipped }: Summary): boolean {
  return sources.failed > 0 || Object.keys(skipped).length > 0;
}

function toJson(summary: Summary): string {
  return `${escapeControls(JSON.stringify(toWireSummary(summary)))}\n`;
}
