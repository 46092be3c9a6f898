// What a passage holds of a query: which terms, how often, and which next to each other.
import type { Passage } from "./passages.ts";
import { toWords } from "./terms.ts";

export interface WeightedTerm {
  readonly weight: number;
  /** Its place in the query; undefined for another spelling of words that have theirs. */
  readonly place: number | undefined;
}

export interface Reading {
  readonly passage: Passage;
  /** In terms. */
  readonly length: number;
  readonly counts: ReadonlyMap<string, number>;
  /** By the place of the first: neighbours in the query that are neighbours here, with the lesser weight of the two. */
  readonly pairs: ReadonlyMap<number, number>;
}

export function readPassage(passage: Passage, terms: ReadonlyMap<string, WeightedTerm>): Reading {
  const counts = new Map<string, number>();
  const pairs = new Map<number, number>();
  let length = 0;
  const count = (term: string) => {
    length += 1;
    const found = terms.get(term);
    if (found) counts.set(term, (counts.get(term) ?? 0) + 1);
    return found;
  };
  let last: WeightedTerm | undefined;
  for (const word of toWords(passage.text)) {
    for (const term of word.terms) {
      const found = count(term);
      if (found?.place !== undefined && last?.place !== undefined && Math.abs(found.place - last.place) === 1)
        pairs.set(Math.min(found.place, last.place), Math.min(found.weight, last.weight));
      last = found;
    }
    for (const term of word.spellings) count(term);
  }
  return { passage, length, counts, pairs };
}
