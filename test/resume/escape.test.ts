// What is made harmless, and what stays as it is.
import fc from "fast-check";
import { expect, it } from "vitest";
import { escapeControls, escapeTexts } from "../../src/resume/escape.ts";

it.each([
  ["ESC", "\u001b[31m", "\\u001b[31m"],
  ["NUL, BEL and carriage return", "\0\u0007\r", "\\u0000\\u0007\\u000d"],
  ["DEL and the C1 controls", "\u007f\u009b", "\\u007f\\u009b"],
  ["marks of direction", "\u061c\u200e\u200f", "\\u061c\\u200e\\u200f"],
  ["bidi overrides and isolates", "\u202a\u202e\u2066\u2069", "\\u202a\\u202e\\u2066\\u2069"],
])("escapes %s", (_what, text, shown) => {
  expect(escapeControls(text)).toBe(shown);
});

it.each([
  ["line feed and tab", "a\n\tb"],
  ["joiners", "👩‍💻 नि‌ष"],
  ["every script", "中文 العربية עברית é 😀"],
  ["a backslash", "C:\\u001b"],
])("leaves %s", (_what, text) => {
  expect(escapeControls(text)).toBe(text);
});

it("leaves nothing to escape", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = escapeControls(text);
      expect(escapeControls(escaped)).toBe(escaped);
    }),
  );
});

it("marks the record whose text it changed, and no other", () => {
  expect(escapeTexts({ seq: 1, a: "x\u001b", b: "y" })).toEqual({
    seq: 1,
    a: "x\\u001b",
    b: "y",
    escaped: true,
  });
  const plain = { seq: 1, a: "x" };
  expect(escapeTexts(plain)).toBe(plain);
});
