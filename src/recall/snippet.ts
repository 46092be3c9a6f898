// The piece of a text that shows why it was found. Control characters are the caller's business.
import type { Query } from "./query.ts";
import { scan } from "./scan.ts";
import { toWords } from "./terms.ts";

interface Match {
  readonly start: number;
  readonly end: number;
  /** The terms of the query it holds. */
  readonly terms: readonly string[];
}

const mark = "**";
const gap = "…";

/** Where most of the query's words are together, each marked **so**; at most `maxChars` long, marks and dots included. */
export function toSnippet(text: string, query: Query, maxChars: number): string {
  const most = maxChars - 2 * gap.length;
  const matches = bestRun(matchesOf(text, query), most);
  const { start, end } = windowOf(text, matches, most);
  if (start === end) return "";
  let snippet = start > 0 ? gap : "";
  let at = start;
  for (const match of matches) {
    snippet += text.slice(at, match.start) + mark + text.slice(match.start, match.end) + mark;
    at = match.end;
  }
  return snippet + text.slice(at, end) + (end < text.length ? gap : "");
}

/** The matches and as much around them as fits, as much on either side where there is. */
function windowOf(text: string, matches: readonly Match[], most: number): { start: number; end: number } {
  const first = matches[0]?.start ?? 0;
  const last = matches.at(-1)?.end ?? 0;
  const room = Math.max(0, most - (last - first) - 2 * mark.length * matches.length);
  const before = Math.min(first, Math.max(room >> 1, room - (text.length - last)));
  const start = first - before;
  const end = Math.min(text.length, last + room - before);
  return { start: forward(text, start, first), end: backward(text, end, last) };
}

/** From `start`, where a word begins if one does before `first`; never inside a surrogate pair. */
function forward(text: string, start: number, first: number): number {
  if (start === 0) return 0;
  const space = text.slice(start - 1, first).search(/\s/);
  if (space >= 0) return start + space;
  return isSecondHalf(text, start) ? start + 1 : start;
}

/** To `end`, where a word ends if one does behind `last`; never inside a surrogate pair. */
function backward(text: string, end: number, last: number): number {
  if (end === text.length) return end;
  const behind = text.slice(last, end + 1);
  const length = behind.search(/\s\S*$/);
  if (length > 0) return last + length;
  return isSecondHalf(text, end) ? end - 1 : end;
}

function isSecondHalf(text: string, at: number): boolean {
  return /^[\udc00-\udfff]/.test(text.charAt(at)) && /[\ud800-\udbff]$/.test(text.charAt(at - 1));
}

function matchesOf(text: string, query: Query): Match[] {
  const asked = new Set(query.terms.map(({ term }) => term));
  const matches: Match[] = [];
  scan(text, (start, end, isRun) => {
    const found = text.slice(start, end);
    if (isRun && found.normalize("NFKC") === found) matches.push(...matchesInRun(found, start, asked));
    else {
      const terms = toWords(found).flatMap((word) => [...word.terms, ...word.spellings]);
      const ours = terms.filter((term) => asked.has(term));
      if (ours.length > 0) matches.push({ start, end, terms: ours });
    }
  });
  return matches;
}

/** In a script without spaces a match is what hangs together of pairs that are asked for. */
function matchesInRun(run: string, offset: number, asked: ReadonlySet<string>): Match[] {
  const matches: { start: number; end: number; terms: string[] }[] = [];
  let at = offset;
  let before = "";
  for (const character of run) {
    const end = at + character.length;
    for (const [term, start] of [
      [before + character, at - before.length] as const,
      [character, at] as const,
    ]) {
      if (!asked.has(term)) continue;
      const last = matches.at(-1);
      if (last && last.end >= start) {
        last.end = end;
        last.terms.push(term);
      } else matches.push({ start, end, terms: [term] });
    }
    at = end;
    before = character;
  }
  return matches;
}

/** The matches in a row that fit and hold the most distinct terms; the first of equals. */
function bestRun(matches: readonly Match[], most: number): Match[] {
  const counts = new Map<string, number>();
  const add = (match: Match | undefined, by: number) => {
    for (const term of match?.terms ?? []) {
      const count = (counts.get(term) ?? 0) + by;
      if (count > 0) counts.set(term, count);
      else counts.delete(term);
    }
  };
  let best = { score: 0, start: 0, end: 0 };
  let start = 0;
  for (const [index, last] of matches.entries()) {
    add(last, 1);
    for (let first = matches[start]; first && start <= index; first = matches[start]) {
      if (last.end - first.start + 2 * mark.length * (index - start + 1) <= most) break;
      add(first, -1);
      start += 1;
    }
    if (counts.size > best.score || (counts.size === best.score && start === best.start))
      best = { score: counts.size, start, end: index + 1 };
  }
  return matches.slice(best.start, best.end);
}
