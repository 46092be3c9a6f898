// `backstory import`, `watch` and `exclude` as a user runs them: killed, beside others, on a file that grows.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { rowsOf } from "../capture/importing.ts";
import { lineOf, linesOf, makeHome } from "../capture/transcripts.ts";
import { newEvent, newSession } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { dice, seed } from "../torture/plan.ts";
import { program, startProgram, testEnvironment } from "./program.ts";

const a = { sessionId: "a" };

function run(home: string, ...args: string[]) {
  const env = { ...testEnvironment(), HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** With the paths of the folder the same for every store of a test. */
function importOnce(home: string, db: string, ...args: string[]) {
  const done = run(home, "--db", db, "import", "--json", ...args);
  return { ...done, summary: done.stdout === "" ? null : JSON.parse(done.stdout) };
}

test("an import that is killed again and again is, in the end, one that was not", {
  timeout: 180_000,
}, async () => {
  const text = "woven ".repeat(500);
  const { home } = makeHome({
    "x/a.jsonl": linesOf(4_000, { ...a, text }),
    "x/b.jsonl": linesOf(2_000, { sessionId: "b", text }),
  });
  const [undisturbed, killed] = [join(makeFolder(), "one.db"), join(makeFolder(), "two.db")];
  importOnce(home, undisturbed);
  const random = dice("imports");
  let kills = 0;
  for (let round = 0; round < 20; round++) {
    const importing = startProgram({ args: ["import"], db: killed, env: { HOME: home } });
    const timer = setTimeout(() => importing.child.kill("SIGKILL"), 250 + random() * 700);
    const { signal } = await importing.ended;
    clearTimeout(timer);
    if (signal === null) break;
    kills += 1;
  }
  const { summary } = importOnce(home, killed);
  expect(summary.problems).toEqual([]);
  expect(kills).toBeGreaterThan(0);
  expect(rowsOf(killed), `seed ${seed}`).toEqual(rowsOf(undisturbed));
});

test("an import that finds nothing says where it looked", () => {
  const [home, db] = [makeFolder(), join(makeFolder(), "x.db")];
  const { status, stdout } = run(home, "--db", db, "import");
  expect(status).toBe(0);
  expect(stdout).toContain(`claude-code: ${join(home, ".claude", "projects")}`);
  const { home: used } = makeHome({ "x/a.jsonl": linesOf(3, a) });
  expect(run(used, "--db", db, "import").stdout).not.toContain("Nothing was found");
});

test("two imports at once, while a server writes, make nothing twice", async () => {
  const { home } = makeHome({
    "x/a.jsonl": linesOf(1_500, a),
    "y/b.jsonl": linesOf(1_500, { sessionId: "b" }),
  });
  const store = await openTestStore();
  const { record } = await store.createSession(
    newSession({ provider: "claude-code", providerSessionId: "a" }),
  );
  const options = { args: ["import"], db: store.file, env: { HOME: home } };
  const imports = [startProgram(options), startProgram(options)];
  const waits: number[] = [];
  let over = false;
  void Promise.all(imports.map(({ ended }) => ended)).then(() => {
    over = true;
  });
  while (!over) {
    const began = performance.now();
    await store.appendEvent(newEvent(record.id, { content: "by the tool" }));
    waits.push(performance.now() - began);
    await sleep(5);
  }
  expect((await Promise.all(imports.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
  const { items } = await store.listSessions({ limit: 10 });
  expect(items).toHaveLength(2);
  const session = await store.getSession(record.id);
  expect(session.eventCount).toBe(1_000 + waits.length);
});

test("watch follows a file that grows, and one that comes", async () => {
  const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
  const store = await openTestStore();
  const watching = startProgram({ args: ["watch"], db: store.file, env: { HOME: home } });
  const counts = async () =>
    (await store.listSessions({ limit: 10 })).items.map(({ eventCount }) => eventCount);
  const eventually = { timeout: 20_000, interval: 50 };
  await vi.waitFor(async () => expect(await counts()).toEqual([2]), eventually);
  appendFileSync(path("x/a.jsonl"), `${lineOf(3, a)}\n${lineOf(4, a).slice(0, 30)}`);
  await vi.waitFor(async () => expect(await counts()).toEqual([3]), eventually);
  mkdirSync(path("y"));
  writeFileSync(path("y/b.jsonl"), linesOf(3, { sessionId: "b" }));
  await vi.waitFor(async () => expect((await counts()).toSorted()).toEqual([2, 3]), eventually);
  watching.child.kill("SIGTERM");
  expect(await watching.ended).toMatchObject({ code: 0 });
});

test("10,000 files come in, and are only looked at the second time", { timeout: 180_000 }, () => {
  const files = Array.from({ length: 10_000 }, (_, n) => [
    `p${n % 100}/${n}.jsonl`,
    `${lineOf(0, { sessionId: `s${n}` })}\n`,
  ]);
  const { home } = makeHome(Object.fromEntries(files));
  const db = join(makeFolder(), "many.db");
  expect(importOnce(home, db, "--durability", "normal").summary).toMatchObject({
    sessions: 10_000,
    events: 10_000,
  });
  expect(importOnce(home, db).summary).toMatchObject({ sources: { read: 0, unchanged: 10_000 } });
});

test("the exit code tells whether anything could be read, and with --strict whether all was", () => {
  const { home, path } = makeHome({ "x/a.jsonl": `${linesOf(3, a)}not json\n` });
  const db = join(makeFolder(), "test.db");
  expect(importOnce(makeFolder(), db)).toMatchObject({ status: 0, summary: { events: 0 } });
  expect(importOnce(home, db, "--dry-run")).toMatchObject({ status: 0, summary: { events: 2 } });
  expect(importOnce(home, db, "--dry-run", "--strict")).toMatchObject({ status: 1 });
  expect(importOnce(home, db, path("x"), path("nowhere"))).toMatchObject({ status: 0 });
  expect(importOnce(home, db, path("nowhere"))).toMatchObject({ status: 1 });
  expect(run(home, "--db", db, "import", "--host", "nobody")).toMatchObject({ status: 1 });
  expect(run(home, "--db", db, "import", "--since", "soon").stderr).toContain("2026-11-21");
});

test("a dry run makes no database", () => {
  const { home } = makeHome({ "x/a.jsonl": linesOf(3, a) });
  const db = join(makeFolder(), "none.db");
  expect(importOnce(home, db, "--dry-run").summary).toMatchObject({ sessions: 1 });
  expect(existsSync(db)).toBe(false);
});

test("exclude keeps a list of directories that are left out", () => {
  const { home } = makeHome({ "x/a.jsonl": linesOf(3, a) });
  const db = join(makeFolder(), "test.db");
  expect(run(home, "--db", db, "exclude", "list").stdout).toContain(".backstoryignore");
  expect(run(home, "--db", db, "exclude", "add", "/home/ada").stdout).toContain("/home/ada");
  expect(run(home, "--db", db, "exclude", "list", "--json").stdout).toBe('{"directories":["/home/ada"]}\n');
  expect(importOnce(home, db).summary).toMatchObject({ events: 0, left_out: { excluded_sessions: 1 } });
  expect(run(home, "--db", db, "exclude", "remove", "/home/ada").status).toBe(0);
  expect(run(home, "--db", db, "exclude", "remove", "/home/ada").status).toBe(1);
  expect(importOnce(home, db).summary).toMatchObject({ events: 2 });
});
