// A piece of a text that shows why it was found. Control characters are the caller's business.
import type { Query } from "./query.ts";
import { toTerms } from "./terms.ts";

const word = /[\p{L}\p{N}\p{M}]+(?:[_.-]+[\p{L}\p{N}\p{M}]+)*/gu;

/** The window of the text with most of the query's words, each marked **so**; at most `maxChars` long, marks and dots included. */
export function toSnippet(text: string, query: Query, maxChars: number): string {
  const asked = new Set(query.terms.map(({ term }) => term));
  const found = [...text.matchAll(word)].filter(([each]) => toTerms(each).some((term) => asked.has(term)));
  const start = Math.max(0, (found[0]?.index ?? 0) - 40);
  const cut = text.slice(start, start + maxChars);
  return cut;
}
