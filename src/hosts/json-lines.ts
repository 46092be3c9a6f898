// Transcripts of one JSON object a line: from a position to the end, whatever the lines are like. It knows no host's format.
import type { FileHandle } from "node:fs/promises";
import { fingerprint } from "./fingerprint.ts";
import type { HostRecord, JsonObject, JsonValue, Position, PositionRecord } from "./host.ts";
import { type Line, openFile, readLines } from "./lines.ts";
import { asInteger, asObject, asText } from "./narrow.ts";
import { newSkip } from "./new-records.ts";

/** Where a line stands, and what its text was. */
export interface Place {
  line: number;
  text: string;
  bytes: number;
  lossy: boolean;
}

/** Makes records of lines. One reading has one, and what it must remember for the next goes through `state`. */
export interface LineReader {
  read(line: JsonObject, place: Place): HostRecord[];
  /** What was kept back: the end of the file, or of a batch, has come. */
  end(): HostRecord[];
  /** Whether nothing is kept back, so that a position here loses nothing. */
  settled(): boolean;
  /** Under 60 KiB of JSON. */
  state(): JsonObject;
}

export interface JsonLinesOptions {
  position: Position;
  signal?: AbortSignal | undefined;
  /** Of the lines' format as we read it: a position of another version is not gone on from. */
  version: number;
  /** @param state what the last reading remembered; null: this one begins at the start. */
  reader(state: JsonObject | null): LineReader;
}

const batchRecords = 250;
const batchBytes = 512 * 1024;

/** Rejects only if the file cannot be opened; one that breaks off later gives what was read. */
export async function* readJsonLines(path: string, options: JsonLinesOptions): AsyncGenerator<HostRecord> {
  const file = await openFile(path);
  try {
    const start = await whereToStart(file, options);
    const reader = options.reader(start.state);
    const reading = new Reading(file, reader, start, options.version);
    try {
      for await (const lines of readLines(file, { from: start.offset, signal: options.signal })) {
        for (const line of lines) {
          yield* reading.take(line);
          if (reading.batchIsFull() && reader.settled()) yield await reading.position();
        }
      }
    } catch {
      yield newSkip("unreadable", reading.line + 1);
    }
    yield* reader.end();
    yield await reading.position();
  } finally {
    await file.close();
  }
}

interface Start {
  offset: number;
  line: number;
  state: JsonObject | null;
}

async function whereToStart(file: FileHandle, { position, version }: JsonLinesOptions): Promise<Start> {
  const beginning = { offset: 0, line: 0, state: null };
  const offset = asInteger(position?.offset);
  const state = asObject(position?.state);
  if (position === null || offset === null || state === null || position.version !== version)
    return beginning;
  const { size } = await file.stat();
  if (offset < 0 || offset > size) return beginning;
  const same = (await fingerprint(file, offset)) === asText(position.fingerprint);
  return same ? { offset, line: asInteger(position.line) ?? 0, state } : beginning;
}

class Reading {
  line: number;
  readonly #file: FileHandle;
  readonly #reader: LineReader;
  readonly #version: number;
  #offset: number;
  #records = 0;
  #batchStart: number;

  constructor(file: FileHandle, reader: LineReader, start: Start, version: number) {
    this.#file = file;
    this.#reader = reader;
    this.#version = version;
    this.#offset = start.offset;
    this.#batchStart = start.offset;
    this.line = start.line;
  }

  /** A last line without a newline counts when it is whole JSON: half of an object never is. */
  take(line: Line): HostRecord[] {
    const value = parse(line);
    if (!line.whole && asObject(value) === null) return [];
    this.line += 1;
    this.#offset = line.end;
    const records = this.#recordsOf(line, value);
    this.#records += records.length;
    return records;
  }

  batchIsFull(): boolean {
    return this.#records >= batchRecords || this.#offset - this.#batchStart >= batchBytes;
  }

  async position(): Promise<PositionRecord> {
    this.#records = 0;
    this.#batchStart = this.#offset;
    const position = {
      version: this.#version,
      offset: this.#offset,
      line: this.line,
      fingerprint: await fingerprint(this.#file, this.#offset),
      state: this.#reader.state(),
    };
    return { kind: "position", position, bytes: this.#offset };
  }

  #recordsOf(line: Line, value: JsonValue | undefined): HostRecord[] {
    const { text, bytes, lossy } = line;
    if (text === null) return [newSkip("too long", this.line)];
    const object = asObject(value);
    if (object !== null) {
      try {
        return this.#reader.read(object, { line: this.line, text, bytes, lossy });
      } catch {
        return [newSkip("unreadable", this.line)];
      }
    }
    if (text.trim() === "") return [];
    return [newSkip(reasonFor(line, value), this.line)];
  }
}

function reasonFor({ text, lossy }: Line, value: JsonValue | undefined) {
  if (value !== undefined) return "unknown type";
  // UTF-16 has a NUL beside every ASCII character.
  return lossy || text?.includes("\0") === true ? "not utf-8" : "not json";
}

const byteOrderMark = "\uFEFF";

function parse({ text }: Line): JsonValue | undefined {
  if (text === null || text === "") return undefined;
  try {
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text) as JsonValue;
  } catch {
    return undefined;
  }
}
