// Text to terms: one rule for what is stored and for what is asked, in any language. It knows neither passages nor ranking.
import { stemmer } from "stemmer";
import { scan } from "./scan.ts";
import { stopWords } from "./stop-words.ts";

/** A word of letters and digits, or a run of a script that is written without spaces. */
export interface Word {
  readonly kind: "word" | "run";
  /** What a query for it must find: itself, the parts of a compound, the pairs of characters of a run. No stop words. */
  readonly terms: readonly string[];
  /** What else it is found by: a compound's joined form, the characters of a run. */
  readonly spellings: readonly string[];
  /** Its smallest pieces in order, stop words among them, unstemmed: what phrases are told by. */
  readonly pieces: readonly string[];
}

/** A longer word is cut: nobody asks for the tail of a base64 text. */
const longestTerm = 64;

/** The terms a text is found by, in order, repeats kept. None has a space, or more than 64 characters. */
export function toTerms(text: string): string[] {
  const terms: string[] = [];
  for (const word of toWords(text)) {
    for (const term of word.terms) terms.push(term);
    for (const term of word.spellings) terms.push(term);
  }
  return terms;
}

/** The text's pieces in order: two texts that say the same in other letters, or spell a name otherwise, have the same. */
export function toPieces(text: string): string[] {
  const pieces: string[] = [];
  for (const word of toWords(text)) for (const piece of word.pieces) pieces.push(piece);
  return pieces;
}

/** The words of a text in order. Linear in its length. */
export function toWords(text: string): Word[] {
  const normal = isAscii(text) ? text : text.normalize("NFKC");
  const words: Word[] = [];
  scan(normal, (start, end, isRun) => words.push(toWord(normal.slice(start, end), isRun)));
  return words;
}

/** Words come again and again: what each gives is kept, up to some megabytes. */
const known = new Map<string, Word>();
const mostKnown = 50_000;

function toWord(found: string, isRun: boolean): Word {
  const before = known.get(found);
  if (before) return before;
  const word = isRun ? readRun(found) : readWord(found);
  if (found.length > longestTerm) return word;
  if (known.size >= mostKnown) known.clear();
  known.set(found, word);
  return word;
}

function readRun(found: string): Word {
  const pieces = [...found];
  if (pieces.length === 1) return { kind: "run", terms: pieces, spellings: [], pieces };
  const pairs = pieces.slice(1).map((piece, index) => (pieces[index] ?? "") + piece);
  return { kind: "run", terms: pairs, spellings: pieces, pieces };
}

/** The parts of mark_crashed_runs, HTTPServerError, parseJSON5, userIDs. */
const parts = /\p{Lu}+s?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lt}\p{Lm}\p{M}]+|\p{N}+/gu;

/** `price.toFixed` is found as toFixed too: what dots and dashes join are names of their own. */
function readWord(found: string): Word {
  const names = found.split(/[.-]+/).map((name) => (name.match(parts) ?? [name]).map(fold).filter(Boolean));
  const pieces = names.flat();
  const joined = names.length > 1 ? [pieces, ...names] : names;
  const spellings = joined.filter(({ length }) => length > 1).map((name) => name.join(""));
  // IT and US are words, it and us are not.
  const isShouted = pieces.length === 1 && found.length > 1 && found === found.toUpperCase();
  const terms = pieces.filter((piece) => isShouted || !stopWords.has(piece));
  return { kind: "word", terms: terms.map(toTerm), spellings: spellings.map(toTerm), pieces };
}

/** A whole text as its words are folded: what is no part of it is no part of its pieces. */
export function foldText(text: string): string {
  return fold(isAscii(text) ? text : text.normalize("NFKC"));
}

/** Lower case, without accents: café is cafe, and straße strasse. */
function fold(word: string): string {
  const lower = word.toLowerCase().replaceAll("ß", "ss");
  return isAscii(lower)
    ? lower
    : lower
        .normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "")
        .normalize("NFC");
}

/** The term of a folded word: cut, and stemmed where it may be English. */
export function toTerm(folded: string): string {
  const cut = folded.slice(0, longestTerm);
  return isAscii(cut) ? stemmer(cut) : cut.replace(/[\ud800-\udbff]$/, "");
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
