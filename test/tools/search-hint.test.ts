// What a search says of what it did not do, so that nobody takes it for an answer.
import { expect, test } from "vitest";
import type { SearchResult } from "../../src/db/search.ts";
import { toSearchHint } from "../../src/tools/search-hint.ts";

const found = (overrides: Partial<SearchResult> = {}): SearchResult => ({
  hits: [],
  more: false,
  terms: ["parser"],
  ignored: [],
  scope: { kind: "all" },
  unindexed: 0,
  degraded: false,
  isPartial: false,
  snapshot: { upTo: 1, passages: 1, terms: 12 },
  ...overrides,
});

const hint = (overrides: Partial<SearchResult> = {}, asked: object = {}) =>
  toSearchHint(found(overrides), { mode: "any", isCut: false, offset: 0, ...asked });

test("nothing found is no answer while events are not indexed", () => {
  expect(hint({ unindexed: 12_000 })).toMatch(/12,000 events are not indexed yet, try again/);
  expect(hint()).toMatch(/^Nothing found: other words/);
});

test("events that there was no time to read are told of", () => {
  expect(hint({ isPartial: true })).toMatch(/^Too many events have these words/);
});
