// How many bytes of a closed database file an event takes, for each byte of what its caller sent.
import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { newEvent } from "../../test/new-records.ts";
import type { Line } from "../line.ts";
import { exactly } from "../measure.ts";
import { openBenchStore, prose, sessionIn } from "../store.ts";

const sessions = 200;
const events = 20_000;

/**
 * An event's bytes are those of add_event's arguments as JSON. The sessions take turns, so that no index gets its
 * keys in order. NORMAL, because durability writes the same bytes.
 */
function sizeLine(name: string, lengthOf: (index: number) => number, counted: "arguments" | "content"): Line {
  return {
    name,
    unit: "bytes",
    ...(counted === "arguments" ? { atMost: 1.25 } : {}),
    async measure(bench) {
      const file = bench.newFile();
      const store = await openBenchStore(file, "normal");
      const ids: string[] = [];
      for (let index = 0; index < sessions; index += 1) {
        ids.push((await store.createSession(sessionIn("/bench"))).record.id);
      }
      let bytes = 0;
      for (let index = 0; index < events; index += 1) {
        const given = {
          session_id: ids[index % sessions] ?? "",
          author: index % 2 === 0 ? "user" : "assistant",
          content: prose(lengthOf(index), index),
        };
        bytes += Buffer.byteLength(counted === "arguments" ? JSON.stringify(given) : given.content);
        const { session_id: sessionId, author, content } = given;
        await store.appendEvent(newEvent(sessionId, { author, content }));
      }
      await store.close();
      withoutIndex(file);
      return { floor: exactly(bytes / events), ours: exactly(statSync(file).size / events) };
    },
  };
}

/** The log's own bytes: what the search index takes depends on the words, and is measured on real texts. */
function withoutIndex(file: string): void {
  const db = new Database(file);
  db.exec("INSERT INTO search_a (search_a) VALUES ('delete-all')");
  db.pragma("incremental_vacuum");
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

const oneKilobyte = () => 1024;
/** From 100 to 4,000 characters, as many short as long. */
const mixed = (index: number) => 100 + ((index * 2_654_435_761) % 3_901);

export const sizeLines: readonly Line[] = [
  sizeLine("database bytes per event byte, 1 KB each", oneKilobyte, "arguments"),
  sizeLine("database bytes per event byte, 100 B to 4 KB", mixed, "arguments"),
  sizeLine("database bytes per content byte, 1 KB each", oneKilobyte, "content"),
];
