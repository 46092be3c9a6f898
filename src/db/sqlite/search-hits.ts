// From candidates to hits: their texts are read, looked at again, and ranked with what stands around them.

import type { Passage } from "../../recall/passages.ts";
import type { Query } from "../../recall/query.ts";
import { type Doc, rank, type Scored, type Stats } from "../../recall/rank.ts";
import { toSnippet } from "../../recall/snippet.ts";
import { holdsPhrase, toTerms } from "../../recall/terms.ts";
import type { EventType } from "../records.ts";
import type { Neighbour, SearchHit, SearchMode } from "../search.ts";
import type { Lineage } from "./lineage.ts";
import type { Candidate } from "./search-candidates.ts";
import type { Filters } from "./search-filters.ts";
import type { SearchTexts, TextRow } from "./search-texts.ts";
import type { Sessions } from "./sessions.ts";

export interface Ranked {
  row: TextRow;
  scored: Scored;
}

// Events that are ranked, rows that are looked at for them, and characters that are read.
const mostRanked = 300;
const mostLookedAt = 3_000;
const mostText = 8_000_000;
// Of one event.
const mostPassages = 8;
// Longer ones speak for themselves.
const shortText = 400;
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

  /** Best first. `wholly`: the index may have cut the passages in another way. */
  rank(candidates: Iterable<Candidate>, { query, mode, filters, stats, wholly }: RankingOf): Ranked[] {
    const docs = new Map<number, Doc>();
    const rows = new Map<number, TextRow>();
    let text = 0;
    let lookedAt = 0;
    for (const { eventId, passages } of candidates) {
      if (rows.size === mostRanked || lookedAt === mostLookedAt || text > mostText) break;
      lookedAt += 1;
      const row = this.#texts.get(eventId);
      if (row === undefined || !filters.passes(row)) continue;
      const read = this.#texts.read(row);
      text += read.passages.reduce((sum, passage) => sum + passage.text.length, 0);
      if (filters.toolName !== undefined && !read.toolNames.includes(filters.toolName)) continue;
      if (!holds(mode, query, read.passages)) continue;
      rows.set(row.id, row);
      const found =
        wholly || mode !== "any" ? read.passages : passages.flatMap((number) => read.passages[number] ?? []);
      docs.set(row.id, toDoc(row, found.slice(0, wholly ? undefined : mostPassages), true));
    }
    this.#addNeighbours(rows, docs);
    return rank(query, [...docs.values()], stats).flatMap((scored) => {
      const row = rows.get(scored.key);
      return row ? [{ row, scored }] : [];
    });
  }

  /** Short events are told by what stands around them. */
  #addNeighbours(rows: ReadonlyMap<number, TextRow>, docs: Map<number, Doc>): void {
    for (const row of rows.values()) {
      if (lengthOf(row) > shortText) continue;
      for (const near of this.#texts.around(row, 2)) {
        if (docs.has(near.id) || near.isDeleted || lengthOf(near) > shortText) continue;
        docs.set(near.id, toDoc(near, this.#texts.read(near).passages, false));
      }
    }
  }

  toHit({ row, scored }: Ranked, query: Query): SearchHit {
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
      before: this.#neighbour(row, row.seq - 1),
      after: this.#neighbour(row, row.seq + 1),
    };
  }

  #neighbour({ sessionId }: TextRow, seq: number): Neighbour | null {
    if (seq < 1) return null;
    const ownerId = this.#lineage.ownerOf(this.#sessions.get(sessionId), seq);
    const row = this.#texts.at(ownerId, seq);
    if (row === undefined) return null;
    const [passage] = this.#texts.read(row).passages;
    return { seq, author: row.author, text: toShort(passage?.text ?? "") };
  }
}

export interface RankingOf {
  query: Query;
  mode: SearchMode;
  filters: Filters;
  stats: Stats;
  wholly: boolean;
}

function toDoc(row: TextRow, passages: readonly Passage[], isCandidate: boolean): Doc {
  return { key: row.id, group: row.sessionId, seq: row.seq, author: row.author, passages, isCandidate };
}

function holds(mode: SearchMode, query: Query, passages: readonly Passage[]): boolean {
  if (mode === "any") return true;
  // Passages of one text follow upon each other.
  const text = passages.map((passage) => (passage.start === 0 ? `\n${passage.text}` : passage.text)).join("");
  if (mode === "phrase") return holdsPhrase(text, query.pieces);
  const terms = new Set(toTerms(text));
  return query.terms.every(({ term, kind }) => kind === "joined" || terms.has(term));
}

const lengthOf = ({ content, reasoning, error }: TextRow) =>
  (content?.length ?? 0) + (reasoning?.length ?? 0) + (error?.length ?? 0);

function toShort(text: string): string {
  if (text.length <= neighbourChars) return text;
  return `${text
    .slice(0, neighbourChars - 1)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}
