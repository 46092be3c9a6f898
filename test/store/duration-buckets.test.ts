// The histogram's promise: in order, and how far its middle may be off.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf, middleOf, unknownBucket } from "../../src/db/sqlite/duration-buckets.ts";

const days24 = 2 ** 31 - 1;
const duration = fc.oneof(fc.nat(200), fc.nat(days24));

describe("a duration's bucket", () => {
  it("is its own below 16 ms, and then at most a sixteenth off", () => {
    for (let ms = 0; ms < 16; ms += 1) expect(middleOf(bucketOf(ms))).toBe(ms);
    fc.assert(
      fc.property(duration, (ms) => Math.abs(middleOf(bucketOf(ms)) - ms) <= ms / 16),
      { numRuns: 2_000 },
    );
  });

  it("rises with the duration, without a gap", () => {
    fc.assert(fc.property(duration, duration, (a, b) => a > b || bucketOf(a) <= bucketOf(b)));
    for (let ms = 1; ms < 100_000; ms += 1) expect(bucketOf(ms) - bucketOf(ms - 1)).toBeLessThanOrEqual(1);
    for (let bucket = 0; bucket <= bucketOf(days24); bucket += 1)
      expect(bucketOf(middleOf(bucket))).toBe(bucket);
  });

  it("is the last for what takes longer than 24 days, and none for what is not known", () => {
    expect(bucketOf(days24 + 1)).toBe(bucketOf(days24));
    expect(bucketOf(Number.MAX_SAFE_INTEGER)).toBe(bucketOf(days24));
    expect(bucketOf(null)).toBe(unknownBucket);
    expect(bucketOf(-5)).toBe(unknownBucket);
  });
});
