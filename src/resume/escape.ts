// Makes recalled text harmless where it is shown: to a terminal, or to a reader of a page made by us.

// C0 and C1 controls and DEL but for line feed and tab, and what acts on the direction of text. Joiners stay: emoji and
// many scripts need them.
const unsafe = /(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu;

/** ESC becomes the six characters `\u001b`. A text without such characters is returned as it is. */
export function escapeControls(text: string): string {
  return text.replaceAll(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A copy of a record whose own texts are escaped, which then says so. */
export function escapeTexts<T extends object>(record: T): T & { escaped?: true } {
  const changed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    if (typeof value !== "string") continue;
    const escaped = escapeControls(value);
    if (escaped !== value) changed[key] = escaped;
  }
  return Object.keys(changed).length === 0 ? record : { ...record, ...changed, escaped: true };
}
