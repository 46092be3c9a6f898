// A file to search: events of made-up words whose frequencies are known, indexed by the Store's own code.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { SearchQueue } from "../src/db/sqlite/search-queue.ts";
import { SearchSlices } from "../src/db/sqlite/search-slices.ts";
import { SearchSlots } from "../src/db/sqlite/search-slots.ts";
import { SearchTables } from "../src/db/sqlite/search-tables.ts";
import { SearchTexts } from "../src/db/sqlite/search-texts.ts";
import { sessionIdOf } from "./fill.ts";
import { openRaw, RawLog } from "./floors/raw-log.ts";
import { randomOf, rankOf, wordOf } from "./words.ts";

const words = 50_000;
const projects = 10;
/** The first session is long, the others have a hundred events. */
const longSession = 10_000;
const eventsPerSession = 100;

/** Words that are in so many of the events, and nothing else. */
export const marked = { most: "harbour", tenth: "lantern", otherTenth: "meadow", fiftieth: "copper" };
export const rarest = "quicksilver";

export function fillSearch(file: string, events: number, wordsPerEvent = 24): void {
  const db = openRaw(file, "off");
  const random = randomOf(7);
  const start = Date.now() - 365 * 86_400_000;
  const sessions = 1 + (events - longSession) / eventsPerSession;
  db.transaction(() => {
    const log = new RawLog(db);
    const project = db.prepare(
      "INSERT INTO projects (id, directory, created_at, updated_at) VALUES (?, ?, ?, ?)",
    );
    for (let index = 0; index < projects; index += 1)
      project.run(projectIdOf(index), directoryOf(index), start, start);
    const place = db.prepare("UPDATE sessions SET project_id = ? WHERE id = ?");
    for (let index = 0; index < sessions; index += 1) {
      const own = index === 0 ? longSession : eventsPerSession;
      const [id, directory] = [sessionIdOf(index), directoryOf(index % projects)];
      log.insertSession(id, { userId: "user-0", directory, events: own, at: start });
      place.run(projectIdOf(index % projects), id);
    }
    // Sessions of all ages; the long one's events lie among all others.
    let longSeq = 0;
    for (let index = 0; index < events; index += 1) {
      const isLong = longSeq < longSession && index % Math.floor(events / longSession) === 0;
      if (isLong) longSeq += 1;
      const other = index - longSeq;
      const [session, seq] = isLong
        ? [0, longSeq]
        : [1 + Math.floor(other / eventsPerSession), (other % eventsPerSession) + 1];
      const content = textOf(random, wordsPerEvent, index === Math.floor(events / 3));
      log.insertEvent(seq, start + index * 31_000, {
        sessionId: sessionIdOf(session),
        author: index % 2 === 0 ? "user" : "assistant",
        content,
      });
    }
  })();
  db.close();
}

export const directoryOf = (index: number) => `/bench/${index}`;
const projectIdOf = (index: number) => `proj_${String(index).padStart(26, "0")}`;

/** Ten words, as they come. */
export function questionOf(random: () => number): string {
  return Array.from({ length: 10 }, () => wordOf(rankOf(random(), words))).join(" ");
}

function textOf(random: () => number, length: number, hasRarest: boolean): string {
  const texts = Array.from({ length }, () => wordOf(rankOf(random(), words)));
  if (random() < 0.92) texts[3] = marked.most;
  if (random() < 0.1) texts[7] = marked.tenth;
  if (random() < 0.1) texts[11] = marked.otherTenth;
  if (random() < 0.02) texts[15] = marked.fiftieth;
  if (hasRarest) texts[19] = rarest;
  return texts.join(" ");
}

/** Returns how long each slice held the write lock, and how long all took, in milliseconds. */
export function indexFile(file: string): { held: number[]; elapsed: number } {
  const db = new Database(file);
  db.pragma("synchronous = FULL");
  db.pragma("cache_size = -64000");
  const query = drizzle(db);
  const slices = new SearchSlices({
    searchSlots: new SearchSlots(query),
    searchQueue: new SearchQueue(query),
    searchTables: new SearchTables(query),
    searchTexts: new SearchTexts(query),
  });
  const read = db.transaction(() => slices.read(false));
  const write = db.transaction((slice: NonNullable<ReturnType<typeof read>>) => slices.write(slice));
  const held: number[] = [];
  const began = performance.now();
  for (let slice = read(); slice !== undefined; slice = read()) {
    const started = performance.now();
    write.immediate(slice);
    held.push(performance.now() - started);
  }
  const elapsed = performance.now() - began;
  db.close();
  return { held, elapsed };
}
