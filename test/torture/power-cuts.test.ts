// The power goes at any moment: at durability `full` what was acknowledged is there, at `normal` it need not be, and at
// neither is the file broken. One recorded run gives any number of cuts.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, describe, expect, test } from "vitest";
import { makeFolder, migrationsDirectory } from "../open-test-store.ts";
import { type Acknowledged, type Faults, findFaults } from "../processes/acknowledged.ts";
import { bundle } from "../processes/bundle.ts";
import { copiesOf, withMigration } from "../processes/files.ts";
import { openStoreAt } from "../processes/open-store.ts";
import { numberedEvent, writerSession } from "../processes/records.ts";
import { Disk } from "./disk.ts";
import { dice, howMany, seed, tell } from "./plan.ts";
import { type Recording, record, whyNot } from "./recording.ts";

if (whyNot !== undefined) process.stdout.write(`The power cuts are SKIPPED: ${whyNot}.\n`);

const writer = bundle("recorded-writer", import.meta.dirname);
afterAll(() => writer.remove());

const cuts = howMany(100, 1_000);
const timeout = cuts * 2_000;

// In each opening enough for a checkpoint after the reply, with work behind it that no checkpoint has seen.
const [openings, events] = ["4", "260"];

function recordWriter(durability: "full" | "normal"): Recording {
  return record(writer.file, [migrationsDirectory, durability, openings, events]);
}

describe.skipIf(whyNot !== undefined)("the power cut", () => {
  test("the recording is all that the writer did to the disk", { timeout: 120_000 }, () => {
    const { before, after, operations } = recordWriter("full");
    const disk = new Disk(before);
    for (const operation of operations) disk.apply(operation);
    expect([...disk.now().keys()].toSorted()).toEqual([...after.keys()]);
    for (const [name, bytes] of disk.now()) expect(after.get(name)?.equals(bytes), name).toBe(true);
  });

  test(`${cuts} times at full: nothing is lost`, { timeout }, async () => {
    const { lost, broken } = await cutOften("full", recordWriter("full"));
    expect({ lost: lost.length, broken }, `seed ${seed}`).toEqual({ lost: 0, broken: [] });
  });

  test(`${cuts} times at normal: some is lost, or this test sees nothing`, { timeout }, async () => {
    const { lost, broken } = await cutOften("normal", recordWriter("normal"));
    expect(broken, `seed ${seed}`).toEqual([]);
    expect(lost.length, `seed ${seed}`).toBeGreaterThan(0);
  });

  test(`${cuts} times in an upgrade: nothing is lost, and there is a copy`, { timeout }, async () => {
    const folder = makeFolder();
    const known = await fill(join(folder, "test.db"));
    const migrations = withMigration("UPDATE events SET agent = 'upgraded'");
    const recording = record(writer.file, [migrations, "full", "1", "5"], folder);
    const { lost, broken } = await cutOften("upgrade", recording, { known, migrations });
    expect({ lost: lost.length, broken }, `seed ${seed}`).toEqual({ lost: 0, broken: [] });
  });
});

async function fill(file: string): Promise<Acknowledged[]> {
  const store = await openStoreAt(file, migrationsDirectory);
  const { record: session } = await store.createSession(writerSession);
  const made: Acknowledged[] = [];
  for (let i = 0; i < 300; i++) {
    const content = `${i} ${"x".repeat(500)}`;
    await store.appendEvent(numberedEvent(session.id, i, content));
    made.push({ sessionId: session.id, seq: i + 1, content });
  }
  await store.close();
  return made;
}

interface Upgrade {
  /** What was stored before the recording began. */
  known: readonly Acknowledged[];
  migrations: string;
}

/** The faults of all cuts together; an event counts in every cut that lost it. */
async function cutOften(name: string, { before, operations }: Recording, upgrade?: Upgrade): Promise<Faults> {
  const random = dice(name);
  const moments = Array.from({ length: cuts }, () => Math.floor(random() * (operations.length + 1)));
  const faults: Faults = { lost: [], broken: [] };
  const [disk, acknowledged, place] = [new Disk(before), [...(upgrade?.known ?? [])], makeFolder()];
  let [done, cutsWithLoss] = [0, 0];
  for (const moment of moments.toSorted((a, b) => a - b)) {
    for (const operation of operations.slice(done, moment)) {
      disk.apply(operation);
      if (operation.kind === "say") acknowledged.push(JSON.parse(operation.text));
    }
    done = moment;
    const folder = join(place, "cut");
    mkdirSync(folder);
    for (const [file, bytes] of disk.afterCut(random)) writeFileSync(join(folder, file), bytes);
    const { lost, broken } = await startAgain(join(folder, "test.db"), acknowledged, upgrade);
    rmSync(folder, { recursive: true });
    faults.lost.push(...lost);
    if (lost.length > 0) cutsWithLoss += 1;
    faults.broken.push(...broken.map((what) => `at operation ${moment} of ${operations.length}: ${what}`));
  }
  tell(`P2 ${name}: ${cuts} cuts, ${cutsWithLoss} lost something, ${faults.broken.length} broken`);
  return faults;
}

/** A store is opened on what is left, and takes a write. */
async function startAgain(
  file: string,
  acknowledged: readonly Acknowledged[],
  upgrade: Upgrade | undefined,
): Promise<Faults> {
  try {
    const store = await openStoreAt(file, upgrade?.migrations ?? migrationsDirectory);
    await store.createSession(writerSession);
    await store.close();
    const faults = findFaults(file, acknowledged);
    if (upgrade) faults.broken.push(...faultsOfCopies(file, upgrade.known));
    return faults;
  } catch (error) {
    return { lost: [], broken: [String(error)] };
  }
}

/** Whoever upgraded it, this one or the one before the cut, has left a copy; and what has a copy's name is whole. */
function faultsOfCopies(file: string, known: readonly Acknowledged[]): string[] {
  const copies = copiesOf(file);
  if (copies.length === 0) return ["no copy"];
  return copies.flatMap((copy) => {
    try {
      const { lost, broken } = findFaults(copy, known);
      const db = new Database(copy);
      const upgraded = db.prepare("SELECT count(*) FROM events WHERE agent = 'upgraded'").pluck().get();
      db.close();
      return [...broken, ...(lost.length > 0 || upgraded !== 0 ? ["a copy of something else"] : [])];
    } catch (error) {
      return [`a copy: ${String(error)}`];
    }
  });
}
