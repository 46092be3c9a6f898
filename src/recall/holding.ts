// Whether an event has every word of a query, or all of them in a row. Stops as soon as it knows.
import type { Passage } from "./passages.ts";
import { foldText, toPieces, toTerms } from "./terms.ts";

export function holdsTerms(passages: readonly Passage[], terms: Iterable<string>): boolean {
  const missing = new Set(terms);
  for (const { text } of passages) {
    for (const term of toTerms(text)) missing.delete(term);
    if (missing.size === 0) break;
  }
  return missing.size === 0;
}

/** The pieces stand in a row in one of its texts; no pieces stand in none. */
export function holdsRow(passages: readonly Passage[], row: readonly string[]): boolean {
  const [first] = row;
  if (first === undefined) return false;
  // Where a row may have begun that the next passage ends.
  let begun: string[] = [];
  let end = 0;
  for (const { text, start } of passages) {
    if (start === 0) [begun, end] = [[], 0];
    // Passages of a text may have a character in common.
    const own = text.slice(Math.max(0, end - start));
    end = start + text.length;
    // To see that it is not there is a tenth of the work.
    if (begun.length === 0 && !foldText(own).includes(first)) continue;
    const pieces = [...begun, ...toPieces(own)];
    if (standsIn(pieces, row)) return true;
    const tail = row.length > 1 ? pieces.slice(1 - row.length) : [];
    begun = tail.includes(first) ? tail : [];
  }
  return false;
}

function standsIn(pieces: readonly string[], row: readonly string[]): boolean {
  return pieces.some((_, start) => row.every((piece, index) => pieces[start + index] === piece));
}
