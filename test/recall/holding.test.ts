// What asks for every word, or for a row of them, finds it wherever passages were cut.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsRow, holdsTerms } from "../../src/recall/holding.ts";
import { toPassages } from "../../src/recall/passages.ts";
import { toPieces, toTerms } from "../../src/recall/terms.ts";

const passagesOf = (...texts: string[]) =>
  toPassages(texts.map((text) => ({ kind: "content" as const, text })));
const holds = (text: string, asked: string) => holdsRow(passagesOf(text), toPieces(asked));

describe("a row of words", () => {
  it("is found in any spelling", () => {
    expect(holds("then markCrashedRuns is called", "mark_crashed_runs is")).toBe(true);
    expect(holds("我们使用数据库存储", "数据库")).toBe(true);
    expect(holds("Das CAFÉ am Eck", "cafe am")).toBe(true);
    expect(holds("crashed runs mark", "mark crashed runs")).toBe(false);
    expect(holds("to be or not to be", "not to be")).toBe(true);
  });

  it("of nothing is found nowhere, and none begins in one text and ends in another", () => {
    expect(holdsRow(passagesOf("text"), [])).toBe(false);
    expect(holdsRow(passagesOf("brass", "gears"), ["brass", "gears"])).toBe(false);
  });

  it("is found at the end of the longest text that an event can have", () => {
    const text = `${"x ".repeat(524_000)}the purple walrus sings`;
    expect(holds(text, "purple walrus sings")).toBe(true);
    expect(holdsTerms(passagesOf(text), toTerms("walrus purple"))).toBe(true);
  });

  it("is found wherever a long text was cut, as are its words", () => {
    const words = fc.array(fc.constantFrom("brass", "gear", "of", "数据库", "mark_crashed", "naïve."), {
      minLength: 300,
      maxLength: 500,
    });
    fc.assert(
      fc.property(words, fc.nat(290), fc.integer({ min: 1, max: 9 }), (all, from, length) => {
        const passages = passagesOf(all.join(" "));
        const row = all.slice(from, from + length).join(" ");
        expect(holdsRow(passages, toPieces(row))).toBe(true);
        expect(holdsTerms(passages, toTerms(row))).toBe(true);
        expect(holdsRow(passages, toPieces(`${row} loom`))).toBe(false);
        expect(holdsTerms(passages, toTerms(`${row} loom`))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});
