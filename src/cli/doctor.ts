// `backstory doctor`: what is checked of a store, what was found, and what to do. A check is a file of its own.
import type { Store } from "../db/store.ts";
import type { Item, Page } from "../resume/page.ts";
import type { Check } from "./check.ts";
import { checkSearch } from "./check-search.ts";
import { type PrintSettings, print } from "./print.ts";

const checks: readonly ((store: Store) => Promise<Check>)[] = [checkSearch];

/** Ends the process with 1 if something is not in order. */
export function doctor(settings: PrintSettings): Promise<void> {
  return print(settings, {
    page: async ({ store }) => toPage(store, await checkAll(store)),
    results: async ({ store }) => ({ file: store.file, checks: await checkAll(store) }),
  });
}

async function checkAll(store: Store): Promise<Check[]> {
  const found: Check[] = [];
  for (const check of checks) found.push(await check(store));
  if (found.some(({ ok }) => !ok)) process.exitCode = 1;
  return found;
}

function toPage({ file }: Store, found: readonly Check[]): Page {
  const failed = found.filter(({ ok }) => !ok).length;
  return {
    title: "Doctor",
    lead: `${file}: ${failed === 0 ? "all is in order" : `${failed} of ${found.length} checks failed`}.`,
    sections: [{ title: "Checks", items: found.map(toItem) }],
  };
}

function toItem({ name, ok, found, advice }: Check): Item {
  return { label: `${ok ? "ok" : "FAILED"}, ${name}`, text: [found, advice].filter(Boolean).join(" ") };
}
