// What UTF-8 and SQLite can hold: repairs texts, and turns JSON values into text and back.
import { createHash } from "node:crypto";
import type { JsonValue } from "../records.ts";

/**
 * A copy of `row` whose texts are well-formed UTF-16, and whether one had to be repaired (a lone surrogate
 * becomes U+FFFD: UTF-8 has no form for it). JSON columns need none, JSON escapes lone surrogates.
 */
export function repairTexts<T extends object>(row: T): { row: T; lossy: boolean } {
  let repaired: T | undefined;
  for (const key in row) {
    const value = row[key];
    if (typeof value !== "string" || value.isWellFormed()) continue;
    repaired ??= { ...row };
    Object.assign(repaired, { [key]: value.toWellFormed() });
  }
  return { row: repaired ?? row, lossy: repaired !== undefined };
}

export function toJson(value: JsonValue | undefined): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

export function fromJson<T extends JsonValue>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

/** Tells whether two requests say the same, whatever the order of their keys. Not for secrets: a plain SHA-256. */
export function hashRequest(request: object): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys(request)))
    .digest("base64url");
}

/** A request whose hash went with a secret that was in it can no longer be compared: its key has to do. */
export function isOtherRequest(stored: string | null, asked: string | null): boolean {
  return stored !== null && stored !== asked;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
