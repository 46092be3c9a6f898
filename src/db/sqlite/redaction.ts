// What is said → what is stored of it: without its secrets, or not at all. Knows no rule: the redactor is handed in, and
// what writes a text asks here first, before it compares or hashes it.
import { StoreError } from "../errors.ts";
import type { JsonObject, JsonValue, NewAction, NewEvent } from "../records.ts";
import type { Findings } from "../redaction.ts";
import type { StoreOptions } from "../store.ts";

export interface Cleaned<T> {
  /** The very record if nothing was found. */
  record: T;
  findings: Findings;
}

/** Ids, keys and names are no texts: they are stored as they come. */
const eventTexts = ["content", "reasoning", "error", "metadata", "raw"] as const;
const actionTexts = ["title", "input", "output", "error"] as const;
type EventTexts = Pick<NewEvent, (typeof eventTexts)[number] | "actions">;

export class Redaction {
  readonly #redactor: StoreOptions["redactor"];
  readonly #mayRefuse: boolean;

  /** `mayRefuse` false: what the redactor would refuse is masked. */
  constructor({ redactor }: Pick<StoreOptions, "redactor">, { mayRefuse } = { mayRefuse: true }) {
    this.#redactor = redactor;
    this.#mayRefuse = mayRefuse;
  }

  event<T extends EventTexts>(event: T): Cleaned<T> {
    const findings: Findings = {};
    const record = this.#fields(event, eventTexts, findings);
    if (record.actions.length === 0) return { record, findings };
    const actions = record.actions.map((action, index) => this.#action(action, index, findings));
    return { record: isAnyOther(actions, record.actions) ? { ...record, actions } : record, findings };
  }

  #action<T extends NewAction>(action: T, index: number, findings: Findings): T {
    return this.#fields(action, actionTexts, findings, `actions.${index}.`);
  }

  /** The texts and JSON values in `fields`. `invalid_input` names the field, if the redactor refuses what is in it. */
  record<T extends object>(record: T, fields: readonly (keyof T & string)[]): Cleaned<T> {
    const findings: Findings = {};
    return { record: this.#fields(record, fields, findings), findings };
  }

  #fields<T extends object>(
    record: T,
    fields: readonly (keyof T & string)[],
    findings: Findings,
    path = "",
  ): T {
    if (this.#redactor === undefined) return record;
    let cleaned = record;
    for (const field of fields) {
      const value = record[field] as JsonValue | undefined;
      if (value === null || value === undefined) continue;
      const kept = this.#value(value, undefined, { place: path + field, findings });
      if (kept === value) continue;
      if (cleaned === record) cleaned = { ...record };
      Object.assign(cleaned, { [field]: kept });
    }
    return cleaned;
  }

  /** `name`: the key that it stands under. */
  #value(value: JsonValue, name: string | undefined, into: Into): JsonValue {
    if (typeof value === "string") return this.#text(value, name, into);
    if (value === null || typeof value !== "object") return value;
    if (!Array.isArray(value)) return this.#object(value, into);
    const items = value.map((item, index) => this.#value(item, optionBefore(value, index), into));
    return isAnyOther(items, value) ? items : value;
  }

  #object(value: JsonObject, into: Into): JsonObject {
    const entries = Object.entries(value);
    const kept = entries.map(([key, item]): [string, JsonValue] => [
      this.#text(key, undefined, into),
      this.#value(item, key, into),
    ]);
    if (!kept.some(([key, item], index) => key !== entries[index]?.[0] || item !== entries[index]?.[1])) {
      return value;
    }
    return Object.fromEntries(withDistinctKeys(kept));
  }

  #text(text: string, name: string | undefined, { place, findings }: Into): string {
    const redacted = this.#redactor?.redact(text, name);
    if (redacted === undefined || redacted.text === text) return text;
    const refused = Object.keys(redacted.findings).filter((rule) => this.#redactor?.refuses(rule));
    if (this.#mayRefuse && refused.length > 0) throw refusal(place, refused);
    addFindings(findings, redacted.findings);
    return redacted.text;
  }
}

interface Into {
  place: string;
  findings: Findings;
}

/** For a column: null without any. */
export function toRedactions(findings: Findings): string | null {
  for (const _rule in findings) return JSON.stringify(findings);
  return null;
}

export function addFindings(sum: Findings, more: Readonly<Findings>): void {
  for (const [rule, count] of Object.entries(more)) sum[rule] = (sum[rule] ?? 0) + count;
}

/** `["--password", "…"]`: an argument behind its option. */
function optionBefore(items: readonly JsonValue[], index: number): string | undefined {
  const before = items[index - 1];
  return typeof before === "string" && before.startsWith("-") ? before : undefined;
}

/** Two keys that were secrets would become one. */
function withDistinctKeys(entries: readonly [string, JsonValue][]): [string, JsonValue][] {
  const taken = new Set<string>();
  return entries.map(([key, item]) => {
    let distinct = key;
    for (let count = 2; taken.has(distinct); count += 1) distinct = `${key} ${count}`;
    taken.add(distinct);
    return [distinct, item];
  });
}

function isAnyOther(items: readonly unknown[], before: readonly unknown[]): boolean {
  return items.some((item, index) => item !== before[index]);
}

function refusal(place: string, rules: readonly string[]): StoreError {
  return new StoreError(
    "invalid_input",
    `${place} holds what looks like a secret (${rules.join(", ")}): nothing was stored.`,
    "Take it out, or say where it is kept instead, and call again.",
  );
}
