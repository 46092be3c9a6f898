// Texts of made-up words, some of them in nearly every text and most of them in hardly any, as in a language.

/** Mulberry32: the same numbers in every run. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const syllables = [
  "ka",
  "lo",
  "mi",
  "ru",
  "te",
  "so",
  "ni",
  "pa",
  "ve",
  "du",
  "zo",
  "ri",
  "fa",
  "gu",
  "bel",
  "tor",
];

/** The word of a rank, from 0; different ones for different ranks. */
export function wordOf(rank: number): string {
  let word = "";
  for (let rest = rank + syllables.length; rest > 0; rest = Math.floor(rest / syllables.length)) {
    word += syllables[rest % syllables.length];
  }
  return word;
}

/** Ranks as a language has them (Zipf): the rank r about twice as often as the rank 2r. */
export function rankOf(random: number, words: number): number {
  return Math.floor(words ** random) - 1;
}
