// The terms of a query that are in the index: which of them are worth looking up whole. Pure.
import type { QueryTerm } from "../../recall/query.ts";
import type { Stats } from "../../recall/rank.ts";
import { mostMasked } from "./search-rows.ts";

/** A term, how many passages have it, and the bit that stands for it: its place among the rarest. */
export interface Known {
  term: string;
  frequency: number;
  bit: number;
}

/** Rows of a list that is read to its end. A row takes a ten-thousandth of a millisecond. */
export const mostRows = 60_000;
// As a share of all passages; less beside several rarer terms.
const littleSaid = 0.15;
const littleAdded = 0.1;
const several = 4;

/** The rarest of the terms that are in the index, the rarest first. */
export function knownOf(terms: readonly QueryTerm[], stats: Stats): Known[] {
  return terms
    .map(({ term }) => ({ term, frequency: stats.frequency(term) }))
    .filter(({ frequency }) => frequency > 0)
    .toSorted((one, other) => one.frequency - other.frequency)
    .slice(0, mostMasked)
    .map((each, bit) => ({ ...each, bit }));
}

/** Those that are looked up whole: as many as go, and where a filter makes every list short, all that say something. */
export function rareOf(known: readonly Known[], isNarrow: boolean, stats: Stats): readonly Known[] {
  // One alone says no more of an old passage than of a new one.
  if (known.length === 1) return [];
  const some = firstOf(known, mostRows);
  return isNarrow ? known.filter((one, index) => index < some.length || !saysLittle(one, stats)) : some;
}

/** So many have it that finding it is hardly news. */
export function saysLittle({ frequency, bit }: Known, { passages }: Stats): boolean {
  return frequency > passages * (bit < several ? littleSaid : littleAdded);
}

/** The rarest terms, as many as have so many rows together. */
export function firstOf(known: readonly Known[], most: number): Known[] {
  let left = most;
  const end = known.findIndex(({ frequency }) => {
    left -= frequency;
    return left < 0;
  });
  return end < 0 ? [...known] : known.slice(0, end);
}
