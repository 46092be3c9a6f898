// Transcripts that are one JSON document, written anew at each change: what comes after a position is what changed.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { HostRecord, JsonValue, Position, PositionRecord } from "./host.ts";
import { asInteger, asTexts, parseJson } from "./narrow.ts";
import { newSkip } from "./new-records.ts";
import { revisionsOf } from "./revisions.ts";

// It is parsed whole: some times its size in memory.
const largestDocument = 100 * 1024 * 1024;
const batchRecords = 250;

export interface DocumentOptions {
  position: Position;
  signal?: AbortSignal | undefined;
  version: number;
  /** All the records of the document, in order. */
  records(document: JsonValue): Iterable<HostRecord> | AsyncIterable<HostRecord>;
}

/** Rejects only if the file cannot be read. */
export async function* readDocument(path: string, options: DocumentOptions): AsyncGenerator<HostRecord> {
  const { size } = await stat(path);
  if (size > largestDocument) {
    yield newSkip("too long");
    yield toPosition({ version: options.version }, size);
    return;
  }
  const text = await readFile(path, "utf8");
  const document = parseJson(text.startsWith("\uFEFF") ? text.slice(1) : text);
  if (document !== undefined) {
    yield* readChanged(options.records(document), options, size);
    return;
  }
  // Half-written, perhaps: it is looked at again when it has changed.
  yield newSkip(text.includes("\0") ? "not utf-8" : "not json");
  yield toPosition(options.position ?? { version: options.version }, size);
}

/** The events behind those that are as they were, and all other records. Nothing, where nothing has changed. */
async function* readChanged(
  records: Iterable<HostRecord> | AsyncIterable<HostRecord>,
  { position, signal, version }: DocumentOptions,
  size: number,
): AsyncGenerator<HostRecord> {
  const known = position?.version === version ? position : null;
  const revisions = revisionsOf(known);
  const seen = await look(records);
  const done = { version, whole: seen.whole, count: seen.events.length, last: seen.events.slice(-2) };
  const unchanged = unchangedEvents(seen, known);
  let events = 0;
  for (const [index, record] of (known?.whole === seen.whole ? [] : seen.records).entries()) {
    if (signal?.aborted === true) return;
    if (record.kind !== "event") yield record;
    else if (++events > unchanged) yield* revisions.take(record);
    if (index % batchRecords === batchRecords - 1) yield toPosition(position ?? { version }, size);
  }
  yield toPosition({ ...done, revisions: revisions.state() }, size);
}

interface Seen {
  records: HostRecord[];
  whole: string;
  /** Of each event, the digest of all up to it. */
  events: string[];
}

async function look(records: Iterable<HostRecord> | AsyncIterable<HostRecord>): Promise<Seen> {
  const seen: Seen = { records: [], whole: "", events: [] };
  const whole = createHash("sha256");
  const events = createHash("sha256");
  for await (const record of records) {
    const text = JSON.stringify(record);
    seen.records.push(record);
    whole.update(text);
    if (record.kind === "event") seen.events.push(events.update(text).copy().digest("base64url"));
  }
  seen.whole = whole.digest("base64url");
  return seen;
}

/** All of the last reading's, all but its last, which is the one that grows, or none. */
function unchangedEvents({ events }: Seen, known: Position): number {
  const count = asInteger(known?.count) ?? 0;
  const [beforeLast, last] = asTexts(known?.last).slice(-2);
  if (count > 1 && events[count - 1] === last) return count;
  return count > 1 && events[count - 2] === beforeLast ? count - 1 : 0;
}

function toPosition(position: Exclude<Position, null>, size: number): PositionRecord {
  return { kind: "position", position, bytes: size };
}
