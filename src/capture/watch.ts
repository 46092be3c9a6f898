// Follows transcripts as they grow: the system tells of changes where it can, and a look around at intervals finds the
// rest. Both only ask for another import, which reads what is new.
import { type FSWatcher, watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ImportOptions, importTranscripts, rootsOf } from "./import.ts";
import type { Summary } from "./summary.ts";

export interface WatchOptions extends ImportOptions {
  signal: AbortSignal;
  /** Milliseconds without a change before a transcript is read. */
  settle?: number;
  /** Milliseconds between two looks around, told of changes or not. */
  interval?: number;
  /** After each import that found something. */
  onTaken(summary: Summary): void;
  /** The Store was busy or full: the next look tries again. */
  onFailed(error: unknown): void;
}

const standardSettle = 300;
// Times as long, and no longer: what grows without a pause is read while it does.
const mostSettle = 10;
const standardInterval = 5_000;

/** Until the signal. What is there already comes first. */
export async function watchTranscripts(options: WatchOptions): Promise<void> {
  const { signal, settle = standardSettle, interval = standardInterval } = options;
  const changes = new Changes(options, signal);
  while (!signal.aborted) {
    // Folders that were not there, or whose watch broke off, are watched from the next look on.
    changes.watch();
    try {
      const summary = await importTranscripts(options);
      if (summary.sources.read > 0) options.onTaken(summary);
    } catch (error) {
      options.onFailed(error);
    }
    if (await changes.next(interval)) await changes.settle(settle);
  }
  changes.close();
}

class Changes {
  readonly #roots: string[];
  readonly #signal: AbortSignal;
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions, signal: AbortSignal) {
    this.#roots = rootsOf(options).map(({ path }) => path);
    this.#signal = signal;
  }

  watch(): void {
    for (const root of this.#roots) {
      if (this.#watchers.has(root)) continue;
      try {
        const watcher = watch(root, { recursive: true, persistent: false }, () => this.#note());
        watcher.on("error", () => this.#drop(root));
        watcher.on("close", () => this.#drop(root));
        this.#watchers.set(root, watcher);
      } catch {
        // Not there, or too many watches: the look at intervals does it.
      }
    }
  }

  #drop(root: string): void {
    this.#watchers.get(root)?.close();
    this.#watchers.delete(root);
  }

  #note(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** A change since the last time, or the interval's end: whether there was a change. */
  async next(interval: number): Promise<boolean> {
    if (!this.#changed && !this.#signal.aborted) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      this.#signal.addEventListener("abort", this.#wake, { once: true });
      await sleep(interval, undefined, { signal: woken.signal }).catch(() => {});
      this.#signal.removeEventListener("abort", this.#wake);
      this.#wake = undefined;
    }
    return this.#changed;
  }

  /** Until nothing has changed for so long. */
  async settle(quiet: number): Promise<void> {
    const end = performance.now() + quiet * mostSettle;
    do {
      this.#changed = false;
      await sleep(quiet, undefined, { signal: this.#signal }).catch(() => {});
    } while (this.#changed && performance.now() < end && !this.#signal.aborted);
    this.#changed = false;
  }

  close(): void {
    for (const root of [...this.#watchers.keys()]) this.#drop(root);
  }
}
