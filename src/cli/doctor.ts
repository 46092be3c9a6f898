// `backstory doctor`: what is checked of a store, what was found, and what to do. A check is a file of its own.
import { statSync } from "node:fs";
import { StoreError } from "../db/errors.ts";
import type { Item, Page } from "../resume/page.ts";
import type { Check, Examined, Place } from "./check.ts";
import { checkErasure } from "./check-erasure.ts";
import { checkFile } from "./check-file.ts";
import { checkFileSystem } from "./check-file-system.ts";
import { checkLog } from "./check-log.ts";
import { checkPlace } from "./check-place.ts";
import { checkSearch } from "./check-search.ts";
import { checkSize } from "./check-size.ts";
import { checkVersions } from "./check-versions.ts";
import { openToPrint, type PrintSettings, refuseEmpty, reportError, toJson, write } from "./print.ts";
import { toSpokenHint } from "./spoken-hint.ts";
import { toTerminal, wantsColour } from "./terminal.ts";

// What can be told of a file that cannot be opened, too.
const checksOfPlace: readonly ((place: Place) => Check)[] = [checkPlace, checkFileSystem, checkLog];

const checks: readonly ((examined: Examined) => Check | Promise<Check>)[] = [
  checkFile,
  checkSearch,
  checkErasure,
  checkSize,
];

/** Ends the process with 1 if something is not in order. It changes nothing. */
export async function doctor(settings: PrintSettings): Promise<void> {
  try {
    refuseEmpty(settings);
    const file = settings.db;
    const found = await checkAll(settings);
    if (found.some(({ ok }) => !ok)) process.exitCode = 1;
    const page = () => toTerminal(toPage(file, found), wantsColour(process.stdout));
    write(settings.json ? toJson({ file, checks: found }) : page());
  } catch (error) {
    reportError(error);
  }
}

async function checkAll(settings: PrintSettings): Promise<Check[]> {
  const file = settings.db;
  const ofPlace = statSync(file).isFile() ? checksOfPlace.map((check) => check({ file })) : [];
  try {
    const store = await openToPrint(settings);
    try {
      const { largeStore } = settings;
      const examined = { store, health: await store.health.inspect(), largeStore };
      const found: Check[] = [];
      for (const check of checks) found.push(await check(examined));
      return [checkVersions(examined), ...ofPlace, ...found];
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const closed = { name: "database", ok: false, found: error.message, advice: toSpokenHint(error.hint) };
    return [checkVersions(null), ...ofPlace, closed];
  }
}

function toPage(file: string, found: readonly Check[]): Page {
  return {
    title: "Doctor",
    lead: `${file}: ${verdict(found)}.`,
    sections: [{ title: "Checks", items: found.map(toItem) }],
  };
}

function verdict(found: readonly Check[]): string {
  const failed = found.filter(({ ok }) => !ok).length;
  if (failed > 0) return `${failed} of ${found.length} checks failed`;
  const warnings = found.filter(({ warning }) => warning).length;
  if (warnings === 0) return "all is in order";
  return `all is in order, with ${warnings === 1 ? "a thing" : `${warnings} things`} to know`;
}

function toItem({ name, ok, warning, found, advice }: Check): Item {
  const state = ok ? (warning ? "note" : "ok") : "FAILED";
  return { label: `${state}, ${name}`, text: [found, advice].filter(Boolean).join(" ") };
}
