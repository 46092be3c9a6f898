// Search: the index says what is worth reading, the log what is true. Where the index cannot be used, the newest events
// are looked through instead.
import { sql } from "drizzle-orm";
import { parseQuery, type Query } from "../../recall/query.ts";
import type { Stats } from "../../recall/rank.ts";
import { toTerms } from "../../recall/terms.ts";
import { rulesVersion } from "../../recall/version.ts";
import type { SearchQuery, SearchResult, SearchState, SearchStore, Snapshot } from "../search.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { events } from "./schema.ts";
import { type Candidate, SearchCandidates } from "./search-candidates.ts";
import type { SearchFilters } from "./search-filters.ts";
import type { SearchFollower } from "./search-follower.ts";
import type { Asked, Ranked, SearchHits } from "./search-hits.ts";
import { filterKey } from "./search-keys.ts";
import type { SearchQueue } from "./search-queue.ts";
import { SearchReader } from "./search-reader.ts";
import { aheadOfLog } from "./search-slices.ts";
import type { SearchSlots } from "./search-slots.ts";
import { DamagedIndex, eventOf, quote, type SearchTables, type Slot } from "./search-tables.ts";
import type { SearchTexts } from "./search-texts.ts";
import { ReadingTime } from "./search-time.ts";
import type { Transactions } from "./transactions.ts";

// Milliseconds that a search gives to bringing the index up to the log.
const patience = 200;
// Of the newest events, where there is no index; and characters of them.
const mostNewest = 2_000;
const mostNewestText = 1_000_000;
// Words that are named as not used.
const mostIgnored = 64;

export class Searches {
  readonly #tables: SearchTables;
  readonly #slots: SearchSlots;
  readonly #queue: SearchQueue;
  readonly #texts: SearchTexts;
  readonly #filters: SearchFilters;
  readonly #hits: SearchHits;
  readonly #last;

  constructor(
    db: Drizzle,
    related: {
      searchTables: SearchTables;
      searchSlots: SearchSlots;
      searchQueue: SearchQueue;
      searchTexts: SearchTexts;
      searchFilters: SearchFilters;
      searchHits: SearchHits;
    },
  ) {
    this.#tables = related.searchTables;
    this.#slots = related.searchSlots;
    this.#queue = related.searchQueue;
    this.#texts = related.searchTexts;
    this.#filters = related.searchFilters;
    this.#hits = related.searchHits;
    this.#last = new Prepared(db, () =>
      db.select({ id: sql<number>`max(${events.id})`.as("id") }).from(events),
    );
  }

  /** The id of the newest event. */
  last(): number {
    return this.#last.get({})?.id ?? 0;
  }

  state(): SearchState {
    const { version, eventId, nextPassage, broken } = this.#slots.active();
    const watermark = nextPassage > 0 ? eventId - 1 : eventId;
    const behind = Math.max(0, this.last() - watermark) + this.#queue.length();
    return { version, watermark, behind, broken };
  }

  check(): string | null {
    const { slot, eventId, broken } = this.#slots.active();
    const damage = broken ?? this.#tables.check(slot);
    if (damage !== null) return damage;
    if (eventId > this.#texts.lastGiven()) return aheadOfLog;
    return this.#tables.sample(slot).every((rowId) => this.#isFound(slot, rowId))
      ? null
      : "it does not find what it holds";
  }

  #isFound(slot: Slot, rowId: number): boolean {
    const row = this.#texts.get(eventOf(rowId));
    return row === undefined || this.#tables.has(slot, quote(filterKey("session", row.sessionId)), rowId);
  }

  /** `damage`: what is wrong with the index, if that was met. */
  search(asked: SearchQuery): { result: SearchResult; damage: DamagedIndex | undefined } {
    const query = parseQuery(asked.text);
    const snapshot = asked.snapshot ?? { upTo: this.last(), passages: 0, terms: 0 };
    const { time, ranked, isTopOnly, scope, degraded, damage, totals } = this.#rank(asked, query, snapshot);
    const shown = asked.groupBy === "session" ? bestOfSessions(ranked) : ranked;
    const page = shown.slice(asked.offset, asked.offset + asked.limit);
    const historyOf = scope.kind === "session" ? scope.sessionId : undefined;
    const result = {
      hits: page.map((one) => this.#hits.toHit(one, query, historyOf)),
      more: shown.length > asked.offset + page.length,
      terms: query.terms.flatMap(({ term, isJoined }) => (isJoined ? [] : [term])),
      ignored: query.ignored.slice(0, mostIgnored),
      scope,
      unindexed: this.state().behind,
      degraded,
      isCut: query.isCut,
      isTopOnly,
      isPartial: time.ranOut,
      snapshot: { ...snapshot, ...totals },
    };
    return { result, damage };
  }

  #rank(asked: SearchQuery, query: Query, { upTo, ...seen }: Snapshot) {
    let damage: DamagedIndex | undefined;
    const isGrouped = asked.groupBy === "session";
    const time = new ReadingTime();
    const wanted = { query, mode: asked.mode, isGrouped, upTo, time };
    const { slot, version, broken } = this.#slots.active();
    if (broken === null && version <= rulesVersion) {
      try {
        // A page before that went by the newest events has seen none.
        const totals = seen.passages > 0 ? seen : this.#tables.totals(slot);
        const reader = new SearchReader(this.#tables, slot, upTo, totals);
        const filters = this.#filters.of(asked, (key) => reader.has(key));
        const given = { ...wanted, filters, stats: reader, wholly: version !== rulesVersion };
        const rankOf = (candidates: SearchCandidates) =>
          this.#hits.rank(this.#find(query, candidates, given), given);
        const ofFilters = new SearchCandidates(reader, filters.keys);
        // Where most of a large store passes, the rows themselves tell it sooner, if enough of the best do.
        const isLoose = asked.mode === "any" && !filters.isEmpty && ofFilters.isLoose();
        const loosely = isLoose ? rankOf(new SearchCandidates(reader, [])) : undefined;
        const ranking = loosely?.isTopOnly ? loosely : rankOf(ofFilters);
        return { ...ranking, time, scope: filters.scope, degraded: false, damage, totals };
      } catch (error) {
        if (!(error instanceof DamagedIndex)) throw error;
        damage = error;
      }
    }
    const filters = this.#filters.of(asked, () => true);
    const { candidates, stats } = this.#newest(query, upTo);
    const given = { ...wanted, filters, stats, wholly: true };
    const ranking = this.#hits.rank(candidates, given);
    return { ...ranking, time, scope: filters.scope, degraded: true, damage, totals: seen };
  }

  #find(query: Query, candidates: SearchCandidates, asked: Asked): Candidate[] {
    const { mode, filters } = asked;
    if (filters.isEmpty) return [];
    const found = candidates.find(query, mode);
    const holding = (mode === "any" ? query.quoted : []).flatMap((literal) =>
      this.#hits.holding(candidates.findQuoted(literal), literal, asked),
    );
    return firstOfEach([...holding, ...found]);
  }

  /** The newest events that have a word of the query, and how common its words are among them. */
  #newest(query: Query, upTo: number): { candidates: Candidate[]; stats: Stats } {
    const wanted = new Set(query.terms.map(({ term }) => term));
    const frequencies = new Map<string, number>();
    const candidates: Candidate[] = [];
    let [passages, length, text] = [0, 0, 0];
    for (const row of this.#texts.newest(upTo, mostNewest)) {
      if (text > mostNewestText) break;
      let isFound = false;
      for (const passage of this.#texts.read(row).passages) {
        const terms = toTerms(passage.text);
        passages += 1;
        length += terms.length;
        text += passage.text.length;
        for (const term of new Set(terms)) {
          if (!wanted.has(term)) continue;
          isFound = true;
          frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
        }
      }
      if (isFound) candidates.push({ eventId: row.id, passages: [] });
    }
    const averageLength = Math.max(1, length / Math.max(1, passages));
    return {
      candidates,
      stats: { passages, averageLength, frequency: (term) => frequencies.get(term) ?? 0 },
    };
  }
}

function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
  const first = new Map<number, Candidate>();
  for (const one of candidates) if (!first.has(one.eventId)) first.set(one.eventId, one);
  return [...first.values()];
}

function bestOfSessions(ranked: readonly Ranked[]): Ranked[] {
  const best = new Map<string, Ranked>();
  for (const one of ranked) if (!best.has(one.row.sessionId)) best.set(one.row.sessionId, one);
  return [...best.values()];
}

export function createSearchStore(
  transactions: Transactions,
  { searches, follower }: { searches: Searches; follower: SearchFollower },
): SearchStore {
  const state = () => transactions.read(() => searches.state());
  return {
    state,
    check: () => transactions.read(() => searches.check()),
    async search(query) {
      await follower.catchUp(patience);
      const { result, damage } = await transactions.read(() => searches.search(query));
      if (damage) void follower.markDamage(damage);
      return result;
    },
    async catchUp(milliseconds) {
      if (milliseconds === undefined) await follower.run({ ref: true });
      else await follower.catchUp(milliseconds);
      return (await state()).behind;
    },
    async rebuild(onProgress) {
      const total = await transactions.read(() => searches.last());
      await follower.rebuild((done) => onProgress?.(Math.min(done, total), total));
    },
  };
}
