// An index in memory: every event a candidate, every frequency exact. What the store's index is measured against.
import { type Passage, toPassages } from "../../src/recall/passages.ts";
import { parseQuery } from "../../src/recall/query.ts";
import { type Doc, rank, type Scored, type Stats } from "../../src/recall/rank.ts";
import { toTerms } from "../../src/recall/terms.ts";

export interface Event {
  readonly session: string;
  readonly seq: number;
  readonly author: string;
  readonly text: string;
  readonly createdAt: number;
}

export function searchInMemory(events: readonly Event[]): (query: string) => Scored[] {
  const docs = events.map(toDoc);
  const passages = docs.flatMap((doc) => doc.passages);
  const stats = countTerms(passages);
  return (query) => rank(parseQuery(query), docs, stats);
}

function toDoc({ session, seq, author, text, createdAt }: Event, key: number): Doc {
  const passages = toPassages([{ kind: "content", text }]);
  return { key, group: session, seq, author, createdAt, passages, isCandidate: true };
}

function countTerms(passages: readonly Passage[]): Stats {
  const frequencies = new Map<string, number>();
  let length = 0;
  for (const { text } of passages) {
    const terms = toTerms(text);
    length += terms.length;
    for (const term of new Set(terms)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  }
  return {
    passages: passages.length,
    averageLength: length / Math.max(1, passages.length),
    frequency: (term) => frequencies.get(term) ?? 0,
  };
}
