// What the Store is handed to keep secrets out of what it stores.

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
