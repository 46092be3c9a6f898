// From candidates to hits: their texts are read, looked at again, and ranked with what stands around them.
import { holdsRow, holdsTerms } from "../../recall/holding.ts";
import type { Passage } from "../../recall/passages.ts";
import type { Query } from "../../recall/query.ts";
import { type Doc, isShort, rank, type Scored, type Stats, shortText } from "../../recall/rank.ts";
import { toSnippet } from "../../recall/snippet.ts";
import { toPieces } from "../../recall/terms.ts";
import type { EventType } from "../records.ts";
import type { Neighbour, SearchHit, SearchMode } from "../search.ts";
import type { Lineage } from "./lineage.ts";
import type { Candidate } from "./search-candidates.ts";
import type { Filters } from "./search-filters.ts";
import type { SearchTexts, TextRow } from "./search-texts.ts";
import type { ReadingTime } from "./search-time.ts";
import type { Sessions } from "./sessions.ts";

export interface Ranked {
  row: TextRow;
  scored: Scored;
}

// Events that are ranked: the more terms, the more ways there are to be among the best. Rows that are looked at for
// them, and characters that are read.
const mostRanked = 100;
const rankedPerTerm = 20;
const leastRanked = 60;
const mostWithNeighbours = 20;
const mostLookedAt = 3_000;
const mostText = 8_000_000;
// Of a session that has one place among the hits: the best of them is that.
const mostOfSession = 5;
// A word or two are looked for as such; a question also finds the short answer next to where its words are.
const wordsOfQuestion = 3;
// Of a long event those passages are ranked that were found, so many at most.
const mostPassages = 2;
const snippetChars = 400;
const neighbourChars = 200;

export class SearchHits {
  readonly #texts: SearchTexts;
  readonly #sessions: Sessions;
  readonly #lineage: Lineage;

  constructor(related: { searchTexts: SearchTexts; sessions: Sessions; lineage: Lineage }) {
    this.#texts = related.searchTexts;
    this.#sessions = related.sessions;
    this.#lineage = related.lineage;
  }

  /** Best first; and whether more candidates were left than are ranked. */
  rank(candidates: Iterable<Candidate>, asked: Asked): { ranked: Ranked[]; isTopOnly: boolean } {
    const { read, isTopOnly } = this.#read(candidates, asked);
    const isQuestion = asked.query.pieces.length >= wordsOfQuestion;
    const docs = new Map<number, { row: TextRow; doc: Doc }>();
    for (const { row, doc } of read) docs.set(row.id, { row, doc });
    for (const { row, doc } of read.slice(0, mostWithNeighbours)) {
      if (asked.mode !== "any" || !isShort(doc.passages)) continue;
      for (const near of this.#texts.around(row, 2)) {
        if (docs.has(near.id) || near.id > asked.upTo || ownLength(near) >= shortText) continue;
        const { passages, toolNames } = this.#texts.read(near);
        if (!isShort(passages)) continue;
        const isCandidate = isQuestion && asked.filters.passesWith(near, toolNames);
        docs.set(near.id, { row: near, doc: toDoc(near, passages, isCandidate) });
      }
    }
    const ranked = rank(
      asked.query,
      [...docs.values()].map(({ doc }) => doc),
      asked.stats,
    );
    const found = ranked.flatMap((scored) => {
      const doc = docs.get(scored.key);
      return doc ? [{ row: doc.row, scored }] : [];
    });
    return { ranked: found, isTopOnly };
  }

  /** Those that are what was asked for, as many as are ranked. */
  #read(candidates: Iterable<Candidate>, { query, mode, filters, wholly, isGrouped, time }: Asked) {
    const read: { row: TextRow; doc: Doc }[] = [];
    const readOf = new Map<string, number>();
    const most = Math.min(mostRanked, leastRanked + rankedPerTerm * query.terms.length);
    let [lookedAt, text] = [0, 0];
    let isTopOnly = false;
    for (const { eventId, passages } of candidates) {
      isTopOnly = read.length === most || text > mostText;
      if (isTopOnly) break;
      if (mode === "any" ? lookedAt === mostLookedAt : time.isOver()) break;
      lookedAt += 1;
      const row = this.#texts.get(eventId);
      if (row === undefined || !filters.passes(row)) continue;
      const ofSession = readOf.get(row.sessionId) ?? 0;
      if (isGrouped && ofSession === mostOfSession) continue;
      const { passages: all, toolNames } = this.#texts.read(row);
      text += all.reduce((sum, passage) => sum + passage.text.length, 0);
      if (!filters.passesWith(row, toolNames) || !holds(mode, query, all)) continue;
      const speaking = wholly || isShort(all) ? all : choose(all, passages);
      read.push({ row, doc: toDoc(row, speaking, true) });
      readOf.set(row.sessionId, ofSession + 1);
    }
    return { read, isTopOnly };
  }

  /** Those that have the quoted words in a row, as many as are ranked, and so far as there is time. */
  holding(candidates: Iterable<Candidate>, quoted: string, { filters, time }: Asked): Candidate[] {
    const row = toPieces(quoted);
    const holding: Candidate[] = [];
    for (const candidate of candidates) {
      if (holding.length === leastRanked || time.isOver()) break;
      const event = this.#texts.get(candidate.eventId);
      if (event === undefined || !filters.passes(event)) continue;
      if (holdsRow(this.#texts.read(event).passages, row)) holding.push(candidate);
    }
    return holding;
  }

  /** With what stands beside it in the history of a session, else of the one that it was added to. */
  toHit({ row, scored }: Ranked, query: Query, historyOf = row.sessionId): SearchHit {
    return {
      sessionId: row.sessionId,
      seq: row.seq,
      title: row.title,
      author: row.author,
      type: row.type as EventType,
      origin: row.origin,
      createdAt: row.createdAt,
      snippet: toSnippet(scored.passage.text, query, snippetChars),
      score: scored.score,
      before: this.#neighbour(historyOf, row.seq - 1),
      after: this.#neighbour(historyOf, row.seq + 1),
    };
  }

  #neighbour(sessionId: string, seq: number): Neighbour | null {
    if (seq < 1) return null;
    const ownerId = this.#lineage.ownerOf(this.#sessions.get(sessionId), seq);
    const row = this.#texts.at(ownerId, seq);
    if (row === undefined) return null;
    const [passage] = this.#texts.read(row).passages;
    return { seq, author: row.author, text: toShort(passage?.text ?? "") };
  }
}

export interface Asked {
  query: Query;
  mode: SearchMode;
  filters: Filters;
  stats: Stats;
  upTo: number;
  /** A session has one place among the hits. */
  isGrouped: boolean;
  /** Whether which passages were found says nothing: they were not told, or cut by other rules. */
  wholly: boolean;
  time: ReadingTime;
}

function toDoc(row: TextRow, passages: readonly Passage[], isCandidate: boolean): Doc {
  const { id: key, sessionId: group, seq, author, createdAt } = row;
  return { key, group, seq, author, createdAt, passages, isCandidate };
}

function choose(all: readonly Passage[], numbers: readonly number[]): Passage[] {
  return numbers.slice(0, mostPassages).flatMap((number) => all[number] ?? []);
}

function holds(mode: SearchMode, query: Query, passages: readonly Passage[]): boolean {
  if (mode === "any") return true;
  if (mode === "phrase") return holdsRow(passages, query.pieces);
  return holdsTerms(
    passages,
    query.terms.flatMap(({ term, isJoined }) => (isJoined ? [] : [term])),
  );
}

/** Without its calls. */
const ownLength = ({ content, reasoning, error }: TextRow) =>
  (content?.length ?? 0) + (reasoning?.length ?? 0) + (error?.length ?? 0);

function toShort(text: string): string {
  if (text.length <= neighbourChars) return text;
  return `${text
    .slice(0, neighbourChars - 1)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}
