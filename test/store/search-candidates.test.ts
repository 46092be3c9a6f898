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
const [oldest, newest] = [first + 20_000, last - 60_000];

const random = dice("words of candidates");
const now = (share: number) => () => random() < share;

// Which events have a word. Some come now and then, some came up late, and one was rare before.
const words = {
  rust: now(0.074),
  moss: now(0.09),
  kelp: now(0.1),
  wolf: now(0.12),
  otter: now(0.35),
  grebe: (id: number) => id > half && id % 5 === 0,
  egret: (id: number) => id > last - 300,
  heron: (id: number) => id > last - 900,
  finch: (id: number) => (id < oldest ? id % 75 === 0 : id % 8 === 0),
};
type Word = keyof typeof words;
const all = Object.keys(words) as Word[];
/** Whether an event with a finch has an otter: of the old ones the first twenty. */
const isPaired = (id: number) => id > oldest || id < first + 1_500;

describe("candidates among 340,000 events", () => {
  const having = new Map(all.map((word) => [word, new Set<number>()]));
  let tables: SearchTables;

  beforeAll(() => {
    const db = new Database(":memory:");
    tables = new SearchTables(drizzle(db));
    tables.remake("a");
    db.transaction(() => {
      for (let id = first; id <= last; id += 1) {
        const own = new Set(all.filter((word) => words[word](id)));
        if (own.has("finch")) own[isPaired(id) ? "add" : "delete"]("otter");
        for (const word of own) having.get(word)?.add(id);
        const keys = [
          id > newest ? "project:newest" : "project:other",
          id < oldest ? "user:old" : "user:other",
          id % 6 === 0 ? "app:sixth" : "app:other",
        ];
        tables.insert("a", toRowId(id, 0), [...keys, ...own].join(" "));
      }
      // An event of many passages, and a few far from it.
      for (let passage = 1; passage <= 600; passage += 1) tables.insert("a", toRowId(half, passage), "quail");
      for (let id = half + 20_000; id < last; id += 20_000) tables.insert("a", toRowId(id, 1), "quail otter");
      tables.flush("a");
    })();
    return () => void db.close();
  });

  const reader = () => new SearchReader(tables, "a", last, { passages: events, terms: events * 12 });

  it.each(all)("tells about how common %s is", (word) => {
    const share = reader().frequency(word) / (having.get(word)?.size ?? 0);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(1.7);
  });

  it("takes no word for common because an event is full of it", () => {
    expect(reader().frequency("quail")).toBeLessThan(2_000);
    const found = new SearchCandidates(reader(), []).find(parseQuery("quail otter"), "any");
    expect(found.slice(0, 8).map(({ eventId }) => (eventId - half) % 20_000)).toEqual(Array(8).fill(0));
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

  it("finds what an old project says together, however often others do", () => {
    const query = parseQuery("finch otter");
    const found = new SearchCandidates(reader(), [["user:old"]]).find(query, "any");
    const both = found.filter(
      ({ eventId }) => having.get("finch")?.has(eventId) && having.get("otter")?.has(eventId),
    );
    expect(both).toHaveLength(20);
    expect(found.slice(0, 20)).toEqual(both);
  });

  const ids = Array.from({ length: events }, (_, index) => first + index);
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
      const expected = ids.filter(hasAll).length;
      const found = new SearchCandidates(reader(), keys).find(parseQuery(asked.join(" ")), "any");
      const best = found.slice(0, Math.min(40, expected));
      expect(best.filter(({ eventId }) => !hasAll(eventId))).toEqual([]);
      expect(best.length).toBeGreaterThan(20);
    });
  });
});
