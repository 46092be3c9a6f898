// What searching finds in a corpus of our own, of many kinds and languages. The floors are what it found when they were set:
// a change of the rules that lowers one is seen here, before the large sets of docs/recall.md are run.
import { describe, expect, it } from "vitest";
import corpus from "./corpus.json" with { type: "json" };
import { searchInMemory } from "./memory-index.ts";

const events = corpus.sessions.flatMap(({ session, date, events }) =>
  events.map((event, index) => ({ ...event, session, seq: index + 1, createdAt: Date.parse(date) })),
);
const search = searchInMemory(events);

const recallAt = (most: number, kind: string) => {
  const shares = corpus.queries
    .filter((query) => query.kind === kind)
    .map(({ q, gold }) => {
      const found = search(q).slice(0, most);
      const names = found.map(({ key }) => `${events[key]?.session}#${events[key]?.seq}`);
      return gold.filter((name) => names.includes(name)).length / gold.length;
    });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
};

const floors: Record<string, [number, number]> = {
  english: [0.75, 0.65],
  identifier: [1, 1],
  path: [1, 1],
  error: [1, 1],
  cjk: [1, 1],
  accents: [1, 1],
};

describe("the corpus", () => {
  it("has queries of each kind that has a floor, and no others", () => {
    expect(new Set(corpus.queries.map(({ kind }) => kind))).toEqual(new Set(Object.keys(floors)));
  });

  it.each(Object.entries(floors))("%s: evidence in the first ten and five", (kind, [atTen, atFive]) => {
    expect(recallAt(10, kind)).toBeGreaterThanOrEqual(atTen);
    expect(recallAt(5, kind)).toBeGreaterThanOrEqual(atFive);
  });
});
