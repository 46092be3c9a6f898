// What a rule is.

export interface Rule {
  /** Stands in the text in the secret's place. */
  readonly name: string;
  /** What it finds, for the docs. */
  readonly finds: string;
  /** Every secret of it has one of these in it or just before it: a text without them is not looked at. */
  readonly cues: readonly string[];
  /**
   * Global. What its group `kept` has matched stays, the rest of the match is the secret. Every attempt either ends
   * after a bounded number of characters or begins where no other does: so a text is read in linear time.
   */
  readonly pattern: RegExp;
  /** Refuses what only has the form. */
  readonly isSecret?: (secret: string, match: Match) => boolean;
}

export interface Match {
  kept: string;
  /** Where the match begins in `text`. */
  at: number;
  text: string;
}

/** Behind an escaped line break (`\nghp_…`), a character as URLs or JSON write it (`%3Dghp_…`), a terminal's colour. */
export const behindEscape = String.raw`(?<=\\[nrt]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\x1b\[[0-9;]{0,8}m)`;

/** Where a token may begin: behind nothing that could be part of one. */
export function behindNo(characters: string): string {
  return `(?:(?<![${characters}])|${behindEscape})`;
}
