// Keeps a result within its characters: cuts long texts first, then ends the list early.

// Stock clients close the connection at a line of 10 MiB; hosts have been seen to stop at less.
const mostLineBytes = 4 * 1024 * 1024;
const envelopeBytes = 4096;

// Characters left of each text, tried in turn until a whole page fits.
const textCaps = [4_000, 2_000, 1_000, 600, 300];
const smallestCaps = [300, 100, 30, 0];

/** True if the JSON of `result` has at most `maxChars` characters and its line at most 4 MiB. */
export function fits(result: object, maxChars: number): boolean {
  const text = JSON.stringify(result);
  if (text.length > maxChars) return false;
  // The line carries the result twice: as it is, and as the JSON of its text. No character takes more than 6 bytes.
  if (text.length * 6 + envelopeBytes <= mostLineBytes) return true;
  return Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(text)) + envelopeBytes <= mostLineBytes;
}

/** What a record may lose: texts are cut at the end, other values left out whole. */
export interface Cuttable<T> {
  texts: readonly (keyof T & string)[];
  values: readonly (keyof T & string)[];
}

/** A copy whose texts have at most `cap` characters and whose values at most `cap` as JSON, and says so. */
export function cutRecord<
  T extends { truncated?: boolean | undefined; truncated_fields?: string[] | undefined },
>(record: T, cap: number, { texts, values }: Cuttable<T>): T {
  const copy: Record<string, unknown> = { ...record };
  const names: string[] = [];
  for (const name of texts) {
    const text = copy[name];
    if (typeof text !== "string" || text.length <= cap) continue;
    copy[name] = cap === 0 ? undefined : cutText(text, cap);
    names.push(name);
  }
  for (const name of values) {
    if (copy[name] === undefined || JSON.stringify(copy[name]).length <= cap) continue;
    delete copy[name];
    names.push(name);
  }
  if (names.length === 0) return record;
  return {
    ...(copy as T),
    truncated: true,
    truncated_fields: [...new Set([...(record.truncated_fields ?? []), ...names])],
  };
}

/** At most `cap` UTF-16 units from the start, never half of a surrogate pair. */
export function cutText(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const last = text.charCodeAt(cap - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? cap - 1 : cap);
}

export interface Fitted<T, R> {
  result: R;
  items: readonly T[];
  /** Items at the end did not fit: the page needs a cursor behind the last one here. */
  cutShort: boolean;
}

/**
 * The first items that fit: all of them whole, else all with their texts cut, else fewer; at least one.
 * `wrap` makes the result; `cut(item, cap)` a smaller copy; `atLeast(item, cap)` is a number of
 * characters that this copy does not go below, and spares making what cannot fit.
 */
export function fitItems<T, R extends object>(
  items: readonly T[],
  maxChars: number,
  wrap: (items: readonly T[]) => R,
  cut: (item: T, cap: number) => T,
  atLeast: (item: T, cap: number) => number = () => 0,
): Fitted<T, R> {
  const attempt = attempts(items.length, maxChars, wrap);
  const mayFit = (cap: number) => {
    let chars = 0;
    for (const item of items) chars += atLeast(item, cap);
    return chars <= maxChars;
  };
  const [first] = items;
  if (first === undefined) return { result: wrap([]), items, cutShort: false };
  const whole = mayFit(Number.POSITIVE_INFINITY) && attempt(items);
  if (whole) return whole;
  for (const cap of textCaps.filter(mayFit)) {
    const smaller = attempt(items.map((item) => cut(item, cap)));
    if (smaller) return smaller;
  }
  const smallest = items.map((item) => cut(item, textCaps.at(-1) ?? 0));
  return longestPrefix(smallest, attempt) ?? fitFirst(first, wrap, cut, attempt, items.length > 1);
}

/** The first items that fit, whole: a shorter page rather than a cut text. Only one that does not fit alone is cut. */
export function fitWholeItems<T, R extends object>(
  items: readonly T[],
  maxChars: number,
  wrap: (items: readonly T[]) => R,
  cut: (item: T, cap: number) => T,
): Fitted<T, R> {
  const [first] = items;
  if (first === undefined) return { result: wrap([]), items, cutShort: false };
  const attempt = attempts(items.length, maxChars, wrap);
  return longestPrefix(items, attempt) ?? fitFirst(first, wrap, cut, attempt, items.length > 1);
}

type Attempt<T, R> = (candidates: readonly T[]) => Fitted<T, R> | undefined;

function attempts<T, R extends object>(
  count: number,
  maxChars: number,
  wrap: (items: readonly T[]) => R,
): Attempt<T, R> {
  return (candidates) => {
    const result = wrap(candidates);
    if (!fits(result, maxChars)) return undefined;
    return { result, items: candidates, cutShort: candidates.length < count };
  };
}

function fitFirst<T, R extends object>(
  first: T,
  wrap: (items: readonly T[]) => R,
  cut: (item: T, cap: number) => T,
  attempt: Attempt<T, R>,
  cutShort: boolean,
): Fitted<T, R> {
  for (const cap of [...textCaps, ...smallestCaps]) {
    const only = attempt([cut(first, cap)]);
    if (only) return only;
  }
  const least = [cut(first, 0)];
  return { result: wrap(least), items: least, cutShort };
}

/** The result with one record in it, whole or as much smaller as it must be. */
export function fitOne<T, R extends object>(
  record: T,
  maxChars: number,
  wrap: (record: T) => R,
  cut: (record: T, cap: number) => T,
): R {
  return fitItems([record], maxChars, ([only]) => wrap(only ?? record), cut).result;
}

function longestPrefix<T, R>(items: readonly T[], attempt: Attempt<T, R>): Fitted<T, R> | undefined {
  let longest: Fitted<T, R> | undefined;
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const fitted = attempt(items.slice(0, middle));
    if (fitted === undefined) high = middle - 1;
    else {
      longest = fitted;
      low = middle;
    }
  }
  return longest;
}

/**
 * The longest part of `text` from `offset` whose JSON has at most `maxChars` characters and fits a line.
 * Never half of a surrogate pair; at least one character, so that reading on comes to an end.
 */
export function textPart(text: string, offset: number, maxChars: number): string {
  let chars = 0;
  let bytes = envelopeBytes;
  let end = offset;
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0;
    const cost = jsonCost(point);
    if (end > offset && (chars + cost.chars > maxChars || bytes + cost.bytes > mostLineBytes)) break;
    chars += cost.chars;
    bytes += cost.bytes;
    end += point > 0xffff ? 2 : 1;
  }
  return text.slice(offset, end);
}

/** Characters in JSON, and bytes on the line, where the result's text is JSON inside JSON. */
function jsonCost(point: number): { chars: number; bytes: number } {
  // A quote or a backslash: \" in the result, \\\" in the text of it.
  if (point === 0x22 || point === 0x5c) return { chars: 2, bytes: 6 };
  // A control character is \n or \u0001, and its backslash doubled in the text.
  if (point < 0x20) return { chars: 6, bytes: 13 };
  if (point < 0x80) return { chars: 1, bytes: 2 };
  if (point < 0x800) return { chars: 1, bytes: 4 };
  // A lone surrogate is \ud800 in JSON.
  if (point >= 0xd800 && point <= 0xdfff) return { chars: 6, bytes: 13 };
  return point > 0xffff ? { chars: 2, bytes: 8 } : { chars: 1, bytes: 6 };
}
