// What a person has put between <private> and </private>: it is not stored, whatever it is.

export const privateRule = "private";

/** Of the first look: every mark ends so. */
export const privateCues = ["vate>", "VATE>", "vate\\u003e"];

// The second form is how some programs write it in JSON.
const mark = /(?:<|\\u003c)(?<end>\/?)private(?:>|\\u003e)/gi;

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
