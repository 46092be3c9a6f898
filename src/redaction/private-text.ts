// What a person has put between <private> and </private>: it is not stored, whatever it is.

export const privateRule = "private";

/** Of the first look: every mark has one. */
export const privateCues = ["rivate", "RIVATE"];

// As some programs write it in JSON too, and with blanks or line breaks where a person has put them.
const blanks = String.raw`(?:\s|\\{1,7}[nrt]){0,8}`;
const mark = new RegExp(
  String.raw`(?:<|\\u003c)${blanks}(?<end>\/?)${blanks}private${blanks}(?:>|\\u003e)`,
  "gi",
);

/** Without the parts between the marks and the marks themselves. One that is not closed hides all behind it. */
export function hidePrivate(text: string, replacement: string): { text: string; count: number } {
  let [kept, count, depth, from] = ["", 0, 0, 0];
  for (const { index, 0: found, groups } of text.matchAll(mark)) {
    const closes = groups?.end === "/";
    if (closes && depth === 0) continue;
    depth += closes ? -1 : 1;
    if (!closes && depth === 1) {
      kept += text.slice(from, index) + replacement;
      count += 1;
    }
    from = index + found.length;
  }
  return { text: count === 0 ? text : depth > 0 ? kept : kept + text.slice(from), count };
}
