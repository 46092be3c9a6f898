// A date alone is where a range begins with it, and where one ends with it.
import { expect, test } from "vitest";
import { parseTime, parseUntil } from "../../src/tools/iso-time.ts";

test("a date alone is its beginning, and as an end its last millisecond", () => {
  expect(parseTime("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
  expect(parseUntil("2026-11-21")).toBe(Date.UTC(2026, 10, 22) - 1);
  expect(parseUntil("2026-11-21T10:00:00Z")).toBe(Date.UTC(2026, 10, 21, 10));
});

test.each(["yesterday", "2026-02-30", "2026-11-21T10:00:00", "", "+002026-11-21"])(
  "%j is no time",
  (text) => {
    expect(parseTime(text)).toBeNull();
    expect(parseUntil(text)).toBeNull();
  },
);
