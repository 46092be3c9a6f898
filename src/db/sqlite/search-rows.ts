// Which rows of the index have which terms, out of lists of rows, and which of them are worth most. Pure.

import { eventOf } from "./search-tables.ts";

/** A term is a bit of a mask, so there are at most so many. */
export const mostMasked = 30;

/** Rows, the newest first, each with the terms that it is known to have. */
export class TermRows {
  #rows = new Float64Array(0);
  #masks = new Uint32Array(0);

  get size(): number {
    return this.#rows.length;
  }

  /**
   * Rows in descending order that have all terms of the mask. `otherwise`: terms that those rows have, too, that are not
   * known to have any of `unless`.
   */
  add(rows: readonly number[], mask: number, { unless, otherwise } = { unless: 0, otherwise: 0 }): void {
    const [before, masks] = [this.#rows, this.#masks];
    const merged = new Float64Array(before.length + rows.length);
    const mergedMasks = new Uint32Array(before.length + rows.length);
    let [i, j, size] = [0, 0, 0];
    while (i < before.length || j < rows.length) {
      const [old, added] = [before[i] ?? -1, rows[j] ?? -1];
      merged[size] = Math.max(old, added);
      const held = old >= added ? (masks[i] ?? 0) : 0;
      const found = (held & unless) === 0 ? mask | otherwise : mask;
      mergedMasks[size] = added >= old ? held | found : held;
      if (old >= added) i += 1;
      if (added >= old) j += 1;
      size += 1;
    }
    this.#rows = merged.subarray(0, size);
    this.#masks = mergedMasks.subarray(0, size);
  }

  /** Those of the rows, in descending order, that are here have all terms of the mask. */
  mark(rows: readonly number[], mask: number): void {
    let i = 0;
    for (const row of rows) {
      while ((this.#rows[i] ?? -1) > row) i += 1;
      if (this.#rows[i] === row) this.#masks[i] = (this.#masks[i] ?? 0) | mask;
    }
  }

  /** Of events whose rows together have all terms of the mask. */
  keepEvents(mask: number): void {
    const kept = new Map<number, number>();
    for (let i = 0; i < this.#rows.length; i += 1) {
      const event = eventOf(this.#rows[i] ?? 0);
      kept.set(event, (kept.get(event) ?? 0) | (this.#masks[i] ?? 0));
    }
    this.#filter((row) => ((kept.get(eventOf(row)) ?? 0) & mask) === mask);
  }

  #filter(isKept: (row: number) => boolean): void {
    this.#masks = this.#masks.filter((_, index) => isKept(this.#rows[index] ?? 0));
    this.#rows = this.#rows.filter(isKept);
  }

  /** About so many rows of the greatest weight, the heaviest first and among equals the newest. */
  best(most: number, weights: readonly number[]): number[] {
    const weigh = weigher(weights);
    const order = [...new Set(this.#masks)].sort((one, other) => weigh(other) - weigh(one));
    const wanted = this.#leastWanted(order, most);
    const rows = new Map(wanted.map((mask) => [mask, [] as number[]]));
    for (let i = 0; i < this.#rows.length; i += 1) {
      const ofMask = rows.get(this.#masks[i] ?? 0);
      if (ofMask && ofMask.length < most) ofMask.push(this.#rows[i] ?? 0);
    }
    return wanted.flatMap((mask) => rows.get(mask) ?? []).slice(0, most);
  }

  /** The first of the masks that together have so many rows. */
  #leastWanted(order: readonly number[], most: number): number[] {
    const counts = new Map<number, number>();
    for (const mask of this.#masks) counts.set(mask, (counts.get(mask) ?? 0) + 1);
    let left = most;
    return order.filter((mask) => {
      const isWanted = left > 0;
      left -= counts.get(mask) ?? 0;
      return isWanted;
    });
  }
}

/** The sum of the weights of a mask's terms. */
function weigher(weights: readonly number[]): (mask: number) => number {
  const known = new Map<number, number>();
  return (mask) => {
    let weight = known.get(mask);
    if (weight === undefined) {
      weight = weights.reduce((sum, each, bit) => sum + ((mask >>> bit) & 1 ? each : 0), 0);
      known.set(mask, weight);
    }
    return weight;
  };
}
