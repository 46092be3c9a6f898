// Removes the rows of deleted sessions behind everybody's back: short transactions, and a pause after each in which
// others find the lock free.
import { setTimeout as sleep } from "node:timers/promises";
import type { DeletedRows } from "./deleted-rows.ts";
import type { Transactions } from "./transactions.ts";

// Milliseconds of work in a transaction; its commit takes about as long again.
const sliceWork = 4;
// Others look for the lock every few milliseconds. And a log that two write to is not begun anew as long as one of them
// adds to it while the other brings it into the file: so the longer the pauses, the shorter the log.
const pause = 20;

export class Purge {
  readonly #transactions: Transactions;
  readonly #rows: DeletedRows;
  readonly #isOpen: () => boolean;
  #running: Promise<number> | undefined;
  #wanted = false;

  constructor(transactions: Transactions, rows: DeletedRows, isOpen: () => boolean) {
    this.#transactions = transactions;
    this.#rows = rows;
    this.#isOpen = isOpen;
  }

  /** Goes on until nothing is left to purge or the store is closed. Joins the one that is on its way. */
  run(): Promise<number> {
    this.#wanted = true;
    this.#running ??= this.#purgeAll();
    return this.#running;
  }

  async #purgeAll(): Promise<number> {
    let sessions = 0;
    try {
      while (this.#wanted) {
        this.#wanted = false;
        // Before the first slice too: the reply to the one who deleted comes first.
        await rest();
        while (this.#isOpen() && (await this.#isLeft())) {
          sessions += await this.#transactions.write(() => this.#rows.purge(sliceWork));
          await rest();
        }
      }
      return sessions;
    } finally {
      // In the same turn as the last look at `wanted`: who asks now begins anew.
      this.#running = undefined;
    }
  }

  /** Asked without the lock: a start with nothing to purge writes nothing. */
  #isLeft(): Promise<boolean> {
    return this.#transactions.read(() => this.#rows.next() !== undefined);
  }
}

/** A server that is to end does not wait for this. */
function rest(): Promise<void> {
  return sleep(pause, undefined, { ref: false });
}
