// A client whose server is killed does not know what was stored, and calls again with the same key: nothing is there twice.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { dice, howMany, seed, tell } from "../torture/plan.ts";
import { findFaults } from "./acknowledged.ts";
import { bundle, bundleEnvironment } from "./bundle.ts";

const retrier = bundle("retrier");
afterAll(() => retrier.remove());

const kills = howMany(200, 500);
const clients = ["ada", "grace"];

test(`${kills} kills and retries`, { timeout: kills * 1_500 }, async () => {
  const file = join(makeFolder(), "test.db");
  await (await openTestStore({ file })).close();
  const steps = await Promise.all(clients.map((name) => retryOften(file, name, kills / clients.length)));
  expect(findFaults(file, []), `seed ${seed}`).toEqual({ lost: [], broken: [] });
  const db = new Database(file, { readonly: true });
  expect(db.prepare("SELECT idempotency_key FROM sessions ORDER BY 1").pluck().all()).toEqual(clients);
  for (const [i, name] of clients.entries()) {
    const events = db.prepare("SELECT content FROM events WHERE content LIKE ? ORDER BY seq").pluck();
    const stored = events.all(`${name}-%`);
    // In order, each once; the last may have been stored without anybody having heard of it.
    expect(stored, `seed ${seed}`).toEqual(stored.map((_, step) => `${name}-${step}`));
    expect(stored.length).toBeGreaterThanOrEqual(steps[i] ?? 0);
    const jobs = db
      .prepare("SELECT prompt FROM jobs WHERE prompt LIKE ? ORDER BY id")
      .pluck()
      .all(`${name}-%`);
    expect(jobs, `seed ${seed}`).toEqual(jobs.map((_, step) => `${name}-${step}`));
  }
  db.close();
  tell(`P3: ${kills} kills and retries, ${steps.reduce((sum, step) => sum + step)} steps, 0 twice`);
});

/** One client: its server is killed at any moment, and it goes on with what it has no answer for. Returns its steps. */
async function retryOften(file: string, name: string, times: number): Promise<number> {
  const random = dice(`retries of ${name}`);
  let next = 0;
  for (let time = 0; time < times; time++) {
    // Sometimes the answer is lost as well.
    const from = Math.max(0, next - Math.floor(random() * 3));
    next = Math.max(next, await runUntilKilled([file, migrationsDirectory, name, String(from)], random));
  }
  return next;
}

/** Returns the step behind the last of which it said that it is done. */
async function runUntilKilled(args: string[], random: () => number): Promise<number> {
  const child = spawn(process.execPath, [retrier.file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await new Promise((resolve) => setTimeout(resolve, random() * 20));
  child.kill("SIGKILL");
  const [code, signal] = await closed;
  expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
  return Number(said.split("\n").at(-2) ?? "ready") + 1 || 0;
}
