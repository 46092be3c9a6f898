// What a search found: nothing, but for what a test says.
import type { SearchResult } from "../../src/db/search.ts";

export const newSearchResult = (overrides: Partial<SearchResult> = {}): SearchResult => ({
  hits: [],
  more: false,
  terms: ["parser"],
  ignored: [],
  scope: { kind: "all" },
  unindexed: 0,
  degraded: false,
  isCut: false,
  isTopOnly: false,
  isPartial: false,
  snapshot: { upTo: 1, passages: 1, terms: 12 },
  ...overrides,
});
