// Times several runs in turn, so that what disturbs the machine disturbs all of them alike.
import { setImmediate } from "node:timers/promises";

/** Milliseconds, or whatever else was measured. */
export interface Spread {
  p50: number;
  p90: number;
  samples: number;
}

/** May be synchronous: then nothing but the work itself is timed. */
export type Run = () => unknown;

export interface InterleaveOptions {
  rounds: number;
  /** Rounds before the first that counts: compilers and caches. */
  warmUp: number;
}

/** Every round times each run once, in a random order: none is always the one behind the other. */
export async function interleave<Name extends string>(
  runs: Record<Name, Run>,
  { rounds, warmUp }: InterleaveOptions,
): Promise<Record<Name, Spread>> {
  const names = Object.keys(runs) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of shuffle(names)) {
      const elapsed = await time(runs[name]);
      if (round >= 0) times[name].push(elapsed);
      // As in a server, the event loop turns between two calls: the Store's checkpoints wait for that.
      await setImmediate();
    }
  }
  return Object.fromEntries(names.map((name) => [name, spreadOf(times[name])])) as Record<Name, Spread>;
}

async function time(run: Run): Promise<number> {
  const started = performance.now();
  const result = run();
  if (result instanceof Promise) await result;
  return performance.now() - started;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p90: at(0.9), samples: sorted.length };
}

/** A figure that is counted, not sampled. */
export function exactly(value: number): Spread {
  return { p50: value, p90: value, samples: 1 };
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
