// Codex's token counts: totals so far, and what the last answer added to them.
import type { JsonObject, TokenCounts } from "../host.ts";
import { asCount } from "../narrow.ts";
import { newTokens } from "../new-records.ts";

const kinds = ["input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens"] as const;

export function sameUsage(total: JsonObject, before: JsonObject | null): boolean {
  return before !== null && kinds.every((kind) => total[kind] === before[kind]);
}

/** Of the last answer; where only the totals are given, what they grew by. */
export function toTokens(
  last: JsonObject | null,
  total: JsonObject | null,
  before: JsonObject | null,
): TokenCounts | null {
  const [input, cached, output, reasoning] = kinds.map((kind) => {
    if (last !== null) return asCount(last[kind]);
    const now = asCount(total?.[kind]);
    return now === null ? null : Math.max(0, now - (asCount(before?.[kind]) ?? 0));
  });
  return newTokens({
    // Their input holds what was read from the cache.
    input: input == null ? null : Math.max(0, input - (cached ?? 0)),
    cacheRead: cached ?? null,
    output: output ?? null,
    reasoning: reasoning ?? null,
  });
}
