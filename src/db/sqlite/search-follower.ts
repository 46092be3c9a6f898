// Lets the search index follow the log, behind everybody's back: when this process has written nothing for a moment or
// has written much, and before a search. Also makes it anew.
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../errors.ts";
import type { StoreLog } from "../store.ts";
import { toStoreError } from "./errors.ts";
import type { SearchSlices } from "./search-slices.ts";
import type { SearchSlots } from "./search-slots.ts";
import { DamagedIndex } from "./search-tables.ts";
import type { Transactions } from "./transactions.ts";

// Milliseconds without a write, or events written.
const idle = 250;
const manyEvents = 200;
// Between two slices, so that others find the lock and this process its requests.
const pause = 5;
// So often a slice is read in vain, because others write too; then it is read under the lock.
const mostAttempts = 3;

export class SearchFollower {
  readonly #transactions: Transactions;
  readonly #slices: SearchSlices;
  readonly #slots: SearchSlots;
  readonly #log: StoreLog;
  #timer: NodeJS.Timeout | undefined;
  #written = 0;
  #following: Promise<void> | undefined;
  #attempts = 0;

  constructor(
    transactions: Transactions,
    related: { searchSlices: SearchSlices; searchSlots: SearchSlots; log: StoreLog },
  ) {
    this.#transactions = transactions;
    this.#slices = related.searchSlices;
    this.#slots = related.searchSlots;
    this.#log = related.log;
  }

  /** This process has written so many events, or changed one. */
  note(events: number): void {
    this.#written += events;
    if (this.#written >= manyEvents) {
      this.#written = 0;
      globalThis.setImmediate(() => this.#follow());
      return;
    }
    // A server that is to end does not wait for this: the next start goes on.
    this.#timer ??= setTimeout(() => this.#follow(), idle).unref();
    this.#timer.refresh();
  }

  #follow(): void {
    this.#following ??= this.run({ ref: false }).finally(() => {
      this.#following = undefined;
    });
  }

  /** As `complete`, but never rejects. */
  async run(how: { ref: boolean }): Promise<void> {
    try {
      await this.complete(how);
    } catch (error) {
      this.#tell(error);
    }
  }

  /**
   * Until nothing is left to do, what is left of a rebuild included, with pauses; these keep the process alive if they
   * are to.
   */
  async complete({ ref }: { ref: boolean }): Promise<void> {
    if (!this.#transactions.open) return;
    if (await this.#transactions.read(() => this.#slots.areOutdated())) await this.#beginRebuild();
    while (await this.#step(false)) await sleep(pause, undefined, { ref });
  }

  /** Brings the table that is searched up to the log, for about so long. Never rejects. */
  async catchUp(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    const work = async () => {
      try {
        while (performance.now() < end && (await this.#step(true))) await setImmediate();
      } catch (error) {
        this.#tell(error);
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    // Others may hold the lock for longer than that.
    await Promise.race([work(), time]);
    clearTimeout(timer);
  }

  /** A search met it. Never rejects. */
  async markDamage({ slot, message }: DamagedIndex): Promise<void> {
    try {
      await this.#transactions.write(() => this.#slots.markBroken(slot, message));
      this.#log.warn({ slot }, "the search index is damaged");
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Joins one that is on its way. */
  async rebuild(onProgress: (done: number) => void): Promise<void> {
    await this.#beginRebuild();
    while (this.#transactions.open) {
      const building = await this.#transactions.read(() => this.#slots.building());
      if (building === undefined) break;
      if (building.broken !== null) throw damaged(building.broken);
      onProgress(building.eventId);
      await this.#step(false);
      await setImmediate();
    }
    // What it takes the place of is removed behind the caller's back.
    this.#follow();
  }

  async #beginRebuild(): Promise<void> {
    while (!(await this.#transactions.write(() => this.#slots.beginRebuild()))) {
      await this.#step(false);
      await setImmediate();
    }
  }

  /** It only stays behind. */
  #tell(error: unknown): void {
    if (!this.#transactions.open) return;
    this.#log.warn({ code: toStoreError(error, "").code }, "the search index was not brought up to date");
  }

  /** A slice; false when nothing was left, or the store is closed. */
  async #step(following: boolean): Promise<boolean> {
    if (!this.#transactions.open) return false;
    try {
      if (this.#attempts >= mostAttempts) {
        this.#attempts = 0;
        return await this.#transactions.write(() => {
          const slice = this.#slices.read(following);
          return slice !== undefined && this.#slices.write(slice);
        });
      }
      const slice = await this.#transactions.read(() => this.#slices.read(following));
      if (slice === undefined) return false;
      const written = await this.#transactions.write(() => this.#slices.write(slice));
      this.#attempts = written ? 0 : this.#attempts + 1;
      return true;
    } catch (error) {
      const cause = error instanceof StoreError ? error.cause : error;
      if (!(cause instanceof DamagedIndex)) throw error;
      await this.markDamage(cause);
      return true;
    }
  }
}

function damaged(reason: string): StoreError {
  return new StoreError(
    "corrupt",
    `The search index is damaged and could not be made anew (${reason}). What is stored is not concerned.`,
    "Copy the database with backstory backup, or report this with the server's log; search answers from the newest events meanwhile.",
  );
}
