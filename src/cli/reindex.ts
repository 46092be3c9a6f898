// `backstory reindex`: the search index made anew. Servers may go on meanwhile, and search by the old one.
import type { Store } from "../db/store.ts";
import { type PrintSettings, printText } from "./print.ts";

export function reindex(settings: PrintSettings): Promise<void> {
  const rebuild = async ({ search }: Store) => {
    const { stderr } = process;
    await search.rebuild((done, total) => {
      if (stderr.isTTY) stderr.write(`\r${toLine(done, total)}`);
    });
    if (stderr.isTTY) stderr.write("\r\u001b[K");
    return "The search index was made anew.\n";
  };
  return printText(settings, rebuild, true);
}

const toLine = (done: number, total: number) =>
  `indexed ${count(done)} of ${count(total)} events (${Math.floor((100 * done) / Math.max(total, 1))} %)`;

const count = (value: number) => value.toLocaleString("en");
