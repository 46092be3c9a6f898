// `backstory doctor`: what is checked of a store, what was found, and what to do. A check is a file of its own.
import type { Store } from "../db/store.ts";
import type { Item, Page } from "../resume/page.ts";
import type { Check, Examined } from "./check.ts";
import { checkErasure } from "./check-erasure.ts";
import { checkFile } from "./check-file.ts";
import { checkFileSystem } from "./check-file-system.ts";
import { checkLog } from "./check-log.ts";
import { checkPlace } from "./check-place.ts";
import { checkSearch } from "./check-search.ts";
import { checkSize } from "./check-size.ts";
import { checkVersions } from "./check-versions.ts";
import { type PrintSettings, print } from "./print.ts";

const checks: readonly ((examined: Examined) => Check | Promise<Check>)[] = [
  checkVersions,
  checkPlace,
  checkFileSystem,
  checkFile,
  checkLog,
  checkSearch,
  checkErasure,
  checkSize,
];

/** Ends the process with 1 if something is not in order. It changes nothing. */
export function doctor(settings: PrintSettings): Promise<void> {
  return print(settings, {
    page: async ({ store }) => toPage(store, await checkAll(store)),
    results: async ({ store }) => ({ file: store.file, checks: await checkAll(store) }),
  });
}

async function checkAll(store: Store): Promise<Check[]> {
  const examined = { store, health: await store.health.inspect() };
  const found: Check[] = [];
  for (const check of checks) found.push(await check(examined));
  if (found.some(({ ok }) => !ok)) process.exitCode = 1;
  return found;
}

function toPage({ file }: Store, found: readonly Check[]): Page {
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
  return warnings === 0 ? "all is in order" : `all is in order, with ${warnings} things to know`;
}

function toItem({ name, ok, warning, found, advice }: Check): Item {
  const state = ok ? (warning ? "note" : "ok") : "FAILED";
  return { label: `${state}, ${name}`, text: [found, advice].filter(Boolean).join(" ") };
}
