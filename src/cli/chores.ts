// What a start does for the store behind the handshake: it finishes what the last process was not left time for.
import { existsSync } from "node:fs";
import type { Store } from "../db/store.ts";
import type { Log } from "../server/log.ts";

/** Never rejects. A store that is not there yet is not made for this. */
export async function doChores(file: string, store: () => Promise<Store>, log: Log): Promise<void> {
  if (!existsSync(file)) return;
  for (const [name, chore] of Object.entries(chores)) {
    try {
      const done = await chore(await store());
      if (Object.values(done).some((count) => count > 0)) log.info(done, name);
    } catch (error) {
      // The next call meets the same error, and tells its caller.
      log.warn({ reason: error instanceof Error ? error.message : String(error) }, `a chore failed: ${name}`);
    }
  }
}

/** By what the log says of them. Each returns what it did, in counts. */
const chores: Record<string, (store: Store) => Promise<Record<string, number>>> = {
  "checked the running runs": async (store) => {
    const { crashed, ended, unknown, alive } = await store.markCrashedRuns();
    return { crashed: crashed.length, ended: ended.length, unknown: unknown.length, alive };
  },
  "purged deleted sessions": async (store) => ({ sessions: await store.purgeDeletedSessions() }),
  "erased what was forgotten": async (store) => {
    await store.forgetting.finish();
    return {};
  },
  "enqueued what automations were due": async (store) => ({
    enqueued: await store.automations.enqueueDue(),
  }),
  "brought the statistics up to date": async (store) => {
    await store.stats.catchUp();
    return {};
  },
  "brought the search index up to date": async (store) => {
    await store.search.catchUp();
    return {};
  },
};
