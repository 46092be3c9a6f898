// What `backstory doctor` says of the write-ahead log beside the store.
import { realpathSync, statSync } from "node:fs";
import { inBytes } from "./bytes.ts";
import type { Check, Place } from "./check.ts";

// Servers bring the log into the file every few hundred writes: it grows beyond that only while somebody reads on.
const longLog = 64 * 1024 * 1024;

export function checkLog({ file }: Place): Check {
  const name = "write-ahead log";
  const size = statSync(`${realpathSync(file)}-wal`, { throwIfNoEntry: false })?.size;
  if (size === undefined) return { name, ok: true, found: "There is none: the last server ended in order." };
  if (size === 0) return { name, ok: true, found: "It is empty." };
  const found = `It has ${inBytes(size)}.`;
  if (size < longLog) return { name, ok: true, found };
  const advice =
    "A program that reads on without an end keeps it from being emptied: end whatever else has the store open.";
  return { name, ok: true, warning: true, found, advice };
}
