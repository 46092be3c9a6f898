// `backstory reindex`: the search index made anew. Servers may go on meanwhile, and search by the old one.
import type { Store } from "../db/store.ts";
import { type PrintSettings, printText } from "./print.ts";
import { unfinishedErasure } from "./unfinished-erasure.ts";

export function reindex(settings: PrintSettings): Promise<void> {
  const rebuild = async ({ search, forgetting }: Store) => {
    const { stderr } = process;
    await search.rebuild((done, total) => {
      if (stderr.isTTY) stderr.write(`\r${toLine(done, total)}`);
    });
    if (stderr.isTTY) stderr.write("\r\u001b[K");
    // A damaged index kept the words of what was forgotten; a person waits for this, too.
    const pending = await forgetting.finish({ anySize: true });
    const lines = [
      "The search index was made anew.",
      ...(pending === null ? [] : [unfinishedErasure[pending]]),
    ];
    return `${lines.join("\n")}\n`;
  };
  return printText(settings, rebuild, true);
}

const toLine = (done: number, total: number) =>
  `indexed ${count(done)} of ${count(total)} events (${Math.floor((100 * done) / Math.max(total, 1))} %)`;

const count = (value: number) => value.toLocaleString("en");
