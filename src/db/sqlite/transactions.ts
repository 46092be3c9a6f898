// One method, one transaction: BEGIN IMMEDIATE for writes, a retry between event-loop turns while others hold
// the lock, and the log brought into the file after the reply.
import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Statement } from "better-sqlite3";
import type { StoreLog } from "../store.ts";
import { busy, isBusy, readOnly, schemaTooNew, toStoreError } from "./errors.ts";

/** Forbids an async transaction body: it would commit before its work is done. */
type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

export interface RetryOptions {
  file: string;
  /** Milliseconds; then `busy`. */
  busyDeadline: number;
}

export interface TransactionOptions extends RetryOptions {
  /** The newest schema this program knows. */
  schemaVersion: number;
  /** Then no write is even tried. */
  readOnly: boolean;
  log: StoreLog;
}

// Commits after which there is work to do behind the reply. One writes about seven pages of 8 KiB, so by then the
// write-ahead log has some 10 MB.
const commitsBetween = 200;

// Others look for the lock once in some milliseconds only, and would hardly ever meet it free if one process took it
// again at once, write after write. So while there are others it leaves them a gap. Milliseconds.
const gap = 1;
const closeTogether = 3;
const slicePause = 2;
const contentionLasts = 200;
// SQLite's first pause when it meets a lock is 1 ms.
const noticeableWait = 0.9;

export class Transactions {
  readonly #db: Database;
  readonly #options: TransactionOptions;
  readonly #beginRead: Statement;
  readonly #beginWrite: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #userVersion: Statement<[], number>;
  #waiting = 0;
  #lastWaiting: Promise<void> = Promise.resolve();
  readonly #afterCommits: (() => void)[] = [() => this.#checkpoint()];
  #commits = 0;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #waitedAt = Number.NEGATIVE_INFINITY;

  constructor(db: Database, options: TransactionOptions) {
    this.#db = db;
    this.#options = options;
    this.#beginRead = db.prepare("BEGIN");
    // A deferred transaction that reads and then writes fails at once when another wrote between, whatever the timeout.
    this.#beginWrite = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#rollback = db.prepare("ROLLBACK");
    this.#userVersion = db.prepare<[], number>("PRAGMA user_version").pluck();
  }

  /** Several reads that see one state. Never waits for a writer. */
  async read<T>(work: () => Synchronous<T>): Promise<T> {
    const attempt = () => this.#run(this.#beginRead, work);
    try {
      return attempt();
    } catch (error) {
      if (isBusy(error)) return retryWhileBusy(attempt, this.#options);
      throw toStoreError(error, this.#options.file);
    }
  }

  /** Rejects with `schema_too_new` when a newer program has migrated the file meanwhile. */
  async write<T>(work: () => Synchronous<T>): Promise<T> {
    if (this.#options.readOnly) throw readOnly(this.#options.file);
    const checked = () => {
      this.#assertSchemaKnown();
      return work();
    };
    const attempt = () => {
      const result = this.#run(this.#beginWrite, checked);
      this.#wroteAt = performance.now();
      this.#commits += 1;
      if (this.#commits === commitsBetween) setImmediate(() => this.#settle());
      return result;
    };
    if (this.#waiting > 0 || this.#pressesOthers()) return this.#queue(attempt);
    try {
      return attempt();
    } catch (error) {
      if (isBusy(error)) return this.#queue(attempt);
      throw toStoreError(error, this.#options.file);
    }
  }

  /** One of the many writes of a long task. Behind it others, who look for the lock every few milliseconds, find it free. */
  async writeSlice<T>(work: () => Synchronous<T>): Promise<T> {
    const result = await this.write(work);
    await sleep(slicePause);
    return result;
  }

  #pressesOthers(): boolean {
    const now = performance.now();
    return now - this.#wroteAt < closeTogether && now - this.#waitedAt < contentionLasts;
  }

  /** One behind the other: a write that waits for a lock is not overtaken by the one that was called after it. */
  #queue<T>(attempt: () => T): Promise<T> {
    const called = performance.now();
    const done = () => {
      this.#waiting -= 1;
    };
    const result = this.#lastWaiting.then(async () => {
      if (this.#pressesOthers()) await sleep(gap + Math.random() * gap);
      return retryWhileBusy(attempt, this.#options, called);
    });
    this.#waiting += 1;
    this.#lastWaiting = result.then(done, done);
    return result;
  }

  #run<T>(begin: Statement, work: () => T): T {
    const called = performance.now();
    try {
      begin.run();
    } finally {
      const now = performance.now();
      if (now - called > noticeableWait) this.#waitedAt = now;
    }
    try {
      const result = work();
      // A damaged index can make SQLite end a transaction by itself: nothing is lost of one that only read.
      if (begin !== this.#beginRead || this.#db.inTransaction) this.#commit.run();
      return result;
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.#db.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** Hosts keep a server alive for days while a newer one migrates the file under it. */
  #assertSchemaKnown(): void {
    const found = this.#userVersion.get() ?? 0;
    if (found > this.#options.schemaVersion) {
      throw schemaTooNew(this.#options.file, found, this.#options.schemaVersion);
    }
  }

  /**
   * Has `work` done after a reply, about every 200 commits of this process, the checkpoint being done by then.
   * It must deal with its own failures.
   */
  afterCommits(work: () => void): void {
    this.#afterCommits.push(work);
  }

  /** How long to wait for others with what cannot be in a transaction. */
  get retry(): RetryOptions {
    return this.#options;
  }

  /** Since the last checkpoint, by this process. */
  get commits(): number {
    return this.#commits;
  }

  /** False once the store is closed. */
  get open(): boolean {
    return this.#db.open;
  }

  #settle(): void {
    this.#commits = 0;
    if (!this.#db.open) return;
    for (const work of this.#afterCommits) work();
  }

  #checkpoint(): void {
    try {
      this.#db.pragma("wal_checkpoint(PASSIVE)");
    } catch (error) {
      // The write-ahead log only stays longer, and the next write will tell what is wrong.
      this.#options.log.warn({ code: toStoreError(error, this.#options.file).code }, "a checkpoint failed");
    }
  }
}

/**
 * Runs a synchronous attempt until no other connection holds the lock it needs, with pauses between event-loop
 * turns. Rejects with a `StoreError`: `busy` at the deadline, and every other failure at once.
 * `since`: when the waiting began, as of `performance.now()`.
 */
export async function retryWhileBusy<T>(
  attempt: () => T,
  { file, busyDeadline }: RetryOptions,
  since = performance.now(),
): Promise<T> {
  while (true) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw toStoreError(error, file);
      if (performance.now() - since > busyDeadline) throw busy(file, { cause: error });
    }
    await sleep(jitter());
  }
}

/** Milliseconds: random, so that processes that met once do not meet again. */
function jitter(): number {
  return 1 + Math.random() * 4;
}
