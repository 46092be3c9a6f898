// Text to terms: one rule for what is stored and for what is asked, in any language. It knows neither passages nor ranking.
import { stemmer } from "stemmer";
import { scan } from "./scan.ts";
import { stopWords } from "./stop-words.ts";

/** A word of letters and digits, or a run of a script that is written without spaces. */
export interface Word {
  /** What it is found by: a compound's joined form, then its parts; a run's characters and pairs of them. No stop words. */
  readonly terms: readonly string[];
  /** Its smallest pieces in order, stop words among them, unstemmed: what phrases are told by. */
  readonly pieces: readonly string[];
  readonly kind: "word" | "compound" | "run";
}

/** A longer word is cut: nobody asks for the tail of a base64 text. */
const longestTerm = 64;

/** The terms a text is found by, in order, repeats kept. None has a space, or more than 64 characters. */
export function toTerms(text: string): string[] {
  const terms: string[] = [];
  for (const word of toWords(text)) for (const term of word.terms) terms.push(term);
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

/** Every character and every pair: a word of such a script has one character or more. */
function readRun(found: string): Word {
  const pieces = [...found];
  const terms: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1];
    terms.push(piece);
    if (next !== undefined) terms.push(piece + next);
  }
  return { terms, pieces, kind: "run" };
}

/** The parts of mark_crashed_runs, HTTPServerError, parseJSON5, userIDs. */
const parts = /\p{Lu}+s?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lt}\p{Lm}\p{M}]+|\p{N}+/gu;

function readWord(found: string): Word {
  const pieces = (found.match(parts) ?? [found]).map(fold);
  const isCompound = pieces.length > 1;
  const forms = isCompound ? [pieces.join(""), ...pieces] : pieces;
  const terms = forms.filter((form) => !stopWords.has(form)).map(toTerm);
  return { terms, pieces, kind: isCompound ? "compound" : "word" };
}

/** Lower case, without accents: café is cafe. */
function fold(word: string): string {
  const lower = word.toLowerCase();
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
  return isAscii(cut) ? stemmer(cut) : cut;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** Whether the pieces stand in a row in the text. */
export function holdsPhrase(text: string, phrase: readonly string[]): boolean {
  const pieces = toPieces(text);
  return pieces.some((_, start) => phrase.every((piece, index) => pieces[start + index] === piece));
}
