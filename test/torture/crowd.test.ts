// Eight that write as fast as they can: none is told `busy`, and none keeps its own event loop waiting.
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { findFaults } from "../processes/acknowledged.ts";
import { bundle } from "../processes/bundle.ts";
import { startChild } from "../processes/child.ts";
import { howMany, tell } from "./plan.ts";

const writer = bundle("crowd-writer", import.meta.dirname);
afterAll(() => writer.remove());

const seconds = howMany(10, 30);
// Milliseconds that a host may wait for an answer to anything else.
const mostLag = 300;

interface Outcome {
  written: number;
  errors: string[];
  lag: number;
}

// Again, when something else took the machine from all of them.
test(`eight writers for ${seconds} s`, { timeout: 120_000, retry: 2 }, async () => {
  const file = join(makeFolder(), "test.db");
  await (await openTestStore({ file })).close();
  const args = [file, migrationsDirectory, String(seconds)];
  const writers = Array.from({ length: 8 }, () => startChild(writer.file, args));
  await Promise.all(writers.map(({ ready }) => ready));
  for (const one of writers) one.go();
  await Promise.all(writers.map(({ closed }) => closed));
  const outcomes = writers.map(({ said }) => JSON.parse(said().at(-1) ?? "") as Outcome);
  const written = outcomes.map((outcome) => outcome.written);
  const lag = Math.max(...outcomes.map((outcome) => outcome.lag));
  tell(
    `P4: 8 writers, ${seconds} s, ${written.join("+")} events, longest event-loop lag ${lag.toFixed(0)} ms`,
  );
  expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
  expect(findFaults(file, [])).toEqual({ lost: [], broken: [] });
  expect(Math.min(...written)).toBeGreaterThan(0);
  expect(lag).toBeLessThan(mostLag);
});
