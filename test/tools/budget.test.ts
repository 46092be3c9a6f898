// A result never exceeds its characters, and what was cut can be read on.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText, fitItems, textPart } from "../../src/tools/budget.ts";
import { cutEvent, leastEventSize } from "../../src/tools/cut-records.ts";
import type { WireEvent } from "../../src/tools/wire-records.ts";

const anyText = fc.string({ unit: "binary", maxLength: 3_000 });

const anyEvent: fc.Arbitrary<WireEvent> = fc
  .record({
    content: fc.option(anyText, { nil: undefined }),
    reasoning: fc.option(anyText, { nil: undefined }),
    author: fc.string({ maxLength: 512 }),
    raw: fc.option(fc.jsonValue(), { nil: undefined }),
    metadata: fc.option(fc.dictionary(fc.string(), anyText), { nil: undefined }),
    long_running_tool_ids: fc.option(fc.array(fc.string({ maxLength: 512 }), { maxLength: 100 }), {
      nil: undefined,
    }),
    actions: fc.array(
      fc.record({
        call_id: fc.string({ maxLength: 512 }),
        tool_name: fc.string({ maxLength: 512 }),
        input: fc.jsonValue(),
        output: anyText,
      }),
      { maxLength: 40 },
    ),
  })
  .map((event) => ({
    session_id: `sess_${"0".repeat(26)}`,
    seq: 999_999,
    type: "message" as const,
    origin: "tool" as const,
    created_at: "2026-11-21T10:00:00.000Z",
    ...event,
    actions: event.actions.map((action) => ({ ...action, status: "completed" as const })),
  }));

describe("fitItems", () => {
  const wrap = (events: readonly WireEvent[]) => ({ events, next_cursor: "c".repeat(100), total: 1_000_000 });

  it("keeps any page of events within any budget, and at least one event of it", () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1_000, max: 50_000 }),
        (events, budget) => {
          const { items, cutShort } = fitItems(events, budget, wrap, cutEvent, leastEventSize);
          expect(JSON.stringify(wrap(items)).length).toBeLessThanOrEqual(budget);
          expect(items.length).toBeGreaterThan(0);
          expect(items.map(({ seq }) => seq)).toEqual(events.slice(0, items.length).map(({ seq }) => seq));
          expect(cutShort).toBe(items.length < events.length);
          for (const [i, item] of items.entries()) {
            const lost = JSON.stringify(item) !== JSON.stringify(events[i]);
            expect(item.truncated === true).toBe(lost);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("returns a page that fits as it is", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 3 }), (events) => {
        const whole = { result: wrap(events), items: events, cutShort: false };
        expect(fitItems(events, 10_000_000, wrap, cutEvent)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

describe("textPart", () => {
  it("reads any text on to its end, each part within its characters", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 12, max: 500 }), (text, budget) => {
        let read = "";
        while (read.length < text.length) {
          const part = textPart(text, read.length, budget);
          expect(part.length).toBeGreaterThan(0);
          expect(JSON.stringify(part).length - 2).toBeLessThanOrEqual(budget);
          read += part;
        }
        expect(read).toBe(text);
      }),
    );
  });

  it.each(["a", "\n", '"', "\u0001", "é", "中", "😀", "\ud800"])("keeps a line of %j under 4 MiB", (unit) => {
    const text = textPart(unit.repeat(1_600_000), 0, 1_500_000);
    const result = { text };
    const line = JSON.stringify({
      content: [{ type: "text", text: JSON.stringify(result) }],
      structuredContent: result,
    });
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(text.length).toBeGreaterThan(200_000);
  });
});

describe("cutText", () => {
  it("never leaves half of a surrogate pair", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (text, cap) => {
          const cut = cutText(text, cap);
          expect(cut.isWellFormed()).toBe(true);
          expect(text.startsWith(cut)).toBe(true);
        },
      ),
    );
  });
});
