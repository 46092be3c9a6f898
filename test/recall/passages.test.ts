// Passages make up their text, and are cut alike whenever they are cut.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestPassage, toPassages } from "../../src/recall/passages.ts";

const text = fc.oneof(
  fc.string({ maxLength: 5000 }),
  fc.string({ unit: "grapheme", maxLength: 3000 }),
  fc.array(fc.constantFrom("word", ". ", "\n", " ", "😀", "数据")).map((parts) => parts.join("").repeat(90)),
);

describe("passages", () => {
  it("make up the text of their part, in order", () => {
    fc.assert(
      fc.property(text, text, (content, output) => {
        const passages = toPassages([
          { kind: "content", text: content },
          { kind: "output", text: output },
        ]);
        for (const [kind, whole] of [["content", content] as const, ["output", output] as const]) {
          const own = passages.filter((passage) => passage.kind === kind);
          expect(own.map(({ text }) => text).join("")).toBe(whole);
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
});
