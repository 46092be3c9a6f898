// A watch: what grows comes in, in one reading once it has settled, and before that only if it does not settle.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Summary } from "../../src/capture/summary.ts";
import { watchTranscripts } from "../../src/capture/watch.ts";
import { hosts } from "../../src/hosts/hosts.ts";
import { openTestStore } from "../open-test-store.ts";
import { lineOf, linesOf, makeHome } from "./transcripts.ts";

const a = { sessionId: "a" };

/** Of a home with three lines of a transcript, which have been read; no look around finds what no change told of. */
async function startWatch(settle: number) {
  const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
  const store = await openTestStore();
  const stop = new AbortController();
  const taken: Summary[] = [];
  const watching = watchTranscripts({
    captures: store.captures,
    storeFile: store.file,
    hosts,
    environment: { home, variables: {}, platform: process.platform },
    paths: [],
    since: null,
    dryRun: false,
    includeDeleted: false,
    client: "test",
    signal: stop.signal,
    settle,
    interval: 600_000,
    onProgress() {},
    onTaken: (summary) => taken.push(summary),
    onFailed(error) {
      throw error;
    },
  });
  await expect.poll(() => taken.length).toBe(1);
  const end = async () => {
    stop.abort();
    await watching;
  };
  return { taken, end, grow: (n: number) => appendFileSync(path("x/a.jsonl"), `${lineOf(n, a)}\n`) };
}

it("reads what has grown once it has settled", async () => {
  const { taken, end, grow } = await startWatch(1_000);
  for (let n = 3; n < 33; n += 1) {
    grow(n);
    await sleep(60);
  }
  expect(taken).toHaveLength(1);
  await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(2);
  expect(taken[1]).toMatchObject({ events: 20 });
  await end();
});

it("reads what grows without a pause while it does", async () => {
  const { taken, end, grow } = await startWatch(100);
  for (let n = 3; taken.length === 1 && n < 1_000; n += 1) {
    grow(n);
    await sleep(10);
  }
  expect(taken.length).toBeGreaterThan(1);
  await end();
});
