// A search's reply keeps within its characters, whatever was found: what gives way, and in which order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SearchedScope, SearchHit, SearchResult } from "../../src/db/search.ts";
import { toSearchResult } from "../../src/tools/search-result.ts";
import { newSearchResult } from "./new-search-result.ts";

const hit = (seq: number, texts: Partial<SearchHit> = {}): SearchHit => ({
  sessionId: "sess_01kaxyz0123456789abcdefghj",
  seq,
  title: "Port the parser",
  author: "user",
  type: "message",
  origin: "tool",
  createdAt: Date.UTC(2026, 10, 21),
  snippet: "s".repeat(400),
  score: 12.34567,
  before: { seq: seq - 1, author: "coder", text: "b".repeat(200) },
  after: { seq: seq + 1, author: "coder", text: "a".repeat(200) },
  ...texts,
});

const show = (found: SearchResult, maxChars: number, hint?: string) =>
  toSearchResult(found, { mode: "phrase", hint }, (count) => `cursor-${count}`, maxChars);

describe("what gives way", () => {
  const hits = Array.from({ length: 10 }, (_, index) => hit(index + 2));

  test("nothing, while all fits", () => {
    const { hits: shown, next_cursor } = show(newSearchResult({ hits }), 20_000);
    expect(shown).toHaveLength(10);
    expect(shown[0]).toMatchObject({ score: 12.346, before: { text: "b".repeat(200) } });
    expect(shown.some(({ truncated }) => truncated)).toBe(false);
    expect(next_cursor).toBeUndefined();
  });

  test("neighbours before snippets", () => {
    const { hits: shown } = show(newSearchResult({ hits }), 9_600);
    expect(shown).toHaveLength(10);
    for (const { snippet, before, after, truncated } of shown) {
      expect(snippet).toHaveLength(400);
      expect([before?.text.length, after?.text.length].every((length) => (length ?? 0) < 200)).toBe(true);
      expect(truncated).toBe(true);
    }
  });

  test("snippets before hits, and then the cursor goes on behind the last one shown", () => {
    const { hits: shown } = show(newSearchResult({ hits }), 6_000);
    expect(shown).toHaveLength(10);
    expect(shown.every(({ snippet, before }) => snippet.length < 400 && before === undefined)).toBe(true);
    const fewer = show(newSearchResult({ hits }), 2_000);
    expect(fewer.hits.length).toBeLessThan(10);
    expect(fewer.next_cursor).toBe(`cursor-${fewer.hits.length}`);
  });

  test("a cut snippet leaves no mark open", () => {
    const snippet = `${"x".repeat(280)} **${"parser".repeat(10)}** and more ${"y".repeat(40)}`;
    const [shown] = show(newSearchResult({ hits: [hit(1, { snippet, title: null })] }), 1_000).hits;
    expect((shown?.snippet.split("**").length ?? 0) % 2).toBe(1);
  });
});

const bad = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.constantFrom("\u001b".repeat(512), "\u202e".repeat(400), '"\\\n'.repeat(150), "漢".repeat(512)),
);
const neighbour = fc.option(fc.record({ seq: fc.nat(), author: bad, text: bad }));
const anyHit = fc
  .record({ title: fc.option(bad), author: bad, snippet: bad, before: neighbour, after: neighbour })
  .map((texts) => hit(2 ** 40, texts));
const anyScope = fc.oneof(
  fc.constant<SearchedScope>({ kind: "all" }),
  bad.map(
    (text): SearchedScope => ({
      kind: "project",
      projectId: "proj_01kaxyz0123456789abcdefghj",
      directory: `/${text.repeat(7)}`,
      isKnown: true,
    }),
  ),
);
const anyResult = fc.record({
  hits: fc.array(anyHit, { maxLength: 12 }),
  more: fc.boolean(),
  terms: fc.array(fc.string({ maxLength: 64 }), { maxLength: 64 }),
  ignored: fc.array(bad, { maxLength: 64 }),
  scope: anyScope,
});

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

test.each([1_000, 1_500, 20_000])("%d characters hold any texts, and at least one hit", (maxChars) => {
  const hint =
    "The index is damaged: `backstory doctor` says how, `backstory reindex` mends it. Of this query …";
  fc.assert(
    fc.property(anyResult, (found) => {
      const shown = show(newSearchResult(found), maxChars, hint);
      expect(JSON.stringify(shown).length).toBeLessThanOrEqual(maxChars);
      expect(shown.hits.length).toBeGreaterThanOrEqual(Math.min(1, found.hits.length));
      const goesOn = found.more || shown.hits.length < found.hits.length;
      expect(shown.next_cursor).toBe(
        goesOn && shown.hits.length > 0 ? `cursor-${shown.hits.length}` : undefined,
      );
      for (const text of textsOf(shown))
        expect(text).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    }),
    { numRuns: 150 },
  );
});
