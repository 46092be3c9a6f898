// What search filters by, as terms of the index beside a passage's words. A key has a colon, which no word has.
// A filter by keys is a first sieve: who uses it looks at the rows again.
import { createHash } from "node:crypto";

/** What an event can be filtered by. */
export interface Filed {
  sessionId: string;
  projectId: string | null;
  directory: string;
  appName: string;
  userId: string | null;
  author: string;
  type: string;
  createdAt: number;
}

/** Every event has so many, and one for each of its tools. */
export const keysPerEvent = 10;

// Years before and behind are filed under these, so that a range without an end has few years.
const firstYear = 1990;
const lastYear = 2060;
const millisecondsPerDay = 86_400_000;

type Name = "session" | "project" | "directory" | "app" | "user" | "author" | "type" | "tool";

/** Short, of characters that FTS5 leaves as they are; two values with the same key are told apart by the rows. */
export function filterKey(name: Name, value: string | null): string {
  if (value === null) return `${name}:none`;
  let hash = hashes.get(value);
  if (hash === undefined) {
    hash = createHash("sha256").update(value.toWellFormed()).digest("hex").slice(0, 10);
    if (hashes.size === mostHashes) hashes.clear();
    hashes.set(value, hash);
  }
  return `${name}:${hash}`;
}

// Events that follow upon each other have most of them in common.
const hashes = new Map<string, string>();
const mostHashes = 1_000;

export function keysOf(event: Filed, toolNames: Iterable<string>): string[] {
  const [year, month] = monthOf(event.createdAt);
  return [
    filterKey("session", event.sessionId),
    filterKey("project", event.projectId),
    filterKey("directory", event.directory),
    filterKey("app", event.appName),
    filterKey("user", event.userId),
    filterKey("author", event.author),
    filterKey("type", event.type),
    yearKey(year),
    monthKey(year, month),
    dayKey(event.createdAt),
    ...[...new Set(toolNames)].map((name) => filterKey("tool", name)),
  ];
}

/** Keys of years, months and days that cover the range; its first and last are not covered exactly. */
export function keysOfRange(since: number, until: number): string[] {
  if (since > until) return [];
  const from = since < Date.UTC(firstYear + 1) ? Date.UTC(firstYear) : Math.min(since, Date.UTC(lastYear));
  const to =
    until >= Date.UTC(lastYear) ? Date.UTC(lastYear + 1) - 1 : Math.max(until, Date.UTC(firstYear + 1) - 1);
  const keys: string[] = [];
  for (let at = startOfDay(from); at <= to; ) {
    const [year, month] = monthOf(at);
    const [nextYear, nextMonth, nextDay] = [
      Date.UTC(year + 1),
      Date.UTC(year, month + 1),
      at + millisecondsPerDay,
    ];
    if (at === Date.UTC(year) && nextYear - 1 <= to) {
      keys.push(yearKey(year));
      at = nextYear;
    } else if (at === Date.UTC(year, month) && nextMonth - 1 <= to) {
      keys.push(monthKey(year, month));
      at = nextMonth;
    } else {
      keys.push(dayKey(at));
      at = nextDay;
    }
  }
  return keys;
}

const yearKey = (year: number) => `year:${Math.min(Math.max(year, firstYear), lastYear)}`;
const monthKey = (year: number, month: number) => `month:${year}-${month + 1}`;
const dayKey = (time: number) => `day:${Math.floor(time / millisecondsPerDay)}`;
const startOfDay = (time: number) => Math.floor(time / millisecondsPerDay) * millisecondsPerDay;

function monthOf(time: number): [year: number, month: number] {
  const date = new Date(time);
  return [date.getUTCFullYear(), date.getUTCMonth()];
}
