// A client whose server is killed does not know what was stored, and calls again with the same key: nothing is there twice.
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, test } from "vitest";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { dice, howMany, seed, tell } from "../torture/plan.ts";
import { findFaults } from "./acknowledged.ts";
import { bundle } from "./bundle.ts";
import { startChild } from "./child.ts";

const retrier = bundle("retrier");
afterAll(() => retrier.remove());

const kills = howMany(200, 1_000);
const clients = ["ada", "grace"];

/** What each call has stored, in the order in which it came. */
const stored = {
  event: "SELECT content FROM events WHERE content LIKE ? ORDER BY seq",
  first: "SELECT content FROM events WHERE content LIKE ? ORDER BY seq",
  second: "SELECT content FROM events WHERE content LIKE ? ORDER BY seq",
  run: "SELECT prompt FROM runs WHERE prompt LIKE ? ORDER BY id",
  fork: "SELECT title FROM sessions WHERE title LIKE ? ORDER BY id",
  checkpoint: "SELECT label FROM checkpoints WHERE label LIKE ? ORDER BY id",
  restored: "SELECT title FROM sessions WHERE title LIKE ? ORDER BY id",
  job: "SELECT prompt FROM jobs WHERE prompt LIKE ? ORDER BY id",
};

test(`${kills} kills and retries`, { timeout: kills * 1_500 }, async () => {
  const file = join(makeFolder(), "test.db");
  await (await openTestStore({ file })).close();
  const steps = await Promise.all(clients.map((name) => retryOften(file, name, kills / clients.length)));
  expect(findFaults(file, []), `seed ${seed}`).toEqual({ lost: [], broken: [] });
  const db = new Database(file, { readonly: true });
  const made = "SELECT idempotency_key FROM sessions WHERE forked_from_session_id IS NULL ORDER BY 1";
  expect(db.prepare(made).pluck().all()).toEqual(clients);
  for (const [i, name] of clients.entries()) {
    for (const [kind, sql] of Object.entries(stored)) {
      const texts = db.prepare(sql).pluck().all(`${name} ${kind} %`);
      // In order, each once; the last may have been stored without anybody having heard of it.
      expect(texts, `seed ${seed}`).toEqual(texts.map((_, step) => `${name} ${kind} ${step}`));
      expect(texts.length, kind).toBeGreaterThanOrEqual(steps[i] ?? 0);
    }
  }
  db.close();
  const done = steps.reduce((sum, step) => sum + step);
  // Else nobody came to the end of anything.
  expect(done).toBeGreaterThan(0);
  tell(`P3: ${kills} kills and retries, ${done} steps, 0 twice`);
});

/** One client: its server is killed at any moment, and it goes on with what it has no answer for. Returns its steps. */
async function retryOften(file: string, name: string, times: number): Promise<number> {
  const random = dice(`retries of ${name}`);
  const told: unknown[] = [];
  for (let time = 0; time < times; time++) {
    // Sometimes the answer is lost as well.
    const from = Math.max(0, told.length - Math.floor(random() * 3));
    for (const answer of await runUntilKilled([file, migrationsDirectory, name, String(from)], random)) {
      // A repeat is told what the first call was.
      expect(answer.told, `step ${answer.step}, seed ${seed}`).toEqual(told[answer.step] ?? answer.told);
      told[answer.step] = answer.told;
    }
  }
  return told.length;
}

interface Answer {
  step: number;
  told: unknown;
}

/** Returns what it said of the steps that it came to the end of. */
async function runUntilKilled(args: string[], random: () => number): Promise<Answer[]> {
  const child = startChild(retrier.file, args);
  await child.ready;
  await new Promise((resolve) => setTimeout(resolve, random() * 40));
  await child.kill();
  expect(await child.closed).toEqual({ code: null, signal: "SIGKILL" });
  return child
    .said()
    .slice(1)
    .map((line) => JSON.parse(line) as Answer);
}
