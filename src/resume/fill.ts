// How a brief is kept within its characters: parts that grow in turn, each into what room there is.

/** What is to be shown, as much of it as fits; `whole` when that is all. */
export interface Taken<T> {
  value: T;
  whole: boolean;
}

interface Growth {
  /** Never more than its share, whatever is left over. */
  bounded?: boolean;
  /** Characters that it has before any part has more than its share. */
  least?: number;
}

/** A part of the brief. */
export class BriefPart<T> {
  value: T;
  whole = false;
  size = 0;
  readonly share: number;
  readonly bounded: boolean;
  readonly least: number;
  readonly #take: (room: number) => Taken<T>;

  /** `share`: of the reply's characters, 0 to 1. `take(room)`: what fits into so many characters of JSON. */
  constructor(share: number, take: (room: number) => Taken<T>, { bounded = false, least = 0 }: Growth = {}) {
    this.share = share;
    this.bounded = bounded;
    this.least = least;
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

/** The most characters that a part may have in a round. */
type Round = (part: BriefPart<unknown>, maxChars: number) => number;

const upToShare =
  (times: number): Round =>
  ({ share, bounded }, maxChars) =>
    share * maxChars * (bounded ? 1 : times);

// First everyone's share, then what a part cannot do without, then three times the share, then whatever is left: a long
// request does not starve the rest.
const rounds: readonly Round[] = [
  upToShare(1),
  ({ least }) => least,
  upToShare(3),
  upToShare(Number.POSITIVE_INFINITY),
];

/** Gives `room` to the parts, the first of them first; so the last is the first to give way. */
export function fillParts(parts: readonly BriefPart<unknown>[], room: number, maxChars: number): void {
  let left = room;
  for (const round of rounds) {
    for (const part of parts.filter(({ whole }) => !whole)) {
      left += part.size;
      part.grow(Math.floor(Math.min(Math.max(part.size, round(part, maxChars)), left)));
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
