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
import { type ExportEnd, exportVersion, isEnd, isHeader } from "./export-header.ts";

// Records, or characters of them, in a transaction.
const mostRecords = 200;
const mostText = 1024 * 1024;
// A thousand todos, or an event with a hundred calls of two megabytes each, is a line.
const longestLine = 512 * 1024 * 1024;

export interface TakenExport extends Omit<PortableTaken, "counts"> {
  counts: Partial<PortableCounts>;
  /** Its last line is there, and says what was read. */
  isWhole: boolean;
}

/** By its first line. */
export async function isExport(path: string): Promise<boolean> {
  try {
    const file = await openFile(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
      const [first = ""] = buffer.toString("utf8", 0, bytesRead).split("\n", 1);
      return isHeader(parse(withoutMark(first)));
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
    const reading = new Reading(path);
    if (store !== null) {
      const taken = await store.portable.take(reading.recordsOf(file));
      return { ...taken, isWhole: reading.isWhole };
    }
    for await (const _records of reading.recordsOf(file));
    return { counts: reading.counts, leftForks: [], isWhole: reading.isWhole };
  } finally {
    await file.close();
  }
}

class Reading {
  readonly counts: Partial<PortableCounts> = {};
  readonly #path: string;
  #line = 0;
  #end: ExportEnd | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isWhole(): boolean {
    const said = this.#end?.records;
    return (
      said !== undefined && portableKinds.every((kind) => (said[kind] ?? 0) === (this.counts[kind] ?? 0))
    );
  }

  async *recordsOf(file: FileHandle): AsyncGenerator<PortableRecord[]> {
    let batch: PortableRecord[] = [];
    let text = 0;
    for await (const lines of readLines(file, { from: 0, mostBytes: longestLine })) {
      for (const line of lines) {
        this.#line += 1;
        const record = this.#toRecord(line);
        if (record === null) continue;
        batch.push(record);
        this.counts[record.kind] = (this.counts[record.kind] ?? 0) + 1;
        text += line.bytes;
        if (batch.length < mostRecords && text < mostText) continue;
        yield batch;
        [batch, text] = [[], 0];
      }
    }
    if (batch.length > 0) yield batch;
  }

  /** Null: the first line, or the last. */
  #toRecord({ text, whole }: Line): PortableRecord | null {
    const value = parse(this.#line === 1 ? withoutMark(text ?? "") : text);
    if (this.#line === 1 && isHeader(value)) {
      if (value.version === exportVersion) return null;
      throw new StoreError(
        "invalid_input",
        `${this.#path} has version ${value.version} of the export's form; this Backstory knows ${exportVersion}.`,
        "Update Backstory. Nothing was taken in.",
      );
    }
    if (isEnd(value)) {
      this.#end = value;
      return null;
    }
    if (isRecord(value)) return value;
    throw new StoreError(
      "invalid_input",
      `Line ${this.#line} of ${this.#path} is no record${whole ? "" : ": it is cut off"}.`,
      "What comes before it was taken in or was there; with the line mended, import it again.",
    );
  }
}

/** Some editors put a byte order mark before what they save. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
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
