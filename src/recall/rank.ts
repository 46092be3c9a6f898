// The best of some events for a query. It sees their texts and how common each term is, and knows no index.
import type { Passage } from "./passages.ts";
import type { Query, QueryTerm } from "./query.ts";
import { toTerms } from "./terms.ts";

export interface Doc {
  /** Unique; among equals the greatest comes first. */
  readonly key: number;
  /** Its session: neighbours are of the same group, and at most two `seq` apart. */
  readonly group: string;
  readonly seq: number;
  readonly author: string;
  readonly passages: readonly Passage[];
  /** Whether it may be a result, or is here as a neighbour alone. */
  readonly isCandidate: boolean;
}

export interface Stats {
  /** How many passages there are in the store, and how many terms one has on average. */
  readonly passages: number;
  readonly averageLength: number;
  /** In how many passages a term is; may be an estimate. */
  frequency(term: string): number;
}

export interface Scored {
  readonly key: number;
  readonly score: number;
  /** The passage that speaks for the event. */
  readonly passage: Passage;
}

const k1 = 1.2;
const b = 0.75;

/** The candidates that have a term of the query, best first. */
export function rank(query: Query, docs: readonly Doc[], stats: Stats): Scored[] {
  const idf = new Map(query.terms.map((term) => [term.term, idfOf(term, stats)]));
  return docs
    .filter(({ isCandidate }) => isCandidate)
    .flatMap(({ key, passages }) =>
      passages
        .map((passage) => ({ key, passage, score: scoreOf(passage, idf, stats.averageLength) }))
        .reduce<Scored[]>((best, one) => (one.score > (best[0]?.score ?? 0) ? [one] : best), []),
    )
    .toSorted((one, other) => other.score - one.score || other.key - one.key);
}

/** How much finding the term says. Also what candidates are chosen by. */
export function idfOf({ term, weight }: QueryTerm, { passages, frequency }: Stats): number {
  const among = Math.min(frequency(term), passages);
  return weight * Math.log(1 + (passages - among + 0.5) / (among + 0.5));
}

function scoreOf({ text }: Passage, idf: ReadonlyMap<string, number>, averageLength: number): number {
  const terms = toTerms(text);
  const counts = new Map<string, number>();
  for (const term of terms) if (idf.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const norm = k1 * (1 - b + (b * terms.length) / averageLength);
  let score = 0;
  for (const [term, count] of counts) score += ((idf.get(term) ?? 0) * count * (k1 + 1)) / (count + norm);
  return score;
}
