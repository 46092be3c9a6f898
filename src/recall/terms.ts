// Text to terms: one rule for what is stored and for what is asked, in any language. It knows neither passages nor ranking.
import { stemmer } from "stemmer";
import { stopWords } from "./stop-words.ts";

/** What a word of a text gives: a word of letters and digits, or a run of a script that has no spaces. */
export interface Word {
  /** What it is found by. A compound gives its joined form first, then its parts. Stop words give none. */
  readonly terms: readonly string[];
  /** Its smallest pieces in order, stop words among them, unstemmed: what phrases are told by. */
  readonly pieces: readonly string[];
  readonly kind: "word" | "compound" | "run";
}

/** A longer word is cut: nobody asks for the tail of a base64 text. */
const longestTerm = 64;

const spaceless =
  "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー々〆〤";
const letters = `[[\\p{L}\\p{N}\\p{M}]--[${spaceless}]]`;

const asciiWords = /[A-Za-z0-9]+(?:[_.-]+[A-Za-z0-9]+)*/g;
const anyWords = new RegExp(`[${spaceless}]+|${letters}+(?:[_.\\-]+${letters}+)*`, "gv");
const isSpaceless = new RegExp(`^[${spaceless}]`, "v");
const isAscii = /^[\0-\x7f]*$/;
const marks = /[\u0300-\u036f]/g;

/** The parts of a compound: mark_crashed_runs, HTTPServerError, parseJSON5, userIDs. */
const parts = /\p{Lu}+s?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lt}\p{Lm}\p{M}]+|\p{N}+/gu;

/** The terms a text is found by, in order, repeats kept. Linear in the text; a term has no space and at most 64 characters. */
export function toTerms(text: string): string[] {
  const terms: string[] = [];
  for (const { terms: each } of toWords(text)) for (const term of each) terms.push(term);
  return terms;
}

/** The text's smallest pieces in order, stop words among them, unstemmed: what phrases are told by. */
export function toPieces(text: string): string[] {
  const pieces: string[] = [];
  for (const { pieces: each } of toWords(text)) for (const piece of each) pieces.push(piece);
  return pieces;
}

export function* toWords(text: string): Generator<Word> {
  const ascii = isAscii.test(text);
  const normal = ascii ? text : text.normalize("NFKC");
  for (const [found] of normal.matchAll(ascii ? asciiWords : anyWords)) yield toWord(found);
}

const known = new Map<string, Word>();
const mostKnown = 50_000;

function toWord(found: string): Word {
  const seen = known.get(found);
  if (seen) return seen;
  const word = isSpaceless.test(found) ? readRun(found) : readWord(found);
  if (found.length > longestTerm) return word;
  if (known.size >= mostKnown) known.clear();
  known.set(found, word);
  return word;
}

/** Its pairs of characters, and each character: a word of one character is a word. */
function readRun(found: string): Word {
  const pieces = [...fold(found)];
  const terms = pieces.flatMap((piece, index) => {
    const next = pieces[index + 1];
    return next === undefined ? [piece] : [piece, piece + next];
  });
  return { terms, pieces, kind: "run" };
}

function readWord(found: string): Word {
  const pieces = (found.match(parts) ?? [found]).map(fold);
  const forms = pieces.length > 1 ? [pieces.join(""), ...pieces] : pieces;
  const terms = forms.filter((form) => !stopWords.has(form)).map(toTerm);
  return { terms, pieces, kind: pieces.length > 1 ? "compound" : "word" };
}

/** The one form of a folded word: cut, and stemmed where it is English. */
export function toTerm(folded: string): string {
  const cut = folded.slice(0, longestTerm);
  return isAscii.test(cut) ? stemmer(cut) : cut;
}

function fold(word: string): string {
  const lower = word.toLowerCase();
  return isAscii.test(lower) ? lower : lower.normalize("NFD").replace(marks, "").normalize("NFC");
}

/** Whether the pieces stand in a row in the text. */
export function holdsPhrase(text: string, phrase: readonly string[]): boolean {
  const pieces = toPieces(text);
  return pieces.some((_, start) => phrase.every((piece, index) => pieces[start + index] === piece));
}
