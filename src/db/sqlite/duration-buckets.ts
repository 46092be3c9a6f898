// A histogram of durations: eight buckets for each doubling, in integers, so that a duration falls into the same
// bucket whoever asks.

/** The bucket of calls whose duration is not known. */
export const unknownBucket = -1;

// 24 days: what lasts longer counts as that.
const longest = 2 ** 31 - 1;

/** The bucket of so many milliseconds; a longer duration is never in a lower one. A negative one tells of a clock that was set. */
export function bucketOf(milliseconds: number | null): number {
  if (milliseconds === null || milliseconds < 0) return unknownBucket;
  const duration = Math.min(milliseconds, longest);
  const shift = Math.max(0, 28 - Math.clz32(duration));
  return 8 * shift + (duration >> shift);
}

/** A duration for all those in a bucket: exact below 16 ms, at most a sixteenth off up to 24 days. */
export function middleOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> 3) - 1);
  const shortest = (bucket - 8 * shift) * 2 ** shift;
  return shortest + ((2 ** shift - 1) >> 1);
}
