// What a search says of what it did not do, so that nobody takes it for an answer.
import { expect, test } from "vitest";
import type { SearchResult } from "../../src/db/search.ts";
import { toSearchHint } from "../../src/tools/search-hint.ts";
import { newSearchResult } from "./new-search-result.ts";

const hint = (overrides: Partial<SearchResult> = {}, asked: object = {}) =>
  toSearchHint(newSearchResult(overrides), { mode: "any", isCut: false, offset: 0, ...asked });

test("nothing found is no answer while events are not indexed", () => {
  expect(hint({ unindexed: 12_000 })).toMatch(/12,000 events are not indexed yet, try again/);
  expect(hint({ unindexed: 1 })).toMatch(/: 1 event is not indexed yet/);
  expect(hint()).toMatch(/^Nothing found: other words/);
});

test("events that there was no time to read are told of", () => {
  expect(hint({ isPartial: true })).toMatch(/^Too many events have these words/);
});

test("what was left out of a long query is told of", () => {
  expect(hint({ isCut: true })).toMatch(/^Of this query the first 64 words/);
  expect(hint({ isCut: true }, { mode: "phrase" })).toMatch(/first 256 words/);
  expect(hint({}, { isCut: true })).toMatch(/first 4 KiB/);
});

test("words that every text has are told of", () => {
  expect(hint({ terms: [], ignored: ["to", "be"] })).toMatch(/no word to look for, as every text has those/);
  expect(hint({ terms: [] })).toMatch(/no word to look for: ask/);
});

test("a filter is one that was asked for", () => {
  expect(hint({}, { authors: ["ada"] })).toContain("fewer filters");
  expect(hint({}, { directory: undefined })).not.toContain("fewer filters");
});

test("the last page says that there is more than was ranked", () => {
  const some = { isTopOnly: true, terms: ["gear"] };
  expect(hint({ ...some, more: false }, { offset: 90 })).toMatch(/^The best were ranked/);
  expect(hint({ ...some, more: true }, { offset: 90 })).toBeUndefined();
});
