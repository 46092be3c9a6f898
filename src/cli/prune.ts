// `backstory prune`: lets go of sessions that have long been left alone.
import { StoreError } from "../db/errors.ts";
import type { Prunable } from "../db/pruning.ts";
import type { Store } from "../db/store.ts";
import { oneLine, toMinute } from "../resume/page.ts";
import { inBytes } from "./bytes.ts";
import { printText } from "./print.ts";
import type { Settings } from "./settings.ts";

export interface PruneSettings extends Settings {
  /** Milliseconds since 1970. */
  olderThan: number;
  keepDecisions?: boolean;
  dryRun?: boolean;
}

const by = { origin: "cli", client: "backstory" } as const;

export function prune({ olderThan, keepDecisions = false, dryRun = false, ...settings }: PruneSettings) {
  return printText(
    settings,
    async (store) => {
      const found = await store.pruning.list({ before: olderThan, keepDecisions });
      if (found.length === 0) return "There is nothing to prune.\n";
      if (dryRun) return `${list(found)}Nothing was changed. Without --dry-run they go.\n`;
      const before = await store.pruning.size();
      const gone: Prunable[] = [];
      for (const each of found) if (await letGo(store, each)) gone.push(each);
      await waitedFor(store.purgeDeletedSessions());
      await store.search.catchUp();
      await store.forgetting.finish({ anySize: true });
      await store.pruning.releaseSpace();
      if (gone.length === 0) return "There is nothing to prune.\n";
      const released = before - (await store.pruning.size());
      return `${list(gone)}The file is ${inBytes(Math.max(0, released))} smaller.\n`;
    },
    !dryRun,
  );
}

/** A server that is to end does not wait for a purge, and its pauses keep no process alive; we do. */
async function waitedFor<T>(work: Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, 60_000);
  try {
    return await work;
  } finally {
    clearInterval(alive);
  }
}

/** False: something new depends on it, or somebody else has deleted it. */
async function letGo(store: Store, { sessionId, seqs }: Prunable): Promise<boolean> {
  try {
    if (seqs === undefined) await store.deleteSession(sessionId, false, by);
    else await store.forgetting.forget({ sessionId, seqs, unfinished: true }, by);
    return true;
  } catch (error) {
    if (error instanceof StoreError && (error.code === "conflict" || error.code === "not_found"))
      return false;
    throw error;
  }
}

function list(found: readonly Prunable[]): string {
  const lines = found.map(({ sessionId, title, updatedAt, bytes, seqs }) => {
    const what = seqs === undefined ? "all" : `${seqs.length} events; its decisions and notes stay`;
    const name = title === null ? "untitled" : oneLine(title);
    return `${sessionId}  ${toMinute(updatedAt)}  ${inBytes(bytes).padStart(9)}  ${name} (${what})`;
  });
  const sum = found.reduce((total, { bytes }) => total + bytes, 0);
  return `${lines.join("\n")}\n${found.length} session${found.length === 1 ? "" : "s"}, ${inBytes(sum)} of texts.\n`;
}
