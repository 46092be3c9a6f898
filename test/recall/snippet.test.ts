// A snippet shows where a text answers a query.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../src/recall/query.ts";
import { toSnippet } from "../../src/recall/snippet.ts";

const snippet = (text: string, query: string, most = 200) => toSnippet(text, parseQuery(query), most);

describe("a snippet", () => {
  it("marks the query's words in the form they have in the text", () => {
    expect(snippet("It marks crashed runs.", "mark a run")).toBe("It **marks** crashed **runs**.");
    expect(snippet("then mark_crashed_runs sweeps", "crashed")).toBe("then **mark_crashed_runs** sweeps");
    expect(snippet("Le résumé du café", "cafe")).toBe("Le résumé du **café**");
  });

  it("marks what hangs together in a text without spaces", () => {
    expect(snippet("我们决定使用SQLite存储会话历史", "会话历史 sqlite")).toBe(
      "我们决定使用**SQLite**存储**会话历史**",
    );
    expect(snippet("家里的猫很可爱", "猫")).toBe("家里的**猫**很可爱");
  });

  it("shows the place with most of them", () => {
    const text = `lock ${"far away ".repeat(60)}the lock order is wrong ${"and on ".repeat(60)}`;
    const shown = snippet(text, "wrong lock order", 80);
    expect(shown).toContain("the **lock** **order** is **wrong** and");
    expect(shown).toMatch(/^….*…$/);
  });

  it("is the beginning where no word is found", () => {
    expect(snippet("one two three four", "zzz", 12)).toBe("one two…");
    expect(snippet("one", "zzz", 12)).toBe("one");
  });

  it("is bounded, cuts no character in two, and without marks is a piece of the text", () => {
    const words = fc.constantFrom(
      "lock",
      " ",
      "order",
      "😀",
      "数据库",
      "\n",
      "lockOrder",
      "ﾊﾟ",
      "x".repeat(90),
    );
    const text = fc.array(words, { maxLength: 120 }).map((parts) => parts.join(""));
    const query = fc.constantFrom("lock order", "数据 库", "😀", "", "lockOrder 数据库");
    fc.assert(
      fc.property(text, query, fc.integer({ min: 8, max: 300 }), (whole, asked, most) => {
        const shown = snippet(whole, asked, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown.isWellFormed()).toBe(true);
        expect(whole).toContain(shown.replaceAll("**", "").replace(/^…/, "").replace(/…$/, ""));
      }),
      { numRuns: 1000 },
    );
  });
});
