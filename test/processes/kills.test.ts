// Writers killed at random moments, again and again on one file: what was acknowledged is there, once, in order.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, expect, test } from "vitest";
import { newSession } from "../new-records.ts";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { dice, howMany, seed, tell } from "../torture/plan.ts";
import { type Acknowledged, findFaults } from "./acknowledged.ts";
import { bundle } from "./bundle.ts";
import { type Child, startChild } from "./child.ts";
import { numberedEvent } from "./records.ts";

const rounds = howMany(100, 1_000);
// After so many rounds all writers are killed at once and the whole file is checked. In those between one is killed
// and replaced: the log that it left is taken over by the others, or recovered by the next.
const roundsPerCheck = 10;

const writer = bundle("writer");
const opener = bundle("opener");
afterAll(() => {
  writer.remove();
  opener.remove();
});

test.each([1, 8])(`%d at once, ${rounds} rounds of SIGKILL`, { timeout: rounds * 1_500 }, async (count) => {
  const random = dice(`kills of ${count}`);
  const file = join(makeFolder(), "test.db");
  const sessionIds = await createSessions(file);
  const acknowledged: Acknowledged[] = [];
  let writers: Child[] = [];
  for (let round = 0; round < rounds; round++) {
    while (writers.length < count) {
      // Two sessions: writers meet in a session as well as in the file.
      const sessionId = sessionIds[writers.length % 2] ?? "";
      writers.push(startWriter(file, sessionId, `${round}-${writers.length}`));
    }
    await anyMoment(writers, random);
    const checked = round % roundsPerCheck === roundsPerCheck - 1;
    const one = Math.floor(random() * count);
    const killed = writers.filter((_, i) => checked || i === one);
    writers = writers.filter((writer) => !killed.includes(writer));
    for (const writer of killed) void writer.kill();
    for (const writer of killed) acknowledged.push(...(await acknowledgedBy(writer)));
    if (checked) expect(findFaults(file, acknowledged), `seed ${seed}`).toEqual({ lost: [], broken: [] });
  }
  expect(acknowledged.length).toBeGreaterThan(rounds);
  tell(`P1 ${count} writers: ${rounds} rounds of SIGKILL, ${acknowledged.length} acknowledged, 0 lost`);
});

test("a writer that acknowledges before it commits is found out", async () => {
  const random = dice("a writer that is too early");
  const file = join(makeFolder(), "test.db");
  const [sessionId = ""] = await createSessions(file);
  const acknowledged: Acknowledged[] = [];
  for (let round = 0; round < 10; round++) {
    const writer = startWriter(file, sessionId, `${round}`, "too-early");
    await writer.ready;
    await sleep(random() * 25);
    void writer.kill();
    acknowledged.push(...(await acknowledgedBy(writer)));
  }
  const { lost, broken } = findFaults(file, acknowledged);
  expect(lost.length, `seed ${seed}`).toBeGreaterThan(0);
  expect(broken).toEqual([]);
});

test("an event that is lost is found out by what is left, too", async () => {
  const file = join(makeFolder(), "test.db");
  const [sessionId = ""] = await createSessions(file);
  const store = await openTestStore({ file });
  for (let i = 0; i < 3; i++) await store.appendEvent(numberedEvent(sessionId, i, `${i}`));
  const stored = [0, 1, 2].map((i) => ({ sessionId, seq: i + 1, content: `${i}` }));
  expect(findFaults(file, stored)).toEqual({ lost: [], broken: [] });
  const db = new Database(file);
  db.exec("DELETE FROM events WHERE seq = 2");
  db.close();
  const { lost, broken } = findFaults(file, stored);
  expect(lost).toEqual([stored[1]]);
  expect(broken.join()).toMatch(/gaps in seq.*counters that drifted/);
});

/** Some are killed while they open the file, most while they write. */
async function anyMoment(writers: Child[], random: () => number): Promise<void> {
  const early = random() < 0.2;
  if (!early) await Promise.all(writers.map(({ ready }) => ready));
  await sleep(random() * (early ? 100 : 25));
}

test("the maker of a file killed while it makes it: the next one can open it", async () => {
  const random = dice("the making of a file");
  const folder = makeFolder();
  for (let round = 0; round < 30; round++) {
    const file = join(folder, `${round}.db`);
    const maker = startChild(opener.file, [migrationsDirectory, file]);
    await maker.ready;
    maker.go();
    // It takes a few milliseconds; a timer is too coarse for that, and would run after our own I/O.
    const moment = performance.now() + random() * 6;
    while (performance.now() < moment);
    await maker.kill();
    await expectOpens(file);
  }
});

async function expectOpens(file: string): Promise<void> {
  const store = await openTestStore({ file });
  await store.createSession(newSession());
  await store.close();
  const db = new Database(file, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
}

async function createSessions(file: string): Promise<string[]> {
  const store = await openTestStore({ file });
  const made = [await store.createSession(newSession()), await store.createSession(newSession())];
  await store.close();
  return made.map(({ record }) => record.id);
}

function startWriter(
  file: string,
  sessionId: string,
  name: string,
  when: "stored" | "too-early" = "stored",
): Child {
  return startChild(writer.file, [file, migrationsDirectory, sessionId, name, when]);
}

/** What a killed writer had said when it was gone. */
async function acknowledgedBy({ closed, said }: Child): Promise<Acknowledged[]> {
  expect(await closed).toEqual({ code: null, signal: "SIGKILL" });
  const lines = said().filter((line) => line !== "ready");
  return lines.map((line) => {
    const [sessionId = "", seq, content = ""] = line.split(" ");
    return { sessionId, seq: Number(seq), content };
  });
}
