// Foreign JSON → values of a known kind; what is of another kind is null. It knows no format of any host.
import type { JsonObject, JsonValue } from "./host.ts";

/** A value that may be absent: a key of foreign JSON. */
export type Foreign = JsonValue | undefined;

export function asObject(value: Foreign): JsonObject | null {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
}

export function asList(value: Foreign): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function asObjects(value: Foreign): JsonObject[] {
  return asList(value).flatMap((item) => {
    const object = asObject(item);
    return object === null ? [] : [object];
  });
}

/** What a table has for a word of a host's. A plain look would find "constructor" in every table. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: Foreign): T | undefined {
  return typeof word === "string" && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** A text that says something. */
export function asText(value: Foreign): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A name or an id, which some hosts write as a number. */
export function asName(value: Foreign): string | null {
  return Number.isSafeInteger(value) ? String(value) : asText(value);
}

export function asTexts(value: Foreign): string[] {
  return asList(value).flatMap((item) => asText(item) ?? []);
}

/** A count that may be summed. */
export function asCount(value: Foreign): number | null {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 1e12 ? Number(value) : null;
}

export function asInteger(value: Foreign): number | null {
  return Number.isSafeInteger(value) ? Number(value) : null;
}

export function asCost(value: Foreign): number | null {
  return typeof value === "number" && value >= 0 && value <= 1e9 ? value : null;
}

// Before the first agent, and past any that will read this: a clock that was not set, or a broken one.
const earliest = Date.UTC(2001, 8, 9);
const latest = Date.UTC(2100, 0, 1);
const isSeconds = 1e11;

/** Milliseconds from an ISO text, or from a count of seconds or milliseconds. Null: none, or no time that can be. */
export function asTime(value: Foreign): number | null {
  const time =
    typeof value === "number" ? fromNumber(value) : typeof value === "string" ? fromText(value) : Number.NaN;
  return time >= earliest && time < latest ? Math.round(time) : null;
}

function fromNumber(value: number): number {
  return Math.abs(value) < isSeconds ? value * 1_000 : value;
}

const sqlTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?$/;

function fromText(value: string): number {
  if (value.length > 40) return Number.NaN;
  // SQLite's CURRENT_TIMESTAMP is UTC and does not say so.
  if (sqlTime.test(value)) return Date.parse(`${value.replace(" ", "T")}Z`);
  return Date.parse(value);
}

/** Null where nothing is left. A null says nothing, so it is left out. */
export function remaining(object: JsonObject): JsonObject | undefined {
  const kept: JsonObject = {};
  let any = false;
  for (const [key, value] of Object.entries(object)) {
    if (value === null || value === undefined) continue;
    Object.defineProperty(kept, key, { value, enumerable: true, configurable: true, writable: true });
    any = true;
  }
  return any ? kept : undefined;
}

/** JSON in a text, as databases and tool calls keep it; undefined where it is none. */
export function parseJson(text: Foreign): JsonValue | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
