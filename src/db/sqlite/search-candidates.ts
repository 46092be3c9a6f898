// The candidates of a search: some hundred events that are worth reading, told from the index alone. Its cost is that
// of a few bounded lists, however large the store: rare terms are looked up whole, of common ones what they share.
import type { Query, QueryTerm } from "../../recall/query.ts";
import { idfOf, type Stats } from "../../recall/rank.ts";
import { toWords } from "../../recall/terms.ts";
import type { SearchMode } from "../search.ts";
import { keysPerEvent } from "./search-keys.ts";
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

/** A term of the query that is in the index. */
interface Known {
  term: string;
  frequency: number;
  bit: number;
}

interface Where {
  lookup: Lookup;
  /** Of the whole index. */
  passages: number;
  /** The terms that were looked up whole. */
  rare: readonly Known[];
}

// Rows that are read of terms looked up whole, all together. A row takes a ten-thousandth of a millisecond.
const mostRows = 60_000;
// Rows that come out, and rows read of a list that is not read to its end.
const mostFound = 3_000;
// Terms looked up by what they share: the rarest of the common ones.
const mostShared = 3;
// A share of all passages: a term that more of them have says so little that it is looked up only where fewer rows than
// these are found by others.
const littleSaid = 0.15;
const enough = 600;
// Filters that leave fewer rows make every list short. In a wider one the newest of a common term would be all that is
// looked at, and half of the evidence is not among them (measured).
const narrow = 15_000;
// Rows of the rarer terms that a common one is looked up with.
const mostPartners = 20_000;
// A term of more passages than these is not counted but estimated, from as many at either end of the log.
const mostCounted = 1_000;
const mostSampled = 500;

export class SearchCandidates {
  readonly #tables: SearchTables;

  constructor(tables: SearchTables) {
    this.#tables = tables;
  }

  hasKey({ slot, upTo }: Pick<Lookup, "slot" | "upTo">, key: string): boolean {
    return this.#tables.count(slot, quote(key), upTo, 1) > 0;
  }

  /** How common terms are, whatever the filters, in an index of these totals. */
  statsOf({ slot, upTo }: Pick<Lookup, "slot" | "upTo">, { passages, terms }: Totals): Stats {
    const frequencies = new Map<string, number>();
    return {
      passages,
      averageLength: Math.max(1, terms / Math.max(1, passages) - keysPerEvent),
      frequency: (term) => {
        const known = frequencies.get(term);
        if (known !== undefined) return known;
        const frequency = this.#frequency(slot, quote(term), upTo, passages);
        frequencies.set(term, frequency);
        return frequency;
      },
    };
  }

  #frequency(slot: Slot, term: string, upTo: number, passages: number): number {
    const { count, from } = this.#tables.newest(slot, term, upTo, mostCounted);
    if (count < mostCounted) return count;
    // As densely as among the newest and the oldest.
    const oldest = this.#tables.oldest(slot, term, mostSampled).at(-1) ?? 0;
    const density = (count / eventsIn(upTo - from) + mostSampled / eventsIn(oldest)) / 2;
    return Math.min(passages, Math.max(count, Math.round(density * eventsIn(upTo))));
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
    return groupRows(this.#list(lookup, terms.map(quote).join(" AND "), mostRows));
  }

  #findAny(query: Query, lookup: Lookup, stats: Stats): Candidate[] {
    const known = knownOf(query.terms, stats);
    const rows = new TermRows();
    const rare = this.#addRare(rows, known, lookup);
    const where = { lookup, passages: stats.passages, rare };
    const common = known.slice(rare.length);
    if (this.#isNarrow(lookup)) this.#addEach(rows, common, where);
    else this.#addShared(rows, common, where);
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
    if (known.length > 0) rows.add(this.#list(lookup, inOne, most), toMask(masks));
    const rarest = known.slice(0, 2);
    for (const { term, bit } of rarest) rows.add(this.#list(lookup, quote(term), mostPartners), 1 << bit);
    rows.keepEvents(toMask(masks.slice(0, rarest.length)));
    return toCandidates(rows, known, stats, most);
  }

  #isNarrow({ slot, keys, upTo }: Lookup): boolean {
    return keys.length > 0 && this.#tables.count(slot, filterOf(keys), upTo, narrow) < narrow;
  }

  /** Looks up the rarest terms whole, as many as go; returns them. */
  #addRare(rows: TermRows, known: readonly Known[], lookup: Lookup): Known[] {
    const { slot, keys, upTo } = lookup;
    // One alone says no more of an old passage than of a new one.
    const most = known.length === 1 && keys.length === 0 ? mostFound : mostRows;
    const rare = firstOf(known, keys.length === 0 ? mostRows : mostPartners);
    if (rare.length === 0) return rare;
    // A filter is dearer than a list: it is asked once for all of them.
    const passing = keys.length === 0 ? undefined : new Set(this.#list(lookup, anyOf(rare), mostRows));
    for (const { term, bit } of rare) {
      const found = this.#tables.list(slot, quote(term), upTo, most);
      rows.add(passing ? found.filter((row) => passing.has(row)) : found, 1 << bit);
    }
    return rare;
  }

  /** Looks up each of the common terms that says something, where a filter makes every list short. */
  #addEach(rows: TermRows, common: readonly Known[], { lookup, passages }: Where): void {
    for (const { term, frequency, bit } of common) {
      const saysLittle = frequency > passages * littleSaid;
      if (saysLittle && rows.size >= enough) return;
      rows.add(this.#list(lookup, quote(term), saysLittle ? enough : narrow), 1 << bit);
    }
  }

  /** Looks up the rarest of the common terms with what is rarer, and with each other. */
  #addShared(rows: TermRows, common: readonly Known[], { lookup, passages, rare }: Where): void {
    const partners = anyOf(firstOf(rare, mostPartners));
    for (const [index, { term, frequency, bit }] of common.slice(0, mostShared).entries()) {
      const isNeeded = rows.size < enough;
      if (frequency > passages * littleSaid && !isNeeded) return;
      if (partners !== "") {
        rows.add(this.#list(lookup, `${quote(term)} AND (${partners})`, mostRows), 1 << bit);
      }
      for (const other of common.slice(0, index)) {
        const match = `${quote(other.term)} AND ${quote(term)}`;
        rows.add(this.#list(lookup, match, mostFound), (1 << other.bit) | (1 << bit));
      }
      if (isNeeded) rows.add(this.#list(lookup, quote(term), mostFound), 1 << bit);
    }
  }

  #list({ slot, keys, upTo }: Lookup, match: string, most: number): number[] {
    const filtered = keys.length === 0 ? match : `${filterOf(keys)} AND (${match})`;
    return this.#tables.list(slot, filtered, upTo, most);
  }
}

/** The rarest of the terms that are in the index, the rarest first. */
function knownOf(terms: readonly QueryTerm[], stats: Stats): Known[] {
  return terms
    .map(({ term }) => ({ term, frequency: stats.frequency(term) }))
    .filter(({ frequency }) => frequency > 0)
    .toSorted((one, other) => one.frequency - other.frequency)
    .slice(0, mostMasked)
    .map((each, bit) => ({ ...each, bit }));
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

function filterOf(keys: Lookup["keys"]): string {
  return keys.map((group) => `(${group.map(quote).join(" OR ")})`).join(" AND ");
}

/** The rarest terms, as many as have so many rows together. */
function firstOf(known: readonly Known[], most: number): Known[] {
  let left = most;
  const end = known.findIndex(({ frequency }) => {
    left -= frequency;
    return left < 0;
  });
  return end < 0 ? [...known] : known.slice(0, end);
}

function anyOf(known: readonly Known[]): string {
  return known.map(({ term }) => quote(term)).join(" OR ");
}

/** About how many events lie in so many rows. */
function eventsIn(rows: number): number {
  return Math.max(1, eventOf(rows));
}
