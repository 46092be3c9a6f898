// Candidates out of an index that is too large to look at: made of terms alone, without a log.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { SearchCandidates } from "../../src/db/sqlite/search-candidates.ts";
import { SearchReader } from "../../src/db/sqlite/search-reader.ts";
import { SearchTables, toRowId } from "../../src/db/sqlite/search-tables.ts";
import { parseQuery } from "../../src/recall/query.ts";
import { dice } from "../torture/plan.ts";

// Of those before them nothing is left.
const first = 1_000_001;
const events = 340_000;
const [half, last] = [first + events / 2, first + events - 1];
const newest = last - 60_000;

// How many of all events have a word; the last came up half way.
const shares = { rust: 0.074, moss: 0.09, kelp: 0.1, wolf: 0.12, otter: 0.35, grebe: 0.2 };
type Word = keyof typeof shares;
const words = Object.keys(shares) as Word[];

describe("candidates among 340,000 events", () => {
  const having = new Map(words.map((word) => [word, new Set<number>()]));
  let tables: SearchTables;

  beforeAll(() => {
    const db = new Database(":memory:");
    tables = new SearchTables(drizzle(db));
    tables.remake("a");
    const random = dice("words of candidates");
    db.transaction(() => {
      for (let id = first; id <= last; id += 1) {
        const own = words.filter((word) => random() < shares[word] && (word !== "grebe" || id > half));
        for (const word of own) having.get(word)?.add(id);
        const keys = [
          id > newest ? "project:newest" : "project:other",
          id % 6 === 0 ? "app:sixth" : "app:other",
        ];
        tables.insert("a", toRowId(id, 0), [...keys, ...own].join(" "));
      }
      tables.flush("a");
    })();
    return () => void db.close();
  });

  const reader = () => new SearchReader(tables, "a", last, { passages: events, terms: events * 12 });

  it.each(words)("tells about how common %s is", (word) => {
    const share = reader().frequency(word) / (having.get(word)?.size ?? 0);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(1.7);
  });

  it.each([
    [true, [["project:other"]]],
    [false, [["project:other"], ["app:sixth"]]],
    [true, [["app:sixth", "app:other"]]],
    [false, [["project:newest"]]],
    [false, []],
  ])("knows whether a filter leaves most: %s, %j", (isLoose, keys) => {
    expect(new SearchCandidates(reader(), keys).isLoose()).toBe(isLoose);
  });

  const all = Array.from({ length: events }, (_, index) => first + index);
  const places: [string, string[][], (id: number) => boolean][] = [
    ["everywhere", [], () => true],
    ["in the newest project", [["project:newest"]], (id) => id > newest],
    ["in an app", [["app:sixth"]], (id) => id % 6 === 0],
  ];
  const queries: Word[][] = [
    ["rust", "wolf"],
    ["moss", "kelp"],
    ["kelp", "wolf"],
    ["moss", "kelp", "wolf"],
  ];

  describe.each(places)("%s", (_, keys, isIn) => {
    it.each(queries)("finds first what has %s and %s, %s", (...asked) => {
      const hasAll = (id: number) => isIn(id) && asked.every((word) => having.get(word)?.has(id));
      const expected = all.filter(hasAll).length;
      const found = new SearchCandidates(reader(), keys).find(parseQuery(asked.join(" ")), "any");
      const best = found.slice(0, Math.min(40, expected));
      expect(best.filter(({ eventId }) => !hasAll(eventId))).toEqual([]);
      expect(best.length).toBeGreaterThan(20);
    });
  });
});
