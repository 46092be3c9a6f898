// What the Store promises of forgetting: its slices, and that nothing of it is left in the file.
import { setTimeout as sleep } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { ForgetStore, Forgotten } from "../forgetting.ts";
import { copiesWith, listCopies } from "./copies.ts";
import type { Erasure } from "./erasure.ts";
import type { Erasures } from "./erasures.ts";
import type { Forgettings } from "./forgettings.ts";
import type { Transactions } from "./transactions.ts";

// Others look for the lock every few milliseconds.
const pause = 2;

type Counts = Pick<Forgotten, "events" | "actions" | "todos" | "checkpoints" | "runs" | "jobs">;

interface Related {
  forgettings: Forgettings;
  erasures: Erasures;
  erasure: Erasure;
  file: string;
}

export function forgetStore(
  db: Database.Database,
  transactions: Transactions,
  { forgettings, erasures, erasure, file }: Related,
): ForgetStore {
  /** Slice by slice, counting. */
  async function all(slice: () => { counts: Partial<Counts>; left: boolean }, sum: Counts): Promise<void> {
    for (let left = true; left; ) {
      const done = await transactions.write(slice);
      for (const [name, count] of Object.entries(done.counts)) sum[name as keyof Counts] += count;
      left = done.left;
      await sleep(pause);
    }
  }

  return {
    async forget(what, by) {
      const sum: Counts = { events: 0, actions: 0, todos: 0, checkpoints: 0, runs: 0, jobs: 0 };
      const forgetting = await transactions.write(() => forgettings.begin(what, by));
      // What is let go of in the file is filled with zeros.
      db.pragma("secure_delete = ON");
      try {
        await all(() => forgettings.forgetEvents(forgetting), sum);
        if (forgetting.whole) await all(() => forgettings.forgetSurroundings(forgetting), sum);
        const shared = await transactions.write(() => forgettings.end(forgetting));
        if (what.unfinished) return { ...sum, ...shared, pending: "held", copies: [], unreadCopies: [] };
        const pending = await erasure.finish();
        return { ...sum, ...shared, pending, ...copiesWith(file, what.sessionId) };
      } finally {
        db.pragma("secure_delete = OFF");
      }
    },
    isFinished: () => transactions.read(() => erasures.isDone()),
    finish: (options) => erasure.finish(options),
    listCopies: async () => listCopies(file),
  };
}
