// A query within its bound: what is longer is looked for by its beginning, and says what was left out.
import { cutText } from "./budget.ts";

// In bytes of UTF-8. A question has some hundred; whoever sends more has sent a text to look for, and its beginning does.
const longestQuery = 4 * 1024;

export interface BoundQuery {
  text: string;
  /** How what was left out begins; nothing if it was all taken. */
  ignored: string[];
}

/** The first `longestQuery` bytes of a query, in whole characters. */
export function boundQuery(query: string): BoundQuery {
  const { read } = new TextEncoder().encodeInto(query, new Uint8Array(longestQuery));
  if (read === query.length) return { text: query, ignored: [] };
  return { text: query.slice(0, read), ignored: [`${cutText(query.slice(read).trimStart(), 40)}…`] };
}
