// Forgets in short transactions, with pauses in which others write.
import type Database from "better-sqlite3";
import type { Forgotten } from "../forgetting.ts";
import type { Forgetting, Forgettings } from "./forgettings.ts";
import type { Transactions } from "./transactions.ts";

type Counts = Pick<Forgotten, "events" | "actions" | "todos" | "checkpoints" | "runs" | "jobs">;

export class ForgetSlices {
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #forgettings: Forgettings;

  constructor(db: Database.Database, transactions: Transactions, forgettings: Forgettings) {
    this.#db = db;
    this.#transactions = transactions;
    this.#forgettings = forgettings;
  }

  /** To its end; returns what was left to do of it. */
  async run(forgetting: Forgetting) {
    const sum: Counts = { events: 0, actions: 0, todos: 0, checkpoints: 0, runs: 0, jobs: 0 };
    // What is let go of in the file is filled with zeros.
    this.#db.pragma("secure_delete = ON");
    try {
      await this.#all(() => this.#forgettings.forgetEvents(forgetting), sum);
      if (forgetting.whole) await this.#all(() => this.#forgettings.forgetSurroundings(forgetting), sum);
      return { ...sum, ...(await this.#transactions.write(() => this.#forgettings.end(forgetting))) };
    } finally {
      if (this.#transactions.open) this.#db.pragma("secure_delete = OFF");
    }
  }

  /** Slice by slice, counting. */
  async #all(slice: () => { counts: Partial<Counts>; left: boolean }, sum: Counts): Promise<void> {
    for (let left = true; left; ) {
      const done = await this.#transactions.writeSlice(slice);
      for (const [name, count] of Object.entries(done.counts)) sum[name as keyof Counts] += count;
      left = done.left;
    }
  }
}
