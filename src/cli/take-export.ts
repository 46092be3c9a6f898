// `backstory import FILE.jsonl`: an export → the store.
import type { FileHandle } from "node:fs/promises";
import { StoreError } from "../db/errors.ts";
import {
  type PortableCounts,
  type PortableRecord,
  type PortableTaken,
  portableKinds,
} from "../db/portable.ts";
import type { Store } from "../db/store.ts";
import { type Line, openFile, readLines } from "../hosts/lines.ts";
import { exportVersion, isHeader } from "./export-header.ts";

// Records, or characters of them, in a transaction.
const mostRecords = 200;
const mostText = 1024 * 1024;
// A thousand todos, or an event with a hundred calls of two megabytes each, is a line.
const longestLine = 512 * 1024 * 1024;

export type TakenExport = Omit<PortableTaken, "counts"> & { counts: Partial<PortableCounts> };

/** By its first line. */
export async function isExport(path: string): Promise<boolean> {
  try {
    const file = await openFile(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
      const [first = ""] = buffer.toString("utf8", 0, bytesRead).split("\n", 1);
      return isHeader(JSON.parse(first));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** `store` null: counts what it has. `invalid_input`: it is of a newer form, or broken. */
export async function takeExport(path: string, store: Store | null): Promise<TakenExport> {
  const file = await openFile(path);
  try {
    if (store !== null) return await store.portable.take(readRecords(file, path));
    const counts: Partial<PortableCounts> = {};
    for await (const records of readRecords(file, path))
      for (const { kind } of records) counts[kind] = (counts[kind] ?? 0) + 1;
    return { counts, leftForks: [] };
  } finally {
    await file.close();
  }
}

async function* readRecords(file: FileHandle, path: string): AsyncGenerator<PortableRecord[]> {
  let batch: PortableRecord[] = [];
  let text = 0;
  let number = 0;
  for await (const lines of readLines(file, { from: 0, mostBytes: longestLine })) {
    for (const line of lines) {
      number += 1;
      const record = toRecord(line, { path, number });
      if (record === null) continue;
      batch.push(record);
      text += line.bytes;
      if (batch.length < mostRecords && text < mostText) continue;
      yield batch;
      [batch, text] = [[], 0];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Null: the header. */
function toRecord({ text, whole }: Line, { path, number }: { path: string; number: number }) {
  const value = parse(text);
  if (number === 1 && isHeader(value)) {
    if (value.version === exportVersion) return null;
    throw new StoreError(
      "invalid_input",
      `${path} has version ${value.version} of the export's form; this Backstory knows ${exportVersion}.`,
      "Update Backstory. Nothing was taken in.",
    );
  }
  if (isRecord(value)) return value;
  throw new StoreError(
    "invalid_input",
    `Line ${number} of ${path} is no record${whole ? "" : ": it is cut off"}.`,
    "What comes before it was taken in or was there; with the line mended, import it again.",
  );
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is PortableRecord {
  const kinds: readonly unknown[] = portableKinds;
  return value !== null && typeof value === "object" && "kind" in value && kinds.includes(value.kind);
}
