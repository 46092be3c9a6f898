// Passages make up their text, and are cut alike whenever they are cut.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestPassage, toPassages } from "../../src/recall/passages.ts";
import { toTerms } from "../../src/recall/terms.ts";

const text = fc.oneof(
  fc.string({ maxLength: 5000 }),
  fc.string({ unit: "grapheme", maxLength: 3000 }),
  fc.array(fc.constantFrom("word", ". ", "\n", " ", "😀", "数据")).map((parts) => parts.join("").repeat(90)),
);

describe("passages", () => {
  it("make up the text of their part, in order, with at most a character in common", () => {
    fc.assert(
      fc.property(text, text, (content, output) => {
        const passages = toPassages([
          { kind: "content", text: content },
          { kind: "output", text: output },
        ]);
        for (const [kind, whole] of [["content", content] as const, ["output", output] as const]) {
          const own = passages.filter((passage) => passage.kind === kind);
          let end = 0;
          for (const { text, start } of own) {
            expect(end - start).toBeLessThanOrEqual(2);
            expect(start).toBeLessThanOrEqual(end);
            end = start + text.length;
          }
          expect(end).toBe(whole.length);
          for (const { text, start } of own) expect(whole.startsWith(text, start)).toBe(true);
        }
      }),
    );
  });

  it("are neither empty nor too long, and cut no character in two", () => {
    fc.assert(
      fc.property(text, (content) => {
        const passages = toPassages([{ kind: "content", text: content }]);
        for (const { text: each } of passages) {
          expect(each.length).toBeGreaterThan(0);
          expect(each.length).toBeLessThanOrEqual(longestPassage);
          if (content.isWellFormed()) expect(each.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("cut between characters where there is no space at all", () => {
    for (const { text: each } of toPassages([{ kind: "content", text: `a${"😀".repeat(900)}` }]))
      expect(each.isWellFormed()).toBe(true);
  });

  it("end with a line before a sentence, and with a sentence before a word", () => {
    const cut = (content: string) => toPassages([{ kind: "content", text: content }])[0]?.text.slice(-3);
    expect(cut(`${"a".repeat(500)}.\n${"b. c ".repeat(100)}`)).toBe("a.\n");
    expect(cut(`${"a".repeat(500)}. ${"b ".repeat(200)}`)).toBe("a. ");
    expect(cut("word ".repeat(200))).toBe("rd ");
  });

  it("lose no pair of characters and no word where there is no space", () => {
    const lines = "我们昨天把数据库迁移到了新的机器上然后检查了所有的索引";
    const texts = [lines.repeat(90), `${lines.repeat(2)}。`.repeat(40), "alpha,beta;gamma/delta".repeat(120)];
    for (const content of texts) {
      const passages = toPassages([{ kind: "content", text: content }]);
      const found = new Set(passages.flatMap((passage) => toTerms(passage.text)));
      expect([...found].toSorted()).toEqual([...new Set(toTerms(content))].toSorted());
      expect(passages.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(content.length + 20);
    }
  });
});
