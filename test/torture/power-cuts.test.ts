// The power goes at any moment: at durability `full` what was acknowledged is there, at `normal` it need not be, and at
// neither is the file broken. One recorded run of a writer gives any number of cuts.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeFolder, migrationsDirectory } from "../open-test-store.ts";
import { type Acknowledged, type Faults, findFaults } from "../processes/acknowledged.ts";
import { bundle, bundleEnvironment } from "../processes/bundle.ts";
import { openStoreAt } from "../processes/open-store.ts";
import { writerSession } from "../processes/records.ts";
import { Disk, type Operation, readJournal } from "./disk.ts";
import { dice, howMany, seed, tell } from "./plan.ts";

const whyNot = whyNotRecorded();

function whyNotRecorded(): string | undefined {
  if (process.platform !== "linux") return "LD_PRELOAD is needed";
  return spawnSync("gcc", ["--version"]).status === 0 ? undefined : "gcc is not installed";
}

const writer = bundle("recorded-writer", import.meta.dirname);
afterAll(() => writer.remove());

const cuts = howMany(100, 1_000);

describe.skipIf(whyNot !== undefined)(`the power cut${whyNot ? ` (SKIPPED: ${whyNot})` : ""}`, () => {
  test("the recording is all that the writer did to the disk", { timeout: 120_000 }, () => {
    const { folder, operations } = record("full");
    const disk = new Disk();
    for (const operation of operations) disk.apply(operation);
    const names = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
    expect([...disk.now().keys()].toSorted()).toEqual(names.toSorted());
    for (const [name, bytes] of disk.now()) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
  });

  test(`${cuts} times at full: nothing is lost`, { timeout: 1_800_000 }, async () => {
    const { lost, broken } = await cutOften("full");
    expect({ lost: lost.length, broken }, `seed ${seed}`).toEqual({ lost: 0, broken: [] });
  });

  test(`${cuts} times at normal: some is lost, or this test sees nothing`, {
    timeout: 1_800_000,
  }, async () => {
    const { lost, broken } = await cutOften("normal");
    expect(broken, `seed ${seed}`).toEqual([]);
    expect(lost.length, `seed ${seed}`).toBeGreaterThan(0);
  });
});

/** A run of the writer on an empty folder, with all that it did there. */
function record(durability: "full" | "normal"): { folder: string; operations: Operation[] } {
  const [folder, work] = [realpathSync(makeFolder()), makeFolder()];
  const [library, journal] = [join(work, "disk-journal.so"), join(work, "journal")];
  const source = join(import.meta.dirname, "disk-journal.c");
  const compile = ["-shared", "-fPIC", "-O2", "-Wall", "-o", library, source, "-ldl", "-lpthread"];
  expect(spawnSync("gcc", compile, { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  const args = [writer.file, join(folder, "test.db"), migrationsDirectory, durability];
  const recording = { LD_PRELOAD: library, DISK_FOLDER: folder, DISK_JOURNAL: journal };
  const env = { ...bundleEnvironment, ...recording };
  const ran = spawnSync(process.execPath, args, {
    env,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  expect(ran).toMatchObject({ status: 0, stderr: "" });
  return { folder, operations: [...readJournal(readFileSync(journal))] };
}

/** The faults of all cuts together; an event counts in every cut that lost it. */
async function cutOften(durability: "full" | "normal"): Promise<Faults> {
  const { operations } = record(durability);
  const random = dice(durability);
  const moments = Array.from({ length: cuts }, () => Math.floor(random() * (operations.length + 1)));
  const faults: Faults = { lost: [], broken: [] };
  const [disk, acknowledged, place] = [new Disk(), [] as Acknowledged[], makeFolder()];
  let [done, cutsWithLoss] = [0, 0];
  for (const moment of moments.toSorted((a, b) => a - b)) {
    for (const operation of operations.slice(done, moment)) {
      disk.apply(operation);
      if (operation.kind === "say") acknowledged.push(JSON.parse(operation.text));
    }
    done = moment;
    const { lost, broken } = await startAgain(join(place, "cut"), disk.afterCut(random), acknowledged);
    faults.lost.push(...lost);
    if (lost.length > 0) cutsWithLoss += 1;
    faults.broken.push(...broken.map((what) => `at operation ${moment}: ${what}`));
  }
  tell(`P2 ${durability}: ${cuts} cuts, ${cutsWithLoss} lost something, ${faults.broken.length} broken`);
  return faults;
}

/** A store is opened on what is left, and takes a write. */
async function startAgain(
  folder: string,
  files: Map<string, Buffer>,
  acknowledged: readonly Acknowledged[],
): Promise<Faults> {
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const file = join(folder, "test.db");
  try {
    const store = await openStoreAt(file, migrationsDirectory);
    await store.createSession(writerSession);
    await store.close();
    return findFaults(file, acknowledged);
  } catch (error) {
    return { lost: [], broken: [String(error)] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
