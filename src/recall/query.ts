// A query text to what is looked for. Any string is legal; what is not used of it is named.
import { stopWords } from "./stop-words.ts";
import { toPieces, toTerm, toWords } from "./terms.ts";
import { type Time, timesOf } from "./times.ts";

export interface QueryTerm {
  readonly term: string;
  /** It is another spelling of words that are asked for too, so `mode: all` leaves it out. */
  readonly isJoined: boolean;
}

export interface Query {
  /** Distinct, in order; the joined ones last. */
  readonly terms: readonly QueryTerm[];
  /** All pieces of the query in a row: what `mode: phrase` looks for. */
  readonly pieces: readonly string[];
  /** Quoted texts, and paths and names of several parts, as they were written: who has them so is meant before others. */
  readonly literals: readonly string[];
  /** Of the literals those in quotation marks. */
  readonly quoted: readonly string[];
  readonly times: readonly Time[];
  /** Stop words, and words that are not looked for, or not as a whole, because there are too many. */
  readonly ignored: readonly string[];
  /** Whether the query was too long, and its end is not looked for. */
  readonly isCut: boolean;
}

/** Distinct terms; of the spellings that are joined of words, as many again. */
const mostTerms = 64;
const mostCharacters = 8192;
const mostPieces = 256;
const mostLiterals = 16;
/** So many words in a row are joined: "mark crashed runs" finds markCrashedRuns. */
const longestJoin = 4;

export function parseQuery(text: string): Query {
  const head = text.slice(0, mostCharacters);
  const words = toWords(head);
  const allPieces = words.flatMap((word) => word.pieces);
  const pieces = allPieces.slice(0, mostPieces);
  const asked = new Set(words.flatMap((word) => word.terms));
  const terms = [...asked].slice(0, mostTerms).map((term) => ({ term, isJoined: false }));
  const kept = new Set(terms.map(({ term }) => term));
  const spellings = words.flatMap((word) => (word.kind === "run" ? [] : word.spellings));
  const names = words.flatMap((word) => (word.kind === "run" ? [] : word.pieces));
  const joined = new Set([...spellings.slice(0, mostTerms), ...joinsOf(names.slice(0, mostTerms))]);
  for (const term of [...joined].slice(0, mostTerms))
    if (!asked.has(term)) terms.push({ term, isJoined: true });
  const quoted = quotedIn(head);
  const literals = literalsOf(head, quoted);
  return {
    terms,
    pieces,
    literals,
    quoted: quoted.filter(isLong),
    times: timesOf(head),
    ignored: [
      ...new Set(
        words.flatMap(({ terms, pieces }) => {
          const isAsked = terms.length > 0 && terms.every((term) => kept.has(term));
          return isAsked ? [] : pieces;
        }),
      ),
    ],
    isCut: head.length < text.length || asked.size > mostTerms || allPieces.length > mostPieces,
  };
}

function joinsOf(pieces: readonly string[]): string[] {
  return pieces.flatMap((_, start) => {
    const runs: string[] = [];
    for (let end = start + 2; end <= Math.min(start + longestJoin, pieces.length); end += 1) {
      const run = pieces.slice(start, end);
      if (!run.every((piece) => stopWords.has(piece))) runs.push(toTerm(run.join("")));
    }
    return runs;
  });
}

/** What stands between quotation marks, and each word of several pieces, without the punctuation behind it. */
function literalsOf(text: string, quoted: readonly string[]): string[] {
  const names = text.split(/[\s"'`’“”()[\]{}<>,;]+/).map((name) => name.replace(/[.:!?]{1,8}$/, ""));
  return [...new Set([...quoted, ...names])].filter(isLong).slice(0, mostLiterals);
}

function quotedIn(text: string): string[] {
  return text.split('"').filter((_, index) => index % 2 === 1);
}

function isLong(literal: string): boolean {
  return literal.length <= 512 && toPieces(literal).length > 1;
}
