// What the Store is handed to keep secrets out of what it stores.
import type { Pending } from "./erasure.ts";

/** How often each rule found something, by its name. */
export type Findings = Record<string, number>;

export interface Redacted {
  /** With `[redacted:<rule>]` for each secret; the very text if there was none. */
  text: string;
  findings: Readonly<Findings>;
}

/** Redacting a redacted text changes nothing. */
export interface Redactor {
  /** `name`: the key that the text is the value of, which may say that it is a secret. */
  redact(text: string, name?: string): Redacted;
  /** A write with such a finding is refused, instead of stored without it. */
  refuses(rule: string): boolean;
}

/** What a scrub found in what is stored. */
export interface Scrubbed {
  findings: Findings;
  /** Rows with a finding, by the name of their table. */
  records: Record<string, number>;
  /** Why bytes of it may still be in the file or in the log beside it; null: they are not, as far as was asked for. */
  pending: Pending | null;
}

export interface Scrub {
  /** Undefined: everything that is stored. */
  sessionId?: string | undefined;
  /** Only counts. */
  dryRun: boolean;
  /**
   * Merges the search index and makes the file anew afterwards, and so lets go of what earlier writes left in its unused
   * space, and of removed words. Takes the lock for as long as it takes to copy the file, and as much space.
   */
  compact: boolean;
}

export interface ScrubStore {
  /**
   * Redacts what was stored before the redactor knew better, in short transactions, and overwrites it where it stands. The
   * hashes of its requests go with it: a repeat of one is then told by its key alone. `not_found`: the session.
   */
  run(scrub: Scrub): Promise<Scrubbed>;
}
