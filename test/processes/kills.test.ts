// Writers killed at random moments, again and again on one file: what was acknowledged is there, once, in order.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { makeFolder, migrationsDirectory, newSession, openTestStore } from "../open-test-store.ts";
import { bundle, bundleEnvironment } from "./bundle.ts";

const rounds = 100;
// After so many rounds all writers are killed at once and the whole file is checked. In those between one is killed
// and replaced: the log that it left is taken over by the others, or recovered by the next.
const roundsPerCheck = 10;

const writer = bundle("writer");
const opener = bundle("opener");
afterAll(() => {
  writer.remove();
  opener.remove();
});

interface Acknowledged {
  sessionId: string;
  seq: number;
  content: string;
}

interface Writer {
  child: ChildProcess;
  /** It has opened the file. */
  ready: Promise<unknown>;
  /** What it had said, in full lines, when it was gone. */
  acknowledged: Promise<Acknowledged[]>;
}

test.each([1, 4])("%d at once, 100 rounds of SIGKILL", { timeout: 120_000 }, async (count) => {
  const file = join(makeFolder(), "test.db");
  const sessionIds = await createSessions(file);
  const acknowledged: Acknowledged[] = [];
  let writers: Writer[] = [];
  for (let round = 0; round < rounds; round++) {
    while (writers.length < count) {
      // Two sessions: writers meet in a session as well as in the file.
      const sessionId = sessionIds[writers.length % 2] ?? "";
      writers.push(startWriter(file, sessionId, `${round}-${writers.length}`));
    }
    await anyMoment(writers);
    const checked = round % roundsPerCheck === roundsPerCheck - 1;
    const one = Math.floor(Math.random() * count);
    const killed = writers.filter((_, i) => checked || i === one);
    writers = writers.filter((writer) => !killed.includes(writer));
    for (const { child } of killed) child.kill("SIGKILL");
    for (const writer of killed) acknowledged.push(...(await writer.acknowledged));
    if (checked) check(file, acknowledged);
  }
  expect(acknowledged.length).toBeGreaterThan(rounds);
});

/** Some are killed while they open the file, most while they write. */
async function anyMoment(writers: Writer[]): Promise<void> {
  const early = Math.random() < 0.2;
  if (!early) await Promise.all(writers.map(({ ready }) => ready));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * (early ? 100 : 25)));
}

test("the maker of a file killed while it makes it: the next one can open it", async () => {
  const folder = makeFolder();
  for (let round = 0; round < 30; round++) {
    const file = join(folder, `${round}.db`);
    const maker = startOpener(file);
    await once(maker.stdout, "data");
    const closed = once(maker, "close");
    maker.stdin.write("go\n");
    // It takes a few milliseconds; a timer is too coarse for that, and would run after our own I/O.
    const moment = performance.now() + Math.random() * 6;
    while (performance.now() < moment);
    maker.kill("SIGKILL");
    await closed;
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

function startOpener(file: string) {
  const child = spawn(process.execPath, [opener.file, migrationsDirectory, file], {
    stdio: ["pipe", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function createSessions(file: string): Promise<string[]> {
  const store = await openTestStore({ file });
  const made = [await store.createSession(newSession()), await store.createSession(newSession())];
  await store.close();
  return made.map(({ record }) => record.id);
}

function startWriter(file: string, sessionId: string, name: string): Writer {
  const args = [writer.file, file, migrationsDirectory, sessionId, name];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = once(child, "close");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const acknowledged = closed.then(([code, signal]) => {
    expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
    return parse(said);
  });
  return { child, ready: Promise.race([once(child.stdout, "data"), closed]), acknowledged };
}

function parse(said: string): Acknowledged[] {
  const lines = said
    .split("\n")
    .slice(0, -1)
    .filter((line) => line !== "ready");
  return lines.map((line) => {
    const [sessionId = "", seq, content = ""] = line.split(" ");
    return { sessionId, seq: Number(seq), content };
  });
}

function check(file: string, acknowledged: readonly Acknowledged[]): void {
  const db = new Database(file);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(db.pragma("foreign_key_check")).toEqual([]);
  const find = db.prepare("SELECT content FROM events WHERE session_id = ? AND seq = ?").pluck();
  const lost = acknowledged.filter(({ sessionId, seq, content }) => find.get(sessionId, seq) !== content);
  expect(lost).toEqual([]);
  const twice = "SELECT content FROM events GROUP BY content HAVING count(*) > 1";
  expect(db.prepare(twice).all(), "events twice").toEqual([]);
  const gaps = `SELECT s.id FROM sessions s JOIN events e ON e.session_id = s.id GROUP BY s.id
    HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)`;
  expect(db.prepare(gaps).all(), "gaps in seq").toEqual([]);
  const drifted = `SELECT id FROM sessions s WHERE last_seq <> event_count OR coalesce(input_tokens, 0) <> last_seq
    OR last_seq <> (SELECT count(*) FROM events e WHERE e.session_id = s.id)`;
  expect(db.prepare(drifted).all(), "counters that drifted").toEqual([]);
  const halves = `SELECT seq FROM events e WHERE action_count <>
    (SELECT count(*) FROM actions a WHERE a.session_id = e.session_id AND a.seq = e.seq)`;
  expect(db.prepare(halves).all(), "events without their actions").toEqual([]);
  db.close();
}
