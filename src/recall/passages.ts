// An event's texts, cut into passages: what is indexed, ranked and shown. The same texts are cut alike, always.

export interface TextPart {
  readonly kind: "content" | "reasoning" | "error" | "tool" | "input" | "output";
  readonly text: string;
}

export interface Passage {
  readonly kind: TextPart["kind"];
  readonly text: string;
  /** Where it begins in its part, in UTF-16 units. */
  readonly start: number;
}

/** Long enough for a paragraph, short enough that its words belong together. */
export const longestPassage = 800;

/**
 * The passages of an event, in the order of its parts; those of a part follow upon each other and make it up. Where one
 * ends between two letters, the next begins with the first of them: a pair of characters is in one of the two.
 */
export function toPassages(parts: readonly TextPart[]): Passage[] {
  const passages: Passage[] = [];
  for (const { kind, text } of parts) {
    for (let start = 0; start < text.length; ) {
      const end = endOf(text, start);
      passages.push({ kind, text: text.slice(start, end), start });
      start = end < text.length && isBetweenLetters(text, end) ? beforeLast(text, end) : end;
    }
  }
  return passages;
}

/** Where to cut rather, and last between words at all. */
const goodEnds = [/\n/g, /\. |[。！？]/g, /\s/g, /[，、；：]/g, /[^\p{L}\p{N}\p{M}_.-]/gu];

/** The last good place to cut, in the second half of what fits: behind a line, a sentence, a word. */
function endOf(text: string, start: number): number {
  if (text.length - start <= longestPassage) return text.length;
  const fits = text.slice(start, start + longestPassage);
  for (const good of goodEnds) {
    const at = lastEnd(fits, good);
    if (at > longestPassage / 2) return start + at;
  }
  const end = start + longestPassage;
  return isHigh(text, end - 1) ? end - 1 : end;
}

/** Behind the last match, so far as it is in the second half; else 0. */
function lastEnd(fits: string, good: RegExp): number {
  let end = 0;
  good.lastIndex = longestPassage / 2;
  for (let match = good.exec(fits); match; match = good.exec(fits)) end = good.lastIndex;
  return isHigh(fits, end - 1) ? 0 : end;
}

const letter = /^[\p{L}\p{N}\p{M}]/u;

function isBetweenLetters(text: string, at: number): boolean {
  const before = text.slice(beforeLast(text, at), at);
  return letter.test(before) && letter.test(text.slice(at, at + 2));
}

/** Where the character before a place begins. */
function beforeLast(text: string, at: number): number {
  return at > 1 && isHigh(text, at - 2) ? at - 2 : at - 1;
}

function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}
