// A query text to what is looked for. Any string is legal; what it cannot use, it names.
import { stopWords } from "./stop-words.ts";
import { toPieces, toTerm, toWords } from "./terms.ts";
import { type Time, timesOf } from "./times.ts";

export interface QueryTerm {
  readonly term: string;
  /** `joined` is another spelling of words that are asked for too, so `mode: all` leaves it out. */
  readonly kind: "word" | "part" | "bigram" | "joined";
}

export interface Query {
  /** Distinct, in order. */
  readonly terms: readonly QueryTerm[];
  /** The pieces of quoted texts and of path-like words, each to be found in a row. */
  readonly phrases: readonly (readonly string[])[];
  /** All pieces of the query in a row: what `mode: phrase` looks for. */
  readonly pieces: readonly string[];
  readonly times: readonly Time[];
  /** Stop words, and the first of the words behind the most that are used. */
  readonly ignored: readonly string[];
  /** Whether words were left out because there were too many. */
  readonly isCut: boolean;
}

export const mostTerms = 64;
/** Runs of query words are joined, so that "mark crashed runs" finds markCrashedRuns. */
const longestJoin = 4;
const mostJoined = 64;
const mostCharacters = 8192;

const quoted = /"([^"]{1,512})"/g;
const pathLike = /[^\s"'`()]{0,256}[\p{L}\p{N}_.-][/\\][\p{L}\p{N}_.][^\s"'`()]{0,256}/gu;

export function parseQuery(text: string): Query {
  const head = text.slice(0, mostCharacters);
  const terms = new Map<string, QueryTerm>();
  const ignored = new Set<string>();
  const pieces: string[] = [];
  let isCut = text.length > mostCharacters;
  for (const word of toWords(head)) {
    if (terms.size >= mostTerms) {
      isCut = true;
      break;
    }
    pieces.push(...word.pieces);
    for (const piece of word.pieces) if (stopWords.has(piece)) ignored.add(piece);
    for (const [index, term] of word.terms.entries()) {
      const joined = word.kind === "compound" && index === 0;
      const kind = joined
        ? "joined"
        : ({ word: "word", compound: "part", run: "bigram" } as const)[word.kind];
      if (word.kind === "run" && word.pieces.length > 1 && [...term].length === 1) continue;
      if (!terms.has(term)) terms.set(term, { term, kind });
    }
  }
  for (const term of joinsOf(pieces).slice(0, mostJoined))
    if (!terms.has(term)) terms.set(term, { term, kind: "joined" });
  const phrases = [...head.matchAll(quoted)].map(([, inside = ""]) => inside);
  for (const [path] of head.matchAll(pathLike)) phrases.push(path);
  return {
    terms: [...terms.values()],
    phrases: phrases.map(toPieces).filter(({ length }) => length > 1),
    pieces,
    times: timesOf(head),
    ignored: [...ignored].slice(0, mostTerms),
    isCut,
  };
}

function joinsOf(pieces: readonly string[]): string[] {
  return pieces.flatMap((_, start) =>
    Array.from({ length: longestJoin - 1 }, (_, more) => pieces.slice(start, start + 2 + more))
      .filter((run, more) => run.length === more + 2)
      .map((run) => toTerm(run.join(""))),
  );
}
