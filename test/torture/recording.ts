// Runs the writer with disk-journal.c preloaded: what it did to the disk, in order.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { bundleEnvironment } from "../processes/bundle.ts";
import { type Operation, readJournal } from "./disk.ts";

/** Why nothing can be preloaded here. */
export const whyNot =
  process.platform !== "linux"
    ? "LD_PRELOAD is needed"
    : spawnSync("gcc", ["--version"]).status === 0
      ? undefined
      : "gcc is not installed";

/** A library to preload. */
export function compile(source: string): string {
  const library = join(makeFolder(), "preloaded.so");
  const args = ["-shared", "-fPIC", "-O2", "-Wall", "-o", library, source, "-ldl", "-lpthread"];
  expect(spawnSync("gcc", args, { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  return library;
}

export interface Recording {
  /** The folder as it was before, and as the run has left it. */
  before: Map<string, Buffer>;
  after: Map<string, Buffer>;
  operations: Operation[];
}

/** A run of `script`, with `args` behind the store's file, which is in `folder`. */
export function record(script: string, args: readonly string[], folder = makeFolder()): Recording {
  const [watched, journal] = [realpathSync(folder), join(makeFolder(), "journal")];
  const library = compile(join(import.meta.dirname, "disk-journal.c"));
  const before = filesOf(watched);
  const ran = spawnSync(process.execPath, [script, join(watched, "test.db"), ...args], {
    env: { ...bundleEnvironment, LD_PRELOAD: library, DISK_FOLDER: watched, DISK_JOURNAL: journal },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  expect(ran).toMatchObject({ status: 0, stderr: "" });
  return { before, after: filesOf(watched), operations: [...readJournal(readFileSync(journal))] };
}

function filesOf(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name))]));
}
