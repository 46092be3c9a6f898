// Eight that write as fast as they can: none is told `busy`, and none keeps its own event loop waiting.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { findFaults } from "../processes/acknowledged.ts";
import { bundle, bundleEnvironment } from "../processes/bundle.ts";
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
  const writers = Array.from({ length: 8 }, () => startWriter(file));
  await Promise.all(writers.map(({ ready }) => ready));
  for (const { child } of writers) child.stdin.write("go\n");
  const outcomes = await Promise.all(writers.map(({ outcome }) => outcome));
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

function startWriter(file: string) {
  const child = spawn(process.execPath, [writer.file, file, migrationsDirectory, String(seconds)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const closed = once(child, "close");
  const outcome = closed.then(() => JSON.parse(said.split("\n").at(-2) ?? "") as Outcome);
  return { child, ready: Promise.race([once(child.stdout, "data"), closed]), outcome };
}
