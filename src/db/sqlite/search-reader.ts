// The index as one search sees it: one of its tables, up to the newest event when the search began.
import type { Stats } from "../../recall/rank.ts";
import { keysPerEvent } from "./search-keys.ts";
import {
  eventOf,
  passagesPerEvent,
  quote,
  type SearchTables,
  type Slot,
  type Totals,
  toRowId,
} from "./search-tables.ts";

// Rows of a term, its oldest and its newest. How many there are between them is told from how densely these stand.
const mostCounted = 500;
const mostNewest = 250;

/** How common a term is is asked once, and the rows of one that few have are kept. */
export class SearchReader implements Stats {
  readonly passages: number;
  readonly averageLength: number;
  readonly #tables: SearchTables;
  readonly #slot: Slot;
  readonly #from: number;
  readonly #upTo: number;
  readonly #frequencies = new Map<string, number>();
  /** Of terms that few have. */
  readonly #rows = new Map<string, readonly number[]>();

  /** `upTo`: the id of the newest event that counts. */
  constructor(tables: SearchTables, slot: Slot, upTo: number, { passages, terms }: Totals) {
    this.passages = passages;
    this.averageLength = Math.max(1, terms / Math.max(1, passages) - keysPerEvent);
    this.#tables = tables;
    this.#slot = slot;
    this.#from = tables.first(slot);
    this.#upTo = toRowId(upTo, passagesPerEvent - 1);
  }

  /** All rows that match, the newest first, but no more than so many. */
  all(match: string, most: number): number[] {
    return this.whole(match, most) ?? this.newest(match, most);
  }

  /** All of them; undefined where there are more than so many. */
  whole(match: string, most: number): number[] | undefined {
    const found = this.#tables.oldest(this.#slot, match, this.#upTo, most + 1);
    return found.length > most ? undefined : found.reverse();
  }

  has(key: string): boolean {
    return this.#tables.oldest(this.#slot, quote(key), this.#upTo, 1).length > 0;
  }

  newest(match: string, most: number): number[] {
    return this.#tables.newest(this.#slot, match, this.#upTo, most);
  }

  /** `all` of a term. */
  rowsOf(term: string, most: number): readonly number[] {
    return this.#rows.get(term) ?? this.all(quote(term), most);
  }

  /** Among all passages, whatever the filters. */
  frequency(term: string): number {
    let frequency = this.#frequencies.get(term);
    if (frequency === undefined) {
      const oldest = this.#tables.oldest(this.#slot, quote(term), this.#upTo, mostCounted);
      const isFew = oldest.length < mostCounted;
      if (isFew) this.#rows.set(term, oldest.toReversed());
      frequency = Math.min(this.passages, isFew ? oldest.length : this.#estimate(term, oldest));
      this.#frequencies.set(term, frequency);
    }
    return frequency;
  }

  /**
   * As densely as among its oldest rows and its newest. Of two answers the lesser, since a rare term that is taken for a
   * common one is not found: within the term's own time, and within that of the log, where a long event is no measure.
   */
  #estimate(term: string, oldest: readonly number[]): number {
    const newest = this.newest(quote(term), mostNewest);
    const within = (from: number, to: number) => {
      const early = oldest.length / eventsIn((oldest.at(-1) ?? 0) - from);
      const late = newest.length / eventsIn(to - (newest.at(-1) ?? 0));
      return ((early + late) / 2) * eventsIn(to - from);
    };
    const about = Math.min(within(oldest[0] ?? 0, newest[0] ?? 0), within(this.#from, this.#upTo));
    return Math.max(mostCounted, Math.round(about));
  }

  /** How many rows match: if few, at most so many; if more, about, as densely as among the oldest. */
  sizeOf(match: string, few: number): number {
    const place = this.#tables.at(this.#slot, match, this.#upTo, few);
    if (place === undefined) return few;
    return (few * eventsIn(this.#upTo - this.#from)) / eventsIn(place - this.#from);
  }
}

/** About how many events lie in so many rows. */
function eventsIn(rows: number): number {
  return Math.max(1, eventOf(rows));
}
