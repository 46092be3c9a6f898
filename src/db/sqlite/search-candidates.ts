// The candidates of a search: a few hundred events that are worth reading, told from the index alone. Its cost is that
// of a few bounded lists, however large the store: rare terms choose, common ones only add to what those chose.
import type { Query, QueryTerm } from "../../recall/query.ts";
import { idfOf, type Stats } from "../../recall/rank.ts";
import { keysPerEvent } from "./search-keys.ts";
import { eventOf, passageOf, quote, type SearchTables, type Slot } from "./search-tables.ts";

export interface Candidate {
  eventId: number;
  /** Numbers of the passages that were found, the most promising first. */
  passages: number[];
}

/** What is asked of the index. */
export interface Lookup {
  slot: Slot;
  /** One key of each group. */
  keys: readonly (readonly string[])[];
  /** The newest row that counts. */
  upTo: number;
}

// Rows read of one list, and of all lists together.
const longestList = 20_000;
const mostRows = 60_000;
// A term of more passages than these is not counted but estimated.
const mostCounted = 4_000;

export class SearchCandidates {
  readonly #tables: SearchTables;

  constructor(tables: SearchTables) {
    this.#tables = tables;
  }

  hasKey({ slot, upTo }: Pick<Lookup, "slot" | "upTo">, key: string): boolean {
    return this.#tables.count(slot, quote(key), upTo, 1) > 0;
  }

  /** How common terms are, whatever the filters. */
  statsOf({ slot, upTo }: Pick<Lookup, "slot" | "upTo">): Stats {
    const { passages, terms } = this.#tables.totals(slot);
    const frequencies = new Map<string, number>();
    return {
      passages,
      averageLength: Math.max(1, terms / Math.max(1, passages) - keysPerEvent),
      frequency: (term) => {
        const known = frequencies.get(term);
        if (known !== undefined) return known;
        const frequency = this.#frequency(slot, term, upTo, passages);
        frequencies.set(term, frequency);
        return frequency;
      },
    };
  }

  #frequency(slot: Slot, term: string, upTo: number, passages: number): number {
    const counted = this.#tables.count(slot, quote(term), upTo, mostCounted);
    return counted < mostCounted ? counted : passages / 10;
  }

  /** Best first. */
  find(query: Query, lookup: Lookup, stats: Stats): Candidate[] {
    const weights = this.#weigh(query.terms, lookup, stats);
    const rows = [...weights].sort(
      ([row, weight], [other, otherWeight]) => otherWeight - weight || other - row,
    );
    const found = new Map<number, Candidate>();
    for (const [row] of rows) {
      const eventId = eventOf(row);
      const candidate = found.get(eventId) ?? { eventId, passages: [] };
      candidate.passages.push(passageOf(row));
      found.set(eventId, candidate);
    }
    return [...found.values()];
  }

  #weigh(terms: readonly QueryTerm[], { slot, keys, upTo }: Lookup, stats: Stats): Map<number, number> {
    const filter = keys.map((group) => `(${group.map(quote).join(" OR ")})`);
    const weights = new Map<number, number>();
    let left = mostRows;
    const known = terms.filter(({ term }) => stats.frequency(term) > 0);
    for (const term of known.toSorted((one, other) => idfOf(other.term, stats) - idfOf(one.term, stats))) {
      const match = [...filter, quote(term.term)].join(" AND ");
      const rows = this.#tables.list(slot, match, upTo, Math.min(longestList, left));
      left -= rows.length;
      const weight = idfOf(term.term, stats);
      for (const row of rows) weights.set(row, (weights.get(row) ?? 0) + weight);
    }
    return weights;
  }
}
