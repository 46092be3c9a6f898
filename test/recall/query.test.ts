// Any string is a query.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../src/recall/query.ts";

const termsOf = (text: string) => parseQuery(text).terms.flatMap((one) => (one.isJoined ? [] : [one.term]));
const joinedOf = (text: string) => parseQuery(text).terms.flatMap((one) => (one.isJoined ? [one.term] : []));

describe("a query", () => {
  it("joins words, so that split ones find a name", () => {
    expect(joinedOf("mark crashed runs")).toEqual(["markcrash", "markcrashedrun", "crashedrun"]);
    expect(joinedOf("how do we")).toEqual([]);
  });

  it("asks for a name by its parts and, in another spelling, as a whole", () => {
    expect(termsOf("markCrashedRuns")).toEqual(["mark", "crash", "run"]);
    expect(joinedOf("markCrashedRuns")).toContain("markcrashedrun");
  });

  it("asks for a text without spaces by its pairs, for a lone character by itself", () => {
    expect(termsOf("数据库")).toEqual(["数据", "据库"]);
    expect(termsOf("猫")).toEqual(["猫"]);
  });

  it("takes quotations, paths and names as they are written", () => {
    const { literals } = parseQuery('who wrote "the lock order" in src/db/store.ts, or cityInput?');
    expect(literals).toEqual(["the lock order", "src/db/store.ts", "cityInput"]);
  });

  it.each([
    ["in May 2023", [{ month: 5, year: 2023 }]],
    ["on 8 May, 2023 or in June", [{ month: 5, year: 2023 }, { month: 6 }]],
    ["since 2024-03-15", [{ year: 2024, month: 3 }]],
    ["the budget of 2022", [{ year: 2022 }]],
    ["may it march on, port 20233", []],
  ])("knows the times of %j", (text, times) => {
    expect(parseQuery(text).times).toEqual(times);
  });

  it("names the words it ignores", () => {
    expect(parseQuery("what is the deadlock").ignored).toEqual(["what", "is", "the"]);
    expect(parseQuery("what is the").terms).toEqual([]);
  });

  it("looks for 64 terms and says that there were more", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `word${index}x`).join(" ");
    const { terms, isCut } = parseQuery(many);
    expect(terms.filter(({ isJoined }) => !isJoined)).toHaveLength(64);
    expect(terms.length).toBeLessThanOrEqual(128);
    expect(isCut).toBe(true);
    expect(parseQuery("a few words").isCut).toBe(false);
  });

  it.each([
    "NEAR(a b)",
    "a* OR b",
    '"',
    '""',
    '"open',
    "col:x -y ^z",
    "\0",
    "\ud800 \udc00",
    "{}[]()",
    "%_'';--",
    "..",
    "",
  ])("may be %j", (text) => {
    for (const { term } of parseQuery(text).terms) expect(term).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
  });

  it("may be anything, and stays small", () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 });
    fc.assert(
      fc.property(
        units.map((each) => String.fromCharCode(...each)),
        (text) => {
          const { terms, literals, ignored, pieces } = parseQuery(text);
          expect(new Set(terms.map(({ term }) => term)).size).toBe(terms.length);
          expect([literals.length, terms.length, pieces.length].map((length) => length <= 256)).not.toContain(
            false,
          );
          expect(ignored.length).toBeLessThan(128);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['"', "a/", "a'b", "May ", "2024-", "数", "a.:!?"])("may be a megabyte of %j", (unit) => {
    expect(parseQuery(unit.repeat(1_048_576 / unit.length)).isCut).toBe(true);
  });
});
