// How a session ended, when its runs do not all say the same.
import { expect, it } from "vitest";
import type { Run } from "../../src/db/records.ts";
import { findEnding } from "../../src/resume/ending.ts";
import { crashed, now, run } from "./facts.ts";

const second = 1_000;
const done = (overrides: Partial<Run> = {}) =>
  run({ id: "run_done", status: "completed", endedAt: now, ...overrides });

const cases: [string, Run[], number, string, string | undefined][] = [
  ["no run is unknown", [], now, "unknown", undefined],
  ["a running one", [run()], now, "running", run().id],
  ["an orderly end", [done()], now, "completed", "run_done"],
  ["a crash", [crashed({ id: "run_crashed" })], now, "crashed", "run_crashed"],
  [
    "a crash of the agent, though a command it had started ended well",
    [
      done({ startedAt: now - second, endedAt: now - second }),
      crashed({ id: "run_crashed", startedAt: now - 9 * second }),
    ],
    now - second,
    "crashed",
    "run_crashed",
  ],
  [
    "a crash, while the next run has only just begun",
    [run({ startedAt: now + second }), crashed({ id: "run_crashed" })],
    now,
    "crashed",
    "run_crashed",
  ],
  [
    "what still runs, when it has recorded something behind the crash",
    [run({ id: "run_next", startedAt: now + second }), crashed()],
    now + 2 * second,
    "running",
    "run_next",
  ],
  [
    "an orderly end behind a crash",
    [done({ startedAt: now + second, endedAt: now + 2 * second }), crashed()],
    now,
    "completed",
    "run_done",
  ],
  [
    "the last of several ends",
    [
      done({ id: "run_short", startedAt: now + second, endedAt: now + second }),
      run({ id: "run_long", status: "failed", endedAt: now + 5 * second }),
    ],
    now,
    "failed",
    "run_long",
  ],
  [
    "a crash behind which the session went on without a run",
    [crashed({ id: "run_crashed", endedAt: now - second })],
    now,
    "continued",
    "run_crashed",
  ],
  [
    "a crash behind which it went on while another run was there all along",
    [run({ startedAt: now - 9 * second }), crashed({ id: "run_crashed", endedAt: now - second })],
    now,
    "continued",
    "run_crashed",
  ],
  [
    "a crash that is not yet marked",
    [crashed({ id: "run_crashed", startedAt: now - second, endedAt: null })],
    now,
    "crashed",
    "run_crashed",
  ],
  ["what still runs before what has ended", [done(), run({ id: "run_on" })], now, "running", "run_on"],
];

it.each(cases)("%s", (_what, runs, updatedAt, state, runId) => {
  const ending = findEnding({ session: { updatedAt }, runs, lastEvents: [{ createdAt: updatedAt }] });
  expect([ending.state, ending.run?.id]).toEqual([state, runId]);
});
