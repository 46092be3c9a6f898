// The candidates of a search: some thousand events at most that are worth reading, told from the index alone. Its cost
// is that of a few bounded lists, however large the store: rare terms are looked up whole, of common ones what they share.
import type { Query } from "../../recall/query.ts";
import { idfOf } from "../../recall/rank.ts";
import { toWords } from "../../recall/terms.ts";
import type { SearchMode } from "../search.ts";
import { firstOf, type Known, knownOf, mostRows, rareOf, saysLittle } from "./search-known.ts";
import type { SearchReader } from "./search-reader.ts";
import { mostMasked, TermRows } from "./search-rows.ts";
import { eventOf, passageOf, quote } from "./search-tables.ts";

export interface Candidate {
  eventId: number;
  /** Numbers of the passages that were found, the most promising first. */
  passages: number[];
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

/** Finds what passes the filters of a search and has words of its query. */
export class SearchCandidates {
  readonly #reader: SearchReader;
  readonly #filter: string | undefined;
  #rowsLeft: number | undefined;

  /** `keys`: an event has one of each group. */
  constructor(reader: SearchReader, keys: readonly (readonly string[])[]) {
    this.#reader = reader;
    this.#filter = keys.length === 0 ? undefined : keys.map((group) => `(${anyOf(group)})`).join(" AND ");
  }

  /** Whether the filter leaves most of a large index. */
  isLoose(): boolean {
    const { passages } = this.#reader;
    return this.#filter !== undefined && passages > large && this.#size() > passages / 2;
  }

  /** About how many rows the filter leaves; if few, at most `narrow`. */
  #size(): number {
    if (this.#filter === undefined) return Number.POSITIVE_INFINITY;
    this.#rowsLeft ??= this.#reader.sizeOf(this.#filter, narrow);
    return this.#rowsLeft;
  }

  /** Best first, some thousand at most. In other modes than `any` some are among them that are not what was asked for. */
  find(query: Query, mode: SearchMode): Candidate[] {
    if (mode === "any") return this.#findAny(query);
    // Of those that have every word, few may have them in a row.
    return this.#findEvery(query, mode === "phrase" ? mostRows : mostFound);
  }

  /** Those that have every word of a quotation in one passage, the newest first. */
  findQuoted(quoted: string): Candidate[] {
    const terms = [...new Set(toWords(quoted).flatMap((word) => word.terms))];
    if (terms.length === 0 || terms.some((term) => this.#reader.frequency(term) === 0)) return [];
    return groupRows(this.#all(terms.map(quote).join(" AND ")));
  }

  #findAny(query: Query): Candidate[] {
    const known = knownOf(query.terms, this.#reader);
    const rows = new TermRows();
    const isNarrow = this.#size() <= narrow;
    const rare = rareOf(known, isNarrow, this.#reader);
    const common = known.slice(rare.length);
    this.#addRare(rows, rare);
    if (!isNarrow) this.#addShared(rows, common, rare);
    this.#addNewest(rows, common);
    return this.#toCandidates(rows, known, mostFound);
  }

  /** Events that may have every term of the query, whichever passages they are in. */
  #findEvery(query: Query, most: number): Candidate[] {
    const required = query.terms.filter(({ isJoined }) => !isJoined);
    const known = knownOf(required, this.#reader);
    if (known.length < Math.min(required.length, mostMasked)) return [];
    const rows = new TermRows();
    const inOne = known.map(({ term }) => quote(term)).join(" AND ");
    const masks = known.map(({ bit }) => 1 << bit);
    if (known.length > 0) rows.add(this.#newest(inOne, most), toMask(masks));
    const rarest = known.slice(0, 2);
    for (const { term, bit } of rarest) rows.add(this.#newest(quote(term), mostPartners), 1 << bit);
    rows.keepEvents(toMask(masks.slice(0, rarest.length)));
    return this.#toCandidates(rows, known, most);
  }

  #addRare(rows: TermRows, rare: readonly Known[]): void {
    if (this.#filter === undefined) {
      for (const { term, bit } of rare) rows.add(this.#reader.rowsOf(term, mostRows), 1 << bit);
      return;
    }
    const size = this.#size();
    const atOnce = rare.filter(({ frequency }) => frequency * dearer < size);
    if (atOnce.length > 0) rows.add(this.#all(anyOf(termsOf(atOnce))), 0);
    for (const { term, bit } of atOnce) rows.mark(this.#reader.rowsOf(term, mostRows), 1 << bit);
    for (const { term, bit } of rare.slice(atOnce.length)) rows.add(this.#all(quote(term)), 1 << bit);
  }

  /** Looks up the rarest of the common terms with what is rarer, and with each other. */
  #addShared(rows: TermRows, common: readonly Known[], rare: readonly Known[]): void {
    const some = firstOf(rare, mostPartners);
    // The rarest in any case: it says the most.
    const partners = some.length > 0 ? some : rare.slice(0, 1);
    const ofPartners = toMask(partners.map(({ bit }) => 1 << bit));
    for (const [index, known] of common.slice(0, mostShared).entries()) {
      const { term, bit } = known;
      const isSlight = saysLittle(known, this.#reader);
      if (isSlight && rows.size >= enough) return;
      const list = (match: string) => (isSlight ? this.#newest(match, mostPartners) : this.#all(match));
      const [last, ...others] = common.slice(0, index).toReversed();
      const shared = last ? [...partners, last] : partners;
      const match = `${quote(term)} AND (${anyOf(termsOf(shared))})`;
      if (last) {
        // Where it is with none of the partners, it is with the last.
        rows.add(list(match), 1 << bit, { unless: ofPartners, otherwise: 1 << last.bit });
      } else if (partners.length > 0) {
        // The rows of the partners are here: those that the filter kept out are not, and need not be kept out again.
        const most = isSlight ? mostPartners : mostRows;
        rows.mark(this.#reader.whole(match, most) ?? list(match), 1 << bit);
      }
      for (const other of others) {
        rows.add(list(`${quote(other.term)} AND ${quote(term)}`), (1 << other.bit) | (1 << bit));
      }
    }
  }

  /** Where hardly anything was found, the newest that say little. */
  #addNewest(rows: TermRows, common: readonly Known[]): void {
    for (const { term, bit } of common) {
      if (rows.size >= enough) return;
      rows.add(this.#newest(quote(term), rows.size === 0 ? mostFound : enough), 1 << bit);
    }
  }

  #all(match: string): number[] {
    return this.#reader.all(this.#filtered(match), mostRows);
  }

  #newest(match: string, most: number): number[] {
    return this.#reader.newest(this.#filtered(match), most);
  }

  #filtered(match: string): string {
    return this.#filter === undefined ? match : `${this.#filter} AND (${match})`;
  }

  #toCandidates(rows: TermRows, known: readonly Known[], most: number): Candidate[] {
    const weights = known.map(({ term }) => idfOf(term, this.#reader));
    return groupRows(rows.best(most, weights));
  }
}

const toMask = (bits: readonly number[]) => bits.reduce((mask, bit) => mask | bit, 0);
const termsOf = (known: readonly Known[]) => known.map(({ term }) => term);
const anyOf = (terms: readonly string[]) => terms.map(quote).join(" OR ");

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
