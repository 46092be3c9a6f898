// How a brief is kept within its characters: parts that grow in turn, each into what room there is.

/** What is to be shown, as much of it as fits; `whole` when that is all. */
export interface Taken<T> {
  value: T;
  whole: boolean;
}

/** A part of the brief. */
export class Part<T> {
  value: T;
  whole = false;
  size = 0;
  readonly share: number;
  /** Never more than its share, whatever is left over. */
  readonly bounded: boolean;
  readonly #take: (room: number) => Taken<T>;

  /** `share`: of the reply's characters, 0 to 1. `take(room)`: what fits into so many characters of JSON. */
  constructor(share: number, take: (room: number) => Taken<T>, bounded = false) {
    this.share = share;
    this.bounded = bounded;
    this.#take = take;
    this.value = take(0).value;
  }

  grow(room: number): void {
    const { value, whole } = this.#take(room);
    this.value = value;
    this.whole = whole;
    this.size = jsonLength(value);
  }
}

// First everyone's share, then three times that, then whatever is left: a long request does not starve the rest.
const rounds = [1, 3, Number.POSITIVE_INFINITY];

/** Gives `room` to the parts, the first of them first; so the last is the first to give way. */
export function fillParts(parts: readonly Part<unknown>[], room: number, maxChars: number): void {
  let left = room;
  for (const round of rounds) {
    for (const part of parts.filter(({ whole }) => !whole)) {
      const most = part.share * maxChars * (part.bounded ? 1 : round);
      left += part.size;
      part.grow(Math.floor(Math.min(most, left)));
      left -= part.size;
    }
  }
}

export function jsonLength(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

/** The items that fit, in their order; one that is too long does not keep out those behind it. */
export function takeItems<T>(items: readonly T[], room: number): Taken<T[]> {
  let left = room - "[]".length;
  const value = items.filter((item) => {
    const size = jsonLength(item) + 1;
    if (size > left) return false;
    left -= size;
    return true;
  });
  return { value, whole: value.length === items.length };
}

/** The longest start of `text` whose JSON has at most `room` characters; never half of a surrogate pair. */
export function cutToJson(text: string, room: number): string {
  if (text.length + 2 <= room && jsonLength(text) <= room) return text;
  let low = 0;
  let high = Math.min(text.length, Math.max(0, room));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonLength(text.slice(0, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return cutText(text, low);
}

/** At most `length` UTF-16 units from the start, never half of a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
