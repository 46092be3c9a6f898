// A query within its bound ends where a word does.
import { expect, test } from "vitest";
import { boundQuery } from "../../src/tools/search-text.ts";

test("a query that fits is taken as it is", () => {
  expect(boundQuery("brass gears")).toEqual({ text: "brass gears", ignored: [] });
});

test("a longer one ends with a word, and says how the rest begins", () => {
  const { text, ignored } = boundQuery(`${"gears ".repeat(682)}flywheel and more`);
  expect(text).toBe("gears ".repeat(682).trimEnd());
  expect(ignored).toEqual(["flywheel and more…"]);
});

test("one without a space is cut all the same", () => {
  expect(boundQuery("x".repeat(9_000)).text).toHaveLength(4_096);
  expect(boundQuery("漢".repeat(3_000)).text).toHaveLength(1_365);
});
