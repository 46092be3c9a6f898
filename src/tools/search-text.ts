// A query within its bound: what is longer is looked for by its beginning, and says what was left out.
import { cutText } from "./budget.ts";

// In bytes of UTF-8. A question has some hundred; whoever sends more has sent a text to look for, and its beginning does.
const longestQuery = 4 * 1024;

export interface BoundQuery {
  text: string;
  /** How what was left out begins; nothing if it was all taken. */
  ignored: string[];
}

// Characters at its end among which a word may begin.
const longestTail = 64;

/** The first `longestQuery` bytes of a query, in whole characters, and in whole words where they are not endless. */
export function boundQuery(query: string): BoundQuery {
  const { read } = new TextEncoder().encodeInto(query, new Uint8Array(longestQuery));
  if (read === query.length) return { text: query, ignored: [] };
  const end = /\s/.test(query.charAt(read)) ? read : endOfWords(query, read);
  return { text: query.slice(0, end), ignored: [`${cutText(query.slice(end).trimStart(), 40)}…`] };
}

function endOfWords(query: string, read: number): number {
  const tail = query.slice(read - longestTail, read);
  const at = tail.search(/\s\S*$/);
  return at < 0 ? read : read - longestTail + at;
}
