import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Line, openFile, readLines } from "../../src/hosts/lines.ts";

const path = join(mkdtempSync(join(tmpdir(), "backstory-lines-")), "lines");

async function linesOf(
  content: string | Buffer,
  options: { from?: number; mostBytes?: number } = {},
): Promise<Line[]> {
  writeFileSync(path, content);
  const file = await openFile(path);
  try {
    const lines: Line[] = [];
    for await (const batch of readLines(file, { from: 0, ...options })) lines.push(...batch);
    return lines;
  } finally {
    await file.close();
  }
}

it("says where each line ends, and whether a newline ended it", async () => {
  const lines = await linesOf("a\n\nbc\nd");
  expect(lines.map(({ text, end, whole }) => [text, end, whole])).toEqual([
    ["a", 2, true],
    ["", 3, true],
    ["bc", 6, true],
    ["d", 7, false],
  ]);
});

it("begins at a byte", async () => {
  const lines = await linesOf("é1\né2\n", { from: 4 });
  expect(lines.map(({ text, end }) => [text, end])).toEqual([["é2", 8]]);
});

it("puts lines together that lie over several pieces of the file", async () => {
  const long = "é".repeat(400_000);
  const lines = await linesOf(`${long}\n${long}2\n`);
  expect(lines.map(({ text }) => text?.length)).toEqual([400_000, 400_001]);
  expect(lines.every(({ lossy }) => !lossy)).toBe(true);
});

it("keeps nothing of a line that is too long, and goes on behind it", async () => {
  const lines = await linesOf(`a\n${"x".repeat(2_000_000)}\nb\n`, { mostBytes: 1_000_000 });
  expect(lines.map(({ text, bytes }) => [text, bytes])).toEqual([
    ["a", 1],
    [null, 2_000_000],
    ["b", 1],
  ]);
});

it("replaces what is not UTF-8, and says so", async () => {
  const lines = await linesOf(Buffer.from("caf\xe9\nok\n", "latin1"));
  expect(lines.map(({ text, lossy }) => [text, lossy])).toEqual([
    ["caf\uFFFD", true],
    ["ok", false],
  ]);
});

it("has no lines for an empty file, and none for a folder", async () => {
  expect(await linesOf("")).toEqual([]);
  await expect(openFile(tmpdir())).rejects.toThrow();
});
