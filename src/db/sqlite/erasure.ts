// Forgotten texts out of the file: out of rows that a forgetting which was cut short did not come to, out of the index, out
// of unused space, out of the log. What was overwritten in place has been copied before, when SQLite moved rows between
// pages, so that only a file made anew is sure to be without it.
import { setTimeout as sleep } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { Pending } from "../erasure.ts";
import type { StoreLog } from "../store.ts";
import type { ErasureState, Erasures } from "./erasures.ts";
import { toStoreError } from "./errors.ts";
import type { ForgetSlices } from "./forget-slices.ts";
import type { Forgettings } from "./forgettings.ts";
import type { SearchFollower } from "./search-follower.ts";
import type { SearchQueue } from "./search-queue.ts";
import type { SearchSlots } from "./search-slots.ts";
import { DamagedIndex, type SearchTables } from "./search-tables.ts";
import { retryWhileBusy, type Transactions } from "./transactions.ts";

interface Related {
  erasures: Erasures;
  forgettings: Forgettings;
  forgetSlices: ForgetSlices;
  searchFollower: SearchFollower;
  searchQueue: SearchQueue;
  searchSlots: SearchSlots;
  searchTables: SearchTables;
  log: StoreLog;
}

// Bytes; a file of this size is made anew in about a second, while others wait for the lock.
const largeFile = 128 * 1024 * 1024;
// Milliseconds: that we wait for others, that others find between our slices, in which whoever forgets has come on, until we
// look whether others have left something, and until it is tried again.
const patience = 2_000;
const pause = 5;
const stillness = 1_000;
const lookEvery = 15_000;
const firstRetry = 5_000;
const lastRetry = 300_000;

export class Erasure {
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #related: Related;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #wait = firstRetry;

  constructor(db: Database.Database, transactions: Transactions, related: Related) {
    this.#db = db;
    this.#transactions = transactions;
    this.#related = related;
  }

  /** For as long as the store is open: what is left to do, by whomever, is found and done while nobody asks for it. */
  watch(): void {
    this.#lookAgain(false);
  }

  /** One piece of work behind the other: what is forgotten here is not taken for what was cut short. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Null: nothing is left to do. */
  finish({ anySize = false } = {}): Promise<Pending | null> {
    const result = this.alone(() => this.#finish(anySize));
    result.then(
      (pending) => this.#lookAgain(pending !== null),
      () => this.#lookAgain(true),
    );
    return result;
  }

  async #finish(anySize: boolean): Promise<Pending | null> {
    const { erasures, log } = this.#related;
    if (await this.#transactions.read(() => erasures.isDone())) return null;
    const pending = await this.#erase(anySize);
    if (pending !== null) log.warn({ pending }, "forgotten texts are still in the file");
    return pending;
  }

  async #erase(anySize: boolean): Promise<Pending | null> {
    const { erasures } = this.#related;
    try {
      const state = await this.#forgetRest();
      if (state === null) return "held";
      const { wanted, compacted } = state;
      if (compacted < wanted) {
        if (!(await this.#cleanIndex())) return "index";
        if (!anySize && this.#size() > largeFile) return "large";
        await this.#compact(wanted);
        await this.#transactions.write(() => erasures.raise({ compacted: wanted }));
      }
      if (!(await this.emptyLog())) return "held";
      await this.#transactions.write(() => erasures.raise({ done: wanted }));
      return null;
    } catch (error) {
      return this.#reasonOf(error);
    }
  }

  /** What was cut short, to its end; returns up to where nothing is any more. Null: another process is at something. */
  async #forgetRest(): Promise<ErasureState | null> {
    const { erasures, forgettings, forgetSlices } = this.#related;
    // In one transaction: what is begun later has a larger number.
    const look = () => ({ unended: forgettings.listUnended(), state: erasures.state() });
    const { unended, state } = await this.#transactions.read(look);
    if (unended.length === 0) return state;
    await sleep(stillness);
    if (!this.#transactions.open || erasures.state().wanted !== state.wanted) return null;
    for (const forgetting of unended) await forgetSlices.run(forgetting);
    const then = await this.#transactions.read(look);
    return then.unended.length === 0 ? then.state : null;
  }

  /** False: it is damaged, or a newer program's. */
  async #cleanIndex(): Promise<boolean> {
    const { searchFollower, searchQueue, searchSlots, searchTables } = this.#related;
    await searchFollower.complete({ ref: true });
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

  /** Unless somebody else has done so meanwhile. */
  async #compact(wanted: number): Promise<void> {
    const { erasures } = this.#related;
    const retry = { ...this.#transactions.retry, busyDeadline: patience };
    await retryWhileBusy(() => {
      if (erasures.state().compacted < wanted) this.#db.exec("VACUUM");
    }, retry);
  }

  /** The log has the pages as they were; a reader may still need them. False: one does. */
  async emptyLog(): Promise<boolean> {
    const end = performance.now() + patience;
    while (true) {
      const [result] = this.#db.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
      if (result?.busy === 0) return true;
      if (performance.now() > end) return false;
      await sleep(pause);
    }
  }

  async #reasonOf(error: unknown): Promise<Pending> {
    const { code, cause } = toStoreError(error, this.#transactions.retry.file);
    if (cause instanceof DamagedIndex) {
      await this.#related.searchFollower.markDamage(cause);
      return "index";
    }
    if (code === "busy") return "held";
    if (code === "disk_full") return "disk_full";
    throw error;
  }

  #lookAgain(unfinished: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (!this.#transactions.open) return;
        this.finish().catch(() => {
          // The next start meets the same error, and tells of it.
        });
      },
      unfinished ? this.#wait : lookEvery,
    ).unref();
    this.#wait = unfinished ? Math.min(this.#wait * 2, lastRetry) : firstRetry;
  }
}
