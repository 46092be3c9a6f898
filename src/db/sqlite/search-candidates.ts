// The candidates of a search: some hundred events that are worth reading, told from the index alone. Its cost is that
// of a few bounded lists, however large the store: rare terms are looked up whole, of common ones what they share.
import type { Query } from "../../recall/query.ts";
import { idfOf, type Stats } from "../../recall/rank.ts";
import { toWords } from "../../recall/terms.ts";
import type { SearchMode } from "../search.ts";
import { keysPerEvent } from "./search-keys.ts";
import { firstOf, type Known, knownOf, mostRows, rareOf, saysLittle } from "./search-known.ts";
import { mostMasked, TermRows } from "./search-rows.ts";
import { eventOf, passageOf, quote, type SearchTables, type Slot, type Totals } from "./search-tables.ts";

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

interface Where {
  lookup: Lookup;
  stats: Stats;
  /** The terms that were looked up whole. */
  rare: readonly Known[];
}

// Rows that come out, and rows read of a list that is not read to its end.
const mostFound = 3_000;
// To read a row of a term is so many times as dear as to pass one of a filter: a filter is asked once for all terms that
// are rare beside it, and for each of the others.
const dearer = 12;
// Rows of the rare terms that a common one is looked up with.
const mostPartners = 20_000;
// Common terms looked up by what they share: the rarest of them.
const mostShared = 3;
// Where fewer rows were found, those of terms that say little are looked up too.
const enough = 600;
// In a filter that leaves more rows the newest of a common term would be all that is looked at, and half of the evidence
// is not among them (measured).
const narrow = 15_000;
// Passages. In a smaller index a filter costs nothing to speak of.
const large = 20_000;
// A term of so many passages is not counted but estimated, from some at either end of the log.
const mostCounted = 500;
const sampled = 250;

export class SearchCandidates {
  readonly #tables: SearchTables;

  constructor(tables: SearchTables) {
    this.#tables = tables;
  }

  hasKey({ slot, upTo }: Pick<Lookup, "slot" | "upTo">, key: string): boolean {
    return this.#tables.count(slot, quote(key), upTo, 1) > 0;
  }

  /** Whether a filter leaves most of a large index. */
  isLoose(lookup: Lookup, { passages }: Stats): boolean {
    return passages > large && lookup.keys.length > 0 && this.#sizeOf(lookup) > passages / 2;
  }

  /** How common terms are, whatever the filters, in an index of these totals. */
  statsOf({ slot, upTo }: Pick<Lookup, "slot" | "upTo">, { passages, terms }: Totals): Stats {
    const frequencies = new Map<string, number>();
    const from = this.#tables.first(slot);
    return {
      passages,
      averageLength: Math.max(1, terms / Math.max(1, passages) - keysPerEvent),
      frequency: (term) => {
        const known = frequencies.get(term);
        if (known !== undefined) return known;
        const frequency = Math.min(passages, this.#frequency(slot, quote(term), from, upTo));
        frequencies.set(term, frequency);
        return frequency;
      },
    };
  }

  /** Among rows from one to the other. */
  #frequency(slot: Slot, term: string, from: number, upTo: number): number {
    const count = this.#tables.count(slot, term, upTo, mostCounted);
    if (count < mostCounted) return count;
    // As densely as among the oldest and the newest.
    const oldest = this.#tables.at(slot, term, upTo, sampled, "oldest") ?? upTo;
    const newest = this.#tables.at(slot, term, upTo, sampled, "newest") ?? from;
    const density = (sampled / eventsIn(oldest - from) + sampled / eventsIn(upTo - newest)) / 2;
    return Math.max(count, Math.round(density * eventsIn(upTo - from)));
  }

  /** Best first, some thousand at most. In other modes than `any` some are among them that are not what was asked for. */
  find(query: Query, mode: SearchMode, lookup: Lookup, stats: Stats): Candidate[] {
    if (mode === "any") return this.#findAny(query, lookup, stats);
    // Of those that have every word, few may have them in a row.
    return this.#findEvery(query, lookup, stats, mode === "phrase" ? mostRows : mostFound);
  }

  /** Those that have every word of a quotation in one passage, the newest first. */
  findQuoted(quoted: string, lookup: Lookup, stats: Stats): Candidate[] {
    const terms = [...new Set(toWords(quoted).flatMap((word) => word.terms))];
    if (terms.length === 0 || terms.some((term) => stats.frequency(term) === 0)) return [];
    return groupRows(this.#all(lookup, terms.map(quote).join(" AND "), mostRows));
  }

  #findAny(query: Query, lookup: Lookup, stats: Stats): Candidate[] {
    const known = knownOf(query.terms, stats);
    const rows = new TermRows();
    const size = this.#sizeOf(lookup);
    const isNarrow = size <= narrow;
    const rare = rareOf(known, isNarrow, stats);
    const common = known.slice(rare.length);
    this.#addRare(rows, rare, lookup, size);
    if (!isNarrow) this.#addShared(rows, common, { lookup, stats, rare });
    this.#addNewest(rows, common, lookup);
    return toCandidates(rows, known, stats);
  }

  /** Events that may have every term of the query, whichever passages they are in. */
  #findEvery(query: Query, lookup: Lookup, stats: Stats, most: number): Candidate[] {
    const required = query.terms.filter(({ isJoined }) => !isJoined);
    const known = knownOf(required, stats);
    if (known.length < Math.min(required.length, mostMasked)) return [];
    const rows = new TermRows();
    const inOne = known.map(({ term }) => quote(term)).join(" AND ");
    const masks = known.map(({ bit }) => 1 << bit);
    if (known.length > 0) rows.add(this.#newest(lookup, inOne, most), toMask(masks));
    const rarest = known.slice(0, 2);
    for (const { term, bit } of rarest) rows.add(this.#newest(lookup, quote(term), mostPartners), 1 << bit);
    rows.keepEvents(toMask(masks.slice(0, rarest.length)));
    return toCandidates(rows, known, stats, most);
  }

  /** How many rows a filter leaves: if few, at most so many; if more, about, as densely as among the oldest. */
  #sizeOf({ slot, keys, upTo }: Lookup): number {
    if (keys.length === 0) return Number.POSITIVE_INFINITY;
    const from = this.#tables.first(slot);
    const place = this.#tables.at(slot, filterOf(keys), upTo, narrow, "oldest");
    return place === undefined ? narrow : (narrow * eventsIn(upTo - from)) / eventsIn(place - from);
  }

  /** `size`: about how many rows the filter leaves. */
  #addRare(rows: TermRows, rare: readonly Known[], lookup: Lookup, size: number): void {
    const { slot, keys, upTo } = lookup;
    const isFiltered = keys.length > 0;
    const atOnce = rare.filter(({ frequency }) => isFiltered && frequency * dearer < size);
    const passing = new Set(atOnce.length === 0 ? [] : this.#all(lookup, anyOf(atOnce), mostRows));
    for (const [index, { term, bit }] of rare.entries()) {
      const found =
        index < atOnce.length
          ? this.#tables.all(slot, quote(term), upTo, mostRows).filter((row) => passing.has(row))
          : this.#all(lookup, quote(term), mostRows);
      rows.add(found, 1 << bit);
    }
  }

  /** Looks up the rarest of the common terms with what is rarer, and with each other. */
  #addShared(rows: TermRows, common: readonly Known[], { lookup, stats, rare }: Where): void {
    const some = firstOf(rare, mostPartners);
    // The rarest in any case: it says the most.
    const partners = some.length > 0 ? some : rare.slice(0, 1);
    const ofPartners = toMask(partners.map(({ bit }) => 1 << bit));
    for (const [index, known] of common.slice(0, mostShared).entries()) {
      const { term, bit } = known;
      const isSlight = saysLittle(known, stats);
      if (isSlight && rows.size >= enough) return;
      const list = (match: string) =>
        isSlight ? this.#newest(lookup, match, mostPartners) : this.#all(lookup, match, mostRows);
      const [last, ...others] = common.slice(0, index).toReversed();
      const shared = last ? [...partners, last] : partners;
      if (shared.length > 0) {
        // Where it is with none of the partners, it is with the last.
        const otherwise = last ? 1 << last.bit : 0;
        rows.add(list(`${quote(term)} AND (${anyOf(shared)})`), 1 << bit, { unless: ofPartners, otherwise });
      }
      for (const other of others) {
        rows.add(list(`${quote(other.term)} AND ${quote(term)}`), (1 << other.bit) | (1 << bit));
      }
    }
  }

  /** Where hardly anything was found, the newest that say little. */
  #addNewest(rows: TermRows, common: readonly Known[], lookup: Lookup): void {
    for (const { term, bit } of common) {
      if (rows.size >= enough) return;
      rows.add(this.#newest(lookup, quote(term), rows.size === 0 ? mostFound : enough), 1 << bit);
    }
  }

  #all({ slot, keys, upTo }: Lookup, match: string, most: number): number[] {
    return this.#tables.all(slot, withFilter(keys, match), upTo, most);
  }

  #newest({ slot, keys, upTo }: Lookup, match: string, most: number): number[] {
    return this.#tables.newest(slot, withFilter(keys, match), upTo, most);
  }
}

const toMask = (bits: readonly number[]) => bits.reduce((mask, bit) => mask | bit, 0);

function toCandidates(rows: TermRows, known: readonly Known[], stats: Stats, most = mostFound): Candidate[] {
  const weights = known.map(({ term }) => idfOf(term, stats));
  return groupRows(rows.best(most, weights));
}

function groupRows(rows: readonly number[]): Candidate[] {
  const found = new Map<number, Candidate>();
  for (const row of rows) {
    const eventId = eventOf(row);
    const candidate = found.get(eventId) ?? { eventId, passages: [] };
    candidate.passages.push(passageOf(row));
    found.set(eventId, candidate);
  }
  return [...found.values()];
}

function withFilter(keys: Lookup["keys"], match: string): string {
  return keys.length === 0 ? match : `${filterOf(keys)} AND (${match})`;
}

function filterOf(keys: Lookup["keys"]): string {
  return keys.map((group) => `(${group.map(quote).join(" OR ")})`).join(" AND ");
}

function anyOf(known: readonly Known[]): string {
  return known.map(({ term }) => quote(term)).join(" OR ");
}

/** About how many events lie in so many rows. */
function eventsIn(rows: number): number {
  return Math.max(1, eventOf(rows));
}
