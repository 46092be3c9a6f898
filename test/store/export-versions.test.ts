// Every form that an export ever had is still taken in.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { end, exportVersion } from "../../src/cli/export-header.ts";
import { isExport, takeExport } from "../../src/cli/take-export.ts";
import type { PortableRecord } from "../../src/db/portable.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "exports");
const fixture = (version: number) => join(folder, `version-${version}.jsonl`);

it("has a fixture for each version", () => {
  const names = Array.from({ length: exportVersion }, (_, i) => `version-${i + 1}.jsonl`);
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});

it("takes in version 1, and writes it again line by line", async () => {
  const store = await openTestStore();
  expect(await isExport(fixture(1))).toBe(true);
  expect(await takeExport(fixture(1), null)).toMatchObject({ counts: { session: 2, event: 4 } });
  expect(await takeExport(fixture(1), store)).toMatchObject({
    counts: { session: 2, event: 4, run: 1, job: 1 },
    isWhole: false,
  });
  const records: PortableRecord[] = [];
  for await (const batch of store.portable.read({})) records.push(...batch);
  const [, ...lines] = readFileSync(fixture(1), "utf8").trimEnd().split("\n");
  expect(records.map((record) => JSON.stringify(record))).toEqual(lines);
});

it.each([
  ["a newer version", (text: string) => text.replace('"version":1', '"version":999'), /version 999/],
  ["a line that was cut off", (text: string) => text.slice(0, -40), /Line 12 .* cut off/],
  ["a line that is no record", (text: string) => `${text}{"kind":"cat"}\n`, /Line 13/],
])("refuses %s, and says where", async (_what, change, message) => {
  const path = join(makeFolder(), "export.jsonl");
  writeFileSync(path, change(readFileSync(fixture(1), "utf8")));
  const store = await openTestStore();
  await expect(takeExport(path, store)).rejects.toThrow(message);
});

it("knows by its last line whether it is whole", async () => {
  const path = join(makeFolder(), "export.jsonl");
  const lines = readFileSync(fixture(1), "utf8").trimEnd().split("\n");
  const counts = (await takeExport(fixture(1), null)).counts;
  const last = JSON.stringify(end(counts));
  for (const [wanted, text] of [
    [true, [...lines, last]],
    [false, lines],
    [false, [...lines.slice(0, -1), last]],
  ] as const) {
    writeFileSync(path, `${text.join("\n")}\n`);
    expect((await takeExport(path, null)).isWhole).toBe(wanted);
  }
});

it("is no transcript of a host", async () => {
  const path = join(makeFolder(), "session.jsonl");
  writeFileSync(path, '{"type":"user"}\n');
  expect(await isExport(path)).toBe(false);
});
