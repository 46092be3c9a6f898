// JSON Merge Patch, RFC 7396.
import type { JsonObject, JsonValue } from "./records.ts";

/**
 * An object is merged key by key, null removes a key, everything else takes the place of what was there.
 * Never deeper than the deeper of both.
 */
export function mergePatch(target: JsonValue, patch: JsonObject): JsonObject;
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue;
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  // Not a plain object while it grows, which would take a key named __proto__ for its prototype.
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
