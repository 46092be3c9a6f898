// Where the words of a text are. Character by character, since a search reads a thousand passages: no regular expression.

const separator = 1;
const letter = 2;
/** Of a script that is written without spaces, or (Hangul) with endings at its words. */
const spaceless = 3;
const joiner = 4;

const isSpaceless =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]/u;
// A lone emoji is a word too.
const isPicture = /(?=\p{Extended_Pictographic})[^\0-\u2190]/u;
const isLetter = /[\p{L}\p{N}\p{M}]/u;

function classify(character: string): number {
  if (character === "_" || character === "-" || character === ".") return joiner;
  if (isPicture.test(character)) return spaceless;
  if (!isLetter.test(character)) return separator;
  return isSpaceless.test(character) ? spaceless : letter;
}

/** The class of every UTF-16 unit, found out when it is first met. */
const classes = new Uint8Array(0x10000);

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = classes[unit];
  if (known) return known;
  const isPair = unit >= 0xd800 && unit <= 0xdfff;
  const found = classify(isPair ? characterAround(text, at) : String.fromCharCode(unit));
  if (!isPair) classes[unit] = found;
  return found;
}

/** Either half of a surrogate pair has the class of its character; one alone is none. */
function characterAround(text: string, at: number): string {
  const isSecond = text.charCodeAt(at) >= 0xdc00;
  const pair = isSecond ? text.slice(Math.max(0, at - 1), at + 1) : text.slice(at, at + 2);
  return pair.isWellFormed() ? pair : "";
}

/**
 * Calls `visit` for each word of letters and digits, with what joins its parts (snake_case, kebab-case, store.ts), and for
 * each run of a script without spaces, in order. Linear.
 */
export function scan(text: string, visit: (start: number, end: number, isRun: boolean) => void): void {
  const length = text.length;
  for (let at = 0; at < length; ) {
    const first = classAt(text, at);
    if (first !== letter && first !== spaceless) {
      at += 1;
      continue;
    }
    const start = at;
    let end = at;
    while (at < length) {
      const next = classAt(text, at);
      if (next === first) end = at + 1;
      else if (next !== joiner || first === spaceless) break;
      at += 1;
    }
    visit(start, end, first === spaceless);
  }
}
