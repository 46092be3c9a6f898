// What a check of `backstory doctor` says.

export interface Check {
  /** What was looked at. */
  name: string;
  ok: boolean;
  found: string;
  /** What to do, or why nothing has to be done. */
  advice?: string;
}
