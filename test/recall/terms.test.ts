// One rule for texts and queries: what is the same name gives the same terms, and any string gives some quickly.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toTerms } from "../../src/recall/terms.ts";

const spelled = (pieces: readonly string[]) => ({
  snake: pieces.join("_"),
  kebab: pieces.join("-"),
  camel: pieces.map((piece, index) => (index === 0 ? piece : capital(piece))).join(""),
  pascal: pieces.map(capital).join(""),
});
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const piece = fc.stringMatching(/^[a-z]{2,8}$/);
const anyText = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), unpaired());

function unpaired() {
  return fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
}

describe("terms", () => {
  it("are the same for every spelling of a name", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 2, maxLength: 5 }), (pieces) => {
        const [first, ...others] = Object.values(spelled(pieces));
        for (const other of others) expect(toTerms(other)).toEqual(toTerms(first ?? ""));
      }),
    );
  });

  it("of a name hold those of its words", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 2, maxLength: 5 }), (pieces) => {
        const terms = toTerms(spelled(pieces).camel);
        for (const term of toTerms(pieces.join(" "))) expect(terms).toContain(term);
      }),
    );
  });

  it.each([
    ["markCrashedRuns", ["mark", "crash", "run", "markcrashedrun"]],
    ["getUserByID", ["get", "user", "id", "getuserbyid"]],
    ["parser.parseJSON5", ["parser", "pars", "json", "5", "parserparsejson5", "parsejson5"]],
    ["userIDs", ["user", "id", "userid"]],
    ["src/db/store.ts", ["src", "db", "store", "ts", "storet"]],
    ["résumé", ["resum"]],
    ["ＦＵＬＬ width", ["full", "width"]],
    ["Weiß отчёт", ["weiss", "отчет"]],
    ["STRASSE straße", ["strass", "strass"]],
    ["done 🎉 shipped", ["done", "🎉", "ship"]],
    ["数据库", ["数据", "据库", "数", "据", "库"]],
    ["猫", ["猫"]],
    ["타임존", ["타임", "임존", "타", "임", "존"]],
    ["데이터 SQLite用", ["데이", "이터", "데", "이", "터", "sq", "lite", "sqlite", "用"]],
    ["we were in the US", ["us"]],
    ["don't", ["don"]],
  ])("of %s", (text, terms) => {
    expect(toTerms(text)).toEqual(terms);
  });

  it("are words of the index, whatever the text: no space, no key's mark, at most 64 units", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const term of toTerms(text)) {
          expect(term).toMatch(/^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]{1,64}$/u);
          expect(term.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("do not depend on how a character is composed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(toTerms(text.normalize("NFD"))).toEqual(toTerms(text.normalize("NFC")));
      }),
    );
  });

  // One that is not linear does not end.
  it.each(["a", "a.", "aB", "_", "a_-.", "1a", "AsB", "数", "\ufdfa", "a\u0301", "\ud800", "\0", "😀", "é-"])(
    "of a megabyte of %j",
    (unit) => {
      expect(toTerms(unit.repeat(1_048_576 / unit.length)).length).toBeLessThan(4_000_000);
    },
  );
});
