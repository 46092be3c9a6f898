// Forgotten texts out of the file: out of the index, out of unused space, out of the log. What was overwritten in place
// has been copied before, when SQLite moved rows between pages, so that only a file made anew is sure to be without it.
import { setTimeout as sleep } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { Pending } from "../forgetting.ts";
import type { StoreLog } from "../store.ts";
import type { Erasures } from "./erasures.ts";
import { toStoreError } from "./errors.ts";
import type { SearchFollower } from "./search-follower.ts";
import type { SearchQueue } from "./search-queue.ts";
import type { SearchSlots } from "./search-slots.ts";
import type { SearchTables } from "./search-tables.ts";
import { retryWhileBusy, type Transactions } from "./transactions.ts";

interface Related {
  erasures: Erasures;
  searchFollower: SearchFollower;
  searchQueue: SearchQueue;
  searchSlots: SearchSlots;
  searchTables: SearchTables;
  log: StoreLog;
}

// Bytes; a file of this size is made anew in about a second, while others wait for the lock.
const largeFile = 128 * 1024 * 1024;
// Milliseconds: that we wait for others, that others find between our slices, and until it is tried again.
const patience = 2_000;
const pause = 5;
const firstRetry = 5_000;
const lastRetry = 300_000;

export class Erasure {
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #related: Related;
  #last: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #wait = firstRetry;

  constructor(db: Database.Database, transactions: Transactions, related: Related) {
    this.#db = db;
    this.#transactions = transactions;
    this.#related = related;
  }

  /** Null: nothing is left to do. One call behind the other. What others prevent is tried again behind the reply. */
  finish({ anySize = false } = {}): Promise<Pending | null> {
    const result = this.#last.then(() => this.#finish(anySize));
    this.#last = result.catch(() => {});
    return result;
  }

  async #finish(anySize: boolean): Promise<Pending | null> {
    const { erasures } = this.#related;
    const { wanted, compacted, done } = await this.#transactions.read(() => erasures.state());
    if (done >= wanted) return null;
    if (compacted < wanted) {
      if (!(await this.#cleanIndex())) return this.#later();
      if (!anySize && this.#size() > largeFile) return "large";
      if (!(await this.#compact())) return this.#later();
      await this.#transactions.write(() => erasures.raise({ compacted: wanted }));
    }
    if (!(await this.#emptyLog())) return this.#later();
    await this.#transactions.write(() => erasures.raise({ done: wanted }));
    this.#wait = firstRetry;
    return null;
  }

  /** False: it is damaged, or a newer program's. */
  async #cleanIndex(): Promise<boolean> {
    const { searchFollower, searchQueue, searchSlots, searchTables } = this.#related;
    await searchFollower.run({ ref: true });
    const { left, slots } = await this.#transactions.read(() => ({
      left: searchQueue.length(),
      slots: searchSlots.all(),
    }));
    if (left > 0 || slots.some(({ broken }) => broken !== null)) return false;
    for (const { slot } of slots) {
      let began = false;
      while (await this.#transactions.write(() => searchTables.mergeAll(slot, began))) {
        began = true;
        await sleep(pause);
      }
    }
    return true;
  }

  #size(): number {
    return (
      Number(this.#db.pragma("page_count", { simple: true })) *
      Number(this.#db.pragma("page_size", { simple: true }))
    );
  }

  async #compact(): Promise<boolean> {
    try {
      const retry = { ...this.#transactions.retry, busyDeadline: patience };
      await retryWhileBusy(() => void this.#db.exec("VACUUM"), retry);
      return true;
    } catch (error) {
      return this.#isHeld(error);
    }
  }

  #isHeld(error: unknown): false {
    const { code } = toStoreError(error, this.#transactions.retry.file);
    if (code !== "busy" && code !== "disk_full") throw error;
    this.#related.log.warn({ code }, "forgotten texts are still in the file");
    return false;
  }

  /** The log has the pages as they were; a reader may still need them. */
  async #emptyLog(): Promise<boolean> {
    const end = performance.now() + patience;
    while (true) {
      const [result] = this.#db.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
      if (result?.busy === 0) return true;
      if (performance.now() > end) return false;
      await sleep(pause);
    }
  }

  #later(): Pending {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (!this.#transactions.open) return;
      this.finish().catch(() => {
        // The next start meets the same error, and tells of it.
      });
    }, this.#wait).unref();
    this.#wait = Math.min(this.#wait * 2, lastRetry);
    return "held";
  }
}
