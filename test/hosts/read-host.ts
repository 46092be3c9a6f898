// A transcript through its host, as capture reads it: recognised by its first bytes, then record by record.
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type {
  EventRecord,
  Host,
  HostRecord,
  JsonObject,
  OutcomeRecord,
  Position,
  SessionRecord,
  Source,
} from "../../src/hosts/host.ts";
import { hosts } from "../../src/hosts/hosts.ts";

export const fixture = (...path: string[]) => join(import.meta.dirname, "..", "fixtures", "hosts", ...path);

export interface Reading {
  records: HostRecord[];
  sessions: SessionRecord[];
  events: EventRecord[];
  outcomes: OutcomeRecord[];
  /** How many lines were left out, by reason; those without content for us under "expected". */
  skipped: Record<string, number>;
  position: JsonObject;
}

export function recognise(path: string): { host: Host; source: Source } | null {
  const head = readHead(path);
  for (const host of hosts) {
    const source = host.recognise(path, head);
    if (source !== null) return { host, source };
  }
  return null;
}

function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  const head = Buffer.alloc(4096);
  const bytes = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return head.subarray(0, bytes);
}

export async function readPath(path: string, position: Position = null): Promise<Reading> {
  const found = recognise(path);
  if (found === null) throw new Error(`No host recognises ${path}`);
  return readSource(found.host, found.source, position);
}

export async function readSource(host: Host, source: Source, position: Position = null): Promise<Reading> {
  const records: HostRecord[] = [];
  for await (const record of host.read(source, position)) records.push(record);
  return toReading(records);
}

function toReading(records: HostRecord[]): Reading {
  const skipped: Record<string, number> = {};
  for (const record of records) {
    if (record.kind !== "skipped") continue;
    const reason = record.expected ? "expected" : record.reason;
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  }
  const last = records.at(-1);
  if (last?.kind !== "position") throw new Error("A reading ends with its position.");
  return {
    records,
    sessions: records.filter((record) => record.kind === "session"),
    events: records.filter((record) => record.kind === "event"),
    outcomes: records.filter((record) => record.kind === "outcome"),
    skipped,
    position: last.position,
  };
}

/** By kind, over all events: what the session's counters will say. */
export function sumTokens(events: EventRecord[]): Record<string, number> {
  const sums: Record<string, number> = { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 };
  for (const { tokens } of events) {
    for (const [kind, count] of Object.entries(tokens ?? {})) sums[kind] = (sums[kind] ?? 0) + (count ?? 0);
  }
  return sums;
}
