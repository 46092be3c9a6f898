// Any string is a legal query. BACKSTORY_FUZZ=100000 asks so many, and holds each to its time.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type SearchMode, searchModes } from "../../src/db/search.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

const queries = Number(process.env.BACKSTORY_FUZZ ?? 300);
const isLong = queries > 1_000;
/** Milliseconds; asked of the long form alone, for a machine that does nothing else. */
const longest = 50;

const odd = [
  ..."\"'*()^:-+{}[]\\/,.;&|~!?\0\n\t\u200d\u202e\ufeff\ud800\udc00",
  "NEAR(",
  "NEAR(gears wheels, 2)",
  "AND",
  "OR NOT",
  "col:",
  "terms:gears",
  "rowid",
  "-gears",
  "gear*",
  "search_a",
  "'; DROP TABLE events; --",
  "the of and",
  "src/db/store.ts",
  "歯車",
  "markCrashedRuns",
  "café",
  "🦀",
  "e\u0301".repeat(50),
];
const piece = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.lorem({ maxCount: 5 }),
);
const query = fc
  .array(piece, { maxLength: 12 })
  .chain((pieces) => fc.constantFrom("", " ").map((gap) => pieces.join(gap)));

type Ask = (text: string, mode: SearchMode) => Promise<number>;

/** Returns how long each query took. */
async function openFilled(): Promise<Ask> {
  const store = await openTestStore();
  const { id } = (await store.createSession(newSession())).record;
  const contents = fc.sample(fc.lorem({ maxCount: 60 }), { numRuns: 300, seed: 1 });
  await store.appendEvents(
    id,
    [...contents, ...odd].map((content) => newEvent(id, { content })),
  );
  const ask: Ask = async (text, mode) => {
    const began = performance.now();
    const found = await store.search.search({ text, mode, scope: { kind: "all" }, limit: 10, offset: 0 });
    expect(found).toMatchObject({ degraded: false, unindexed: 0 });
    return performance.now() - began;
  };
  await ask("gears", "any");
  return ask;
}

it(`takes ${queries} odd strings`, { timeout: 3_600_000 }, async () => {
  const ask = await openFilled();
  let slowest = 0;
  const property = fc.asyncProperty(query, fc.constantFrom(...searchModes), async (text, mode) => {
    slowest = Math.max(slowest, await ask(text, mode));
  });
  await fc.assert(property, { numRuns: queries });
  if (isLong) expect(slowest).toBeLessThan(longest);
});

it("takes huge ones", async () => {
  const ask = await openFilled();
  const huge = [
    "x".repeat(1_000_000),
    "歯".repeat(300_000),
    '"'.repeat(1_000_000),
    `a${"-".repeat(1_000_000)}b`,
    "e\u0301".repeat(500_000),
    "/a".repeat(500_000),
    Array.from({ length: 20_000 }, (_, index) => `gear${index}`).join(" "),
    "the of and ".repeat(100_000),
    "\ud800".repeat(1_000_000),
  ];
  for (const text of huge) {
    for (const mode of searchModes) {
      const took = await ask(text, mode);
      if (isLong) expect(took).toBeLessThan(longest);
    }
  }
});
