// Usage of a message of Anthropic's API that is written over several lines or rows, each with the counts so far: together
// they are counted once.
import type { JsonObject, TokenCounts } from "./host.ts";
import { asCount, asList } from "./narrow.ts";
import { newTokens } from "./new-records.ts";

// Lines of one message are near each other; results of calls that ran side by side may stand between.
const remembered = 32;

type Counts = [input: number, output: number, cacheRead: number, cacheWrite: number];

export class UsageByMessage {
  readonly #counted = new Map<string, Counts>();

  constructor(state: JsonObject | null) {
    for (const [id, counts] of Object.entries(state ?? {})) {
      const [input, output, cacheRead, cacheWrite] = asList(counts).map((count) => asCount(count) ?? 0);
      this.#counted.set(id, [input ?? 0, output ?? 0, cacheRead ?? 0, cacheWrite ?? 0]);
    }
  }

  /** What this line or row adds to what was counted of its message. Null: nothing. */
  count(messageId: string | null, usage: JsonObject | null): TokenCounts | null {
    if (usage === null) return null;
    const now: Counts = [
      asCount(usage.input_tokens) ?? 0,
      asCount(usage.output_tokens) ?? 0,
      asCount(usage.cache_read_input_tokens) ?? 0,
      asCount(usage.cache_creation_input_tokens) ?? 0,
    ];
    const before: Counts = (messageId === null ? null : this.#counted.get(messageId)) ?? [0, 0, 0, 0];
    if (messageId !== null) this.#remember(messageId, now, before);
    const more = (index: 0 | 1 | 2 | 3) => Math.max(0, now[index] - before[index]);
    return newTokens({ input: more(0), output: more(1), cacheRead: more(2), cacheWrite: more(3) });
  }

  state(): JsonObject {
    return Object.fromEntries(this.#counted);
  }

  #remember(id: string, now: Counts, before: Counts): void {
    this.#counted.delete(id);
    const most = now.map((count, index) => Math.max(count, before[index] ?? 0)) as Counts;
    this.#counted.set(id, most);
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > remembered && oldest !== undefined) this.#counted.delete(oldest);
  }
}
