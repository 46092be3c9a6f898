// What a search says beside its hits: why there are none, and what to try.
import type { SearchMode, SearchResult } from "../db/search.ts";

interface Asked {
  mode: SearchMode;
  /** The query was longer than its bound. */
  isCut: boolean;
  /** Hits on the pages before. */
  offset: number;
  [argument: string]: unknown;
}

const filters = ["directory", "app_name", "user_id", "authors", "types", "tool_name", "since", "until"];

const partial =
  "Too many events have these words to read them all, and the newest were: filters, or a rarer word beside them, reach the others.";

const topOnly =
  "The best were ranked, and these are the last of them; more events have such words: a filter or a rarer word reaches others.";

/** Nothing for a search that went as asked. */
export function toSearchHint(found: SearchResult, asked: Asked): string | undefined {
  const hints = [
    found.degraded && "The index is damaged: `backstory doctor` says how, `backstory reindex` mends it.",
    asked.isCut && "Of this query the first 4 KiB were looked for.",
    found.isCut && `Of this query the first ${asked.mode === "phrase" ? 256 : 64} words were looked for.`,
    found.isPartial && partial,
    found.isTopOnly && !found.more && topOnly,
    found.hits.length === 0 && asked.offset === 0 && whyNothing(found, asked),
  ].filter((hint) => typeof hint === "string");
  return hints.length === 0 ? undefined : hints.join(" ");
}

function whyNothing({ terms, ignored, scope, unindexed }: SearchResult, asked: Asked): string {
  if (terms.length === 0)
    return `There is no word to look for${ignored.length > 0 ? ", as every text has those of the query" : ""}: ask with a name, a path or a rarer word.`;
  const wider = scope.kind === "all" ? undefined : 'scope "all" looks everywhere';
  if (scope.kind === "project" && !scope.isKnown) {
    return `No session has worked in this directory: ${wider}, list_sessions shows where any did.`;
  }
  if (unindexed > 0) {
    const events = unindexed === 1 ? "1 event is" : `${unindexed.toLocaleString("en")} events are`;
    return `Nothing found so far: ${events} not indexed yet, try again in a moment.`;
  }
  const ways = [
    asked.mode === "any" ? undefined : 'mode "any" needs not every word',
    filters.some((name) => asked[name] !== undefined) ? "fewer filters leave more" : undefined,
    wider,
    "other words may have been used",
  ];
  return `Nothing found: ${ways.filter((way) => way !== undefined).join("; ")}.`;
}
