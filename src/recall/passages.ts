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

/** The passages of an event, in the order of its parts; those of a part follow upon each other and make it up. */
export function toPassages(parts: readonly TextPart[]): Passage[] {
  const passages: Passage[] = [];
  for (const { kind, text } of parts) {
    for (let start = 0; start < text.length; ) {
      const end = endOf(text, start);
      passages.push({ kind, text: text.slice(start, end), start });
      start = end;
    }
  }
  return passages;
}

/** The last good place to cut, in the second half of what fits: behind a line, a sentence, a word. */
function endOf(text: string, start: number): number {
  if (text.length - start <= longestPassage) return text.length;
  const fits = text.slice(start, start + longestPassage);
  for (const end of ["\n", ". ", " "]) {
    const at = fits.lastIndexOf(end) + end.length;
    if (at > longestPassage / 2) return start + at;
  }
  const last = fits.charCodeAt(longestPassage - 1);
  return start + (last >= 0xd800 && last <= 0xdbff ? longestPassage - 1 : longestPassage);
}
