// `backstory exclude`: directories whose sessions are not taken in.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Store } from "../db/store.ts";
import { createProber } from "../liveness/prober.ts";
import { escapeControls } from "../resume/escape.ts";
import { oneLine } from "../resume/page.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { openStoreOf } from "./open-store.ts";
import { isEmpty, reportError, write } from "./print.ts";
import type { Settings } from "./settings.ts";

export interface ExcludeSettings extends Settings {
  json?: boolean;
}

/** What is in it, and below it, is left out from now on; what was taken in before stays. */
export function addExclusion(directory: string, settings: Settings): Promise<void> {
  return change(settings, directory, async ({ captures }, path) => {
    const added = await captures.addExclusion(path);
    const kept = existsSync(path) ? "" : " There is no such directory yet.";
    return added
      ? `Sessions in ${oneLine(path)} are left out.${kept}`
      : `${oneLine(path)} was left out already.`;
  });
}

export function deleteExclusion(directory: string, settings: Settings): Promise<void> {
  return change(settings, directory, async ({ captures }, path) => {
    const deleted = await captures.deleteExclusion(path);
    if (!deleted) process.exitCode = 1;
    return deleted
      ? `Sessions in ${oneLine(path)} are taken in again, with the next import.`
      : `${oneLine(path)} is not on the list; \`backstory exclude list\` shows it.`;
  });
}

async function change(
  settings: Settings,
  directory: string,
  work: (store: Store, path: string) => Promise<string>,
): Promise<void> {
  const { directory: path } = await readWorkspace(resolve(directory));
  await withStore(settings, false, async (store) => `${await work(store, path)}\n`);
}

export async function listExclusions(settings: ExcludeSettings): Promise<void> {
  if (isEmpty(settings)) write(toText([], settings));
  else {
    await withStore(settings, true, async ({ captures }) => {
      const listed = await captures.listExclusions();
      return toText(
        listed.map(({ directory }) => directory),
        settings,
      );
    });
  }
}

function toText(directories: readonly string[], { json }: ExcludeSettings): string {
  if (json) return `${escapeControls(JSON.stringify({ directories }))}\n`;
  if (directories.length === 0)
    return "No directory is on the list; those with a .backstoryignore file are left out too.\n";
  return directories.map((directory) => `${oneLine(directory)}\n`).join("");
}

async function withStore(settings: Settings, readOnly: boolean, work: (store: Store) => Promise<string>) {
  try {
    const store = await openStoreOf(settings, createProber(), { info() {}, warn() {} }, { readOnly });
    try {
      write(await work(store));
    } finally {
      await store.close();
    }
  } catch (error) {
    reportError(error);
  }
}
