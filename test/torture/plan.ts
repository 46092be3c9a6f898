// How much is done, and by which dice: a short form runs with the other tests, `npm run torture` asks for the long one.

const { BACKSTORY_TORTURE: form, BACKSTORY_SEED: given } = process.env;

const isLong = form === "long";

/** Say it in the message of what fails: BACKSTORY_SEED repeats the choices, if not the moments of processes. */
export const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);

export function howMany(short: number, long: number): number {
  return isLong ? long : short;
}

/** Numbers from 0 to 1 (mulberry32), others for every `purpose`, the same for the same seed. */
export function dice(purpose: string): () => number {
  let state = seed;
  for (const character of purpose) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What `npm run torture` measured, for docs/promises.md. */
export function tell(figures: string): void {
  if (isLong) process.stdout.write(`${figures}\n`);
}
