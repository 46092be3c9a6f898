// The index itself: two FTS5 tables of passages, each row a passage's terms. It knows neither events nor ranking.
// FTS5 splits at spaces and nothing else; what a term is, `recall/` says.
import Database, { type Statement } from "better-sqlite3";
import { type Drizzle, Shapes } from "./prepare.ts";
import type { searchSlots } from "./search-schema.ts";

export type Slot = (typeof searchSlots.$inferSelect)["slot"];

/** Rows of one event stand together. Of one that has more passages, the rest is not indexed. */
export const passagesPerEvent = 4096;

export const toRowId = (eventId: number, passage: number) => eventId * passagesPerEvent + passage;
export const eventOf = (rowId: number) => Math.floor(rowId / passagesPerEvent);
export const passageOf = (rowId: number) => rowId % passagesPerEvent;

/** Passages, and terms in all of them together. */
export interface Totals {
  passages: number;
  terms: number;
}

/** SQLite found a table of the index damaged. The log is not concerned. */
export class DamagedIndex extends Error {
  readonly slot: Slot;

  constructor(slot: Slot, cause: Error) {
    super(cause.message, { cause });
    this.name = "DamagedIndex";
    this.slot = slot;
  }
}

// Of FTS5, each with its key.
const parts = [
  ["data", "id"],
  ["idx", "segid, term"],
  ["docsize", "id"],
] as const;

// With each slice; so the table keeps some ten segments.
const pagesMerged = 64;

// FTS5 compares a rowid with an integer alone, and a number of JavaScript that is this large is bound as a float.
const integer = "CAST(? AS INTEGER)";

export class SearchTables {
  readonly #db: Drizzle;
  readonly #statements = new Shapes<Statement<unknown[]>>();

  constructor(db: Drizzle) {
    this.#db = db;
  }

  insert(slot: Slot, rowId: number, terms: string): void {
    this.#on(slot, `INSERT INTO search_${slot} (rowid, terms) VALUES (${integer}, ?)`).run(rowId, terms);
  }

  /** Removes rows between two, both inclusive, at most so many; returns how many. */
  remove(slot: Slot, from: number, to: number, most: number): number {
    const some = `SELECT rowid FROM search_${slot} WHERE rowid BETWEEN ${integer} AND ${integer} LIMIT ?`;
    return this.#on(slot, `DELETE FROM search_${slot} WHERE rowid IN (${some})`).run(from, to, most).changes;
  }

  /**
   * Writes what was inserted and removed now, not behind our back when the transaction ends; and merges some of the
   * pages written before. By itself FTS5 would merge many at a time, which takes ten times as long (measured).
   */
  flush(slot: Slot): void {
    this.#on(slot, `INSERT INTO search_${slot} (search_${slot}) VALUES ('flush')`).run();
    this.#on(
      slot,
      `INSERT INTO search_${slot} (search_${slot}, rank) VALUES ('merge', ${pagesMerged})`,
    ).run();
  }

  /**
   * Makes one of all that was written, and so lets go of the terms of removed rows; a slice of that, under the lock. False
   * when nothing was left to do. `began`: not the first slice. (https://sqlite.org/fts5.html, section 6.8)
   */
  mergeAll(slot: Slot, began: boolean): boolean {
    const before = this.#changes();
    const pages = began ? pagesMerged : -pagesMerged;
    this.#on(slot, `INSERT INTO search_${slot} (search_${slot}, rank) VALUES ('merge', ${pages})`).run();
    return this.#changes() - before >= 2;
  }

  #changes(): number {
    return Number(this.#db.$client.prepare("SELECT total_changes()").pluck().get());
  }

  /** The newest rows at or before `upTo` that match, from the newest on. */
  newest(slot: Slot, match: string, upTo: number, limit: number): number[] {
    return this.#on(slot, `${matching(slot)} ORDER BY rowid DESC LIMIT ?`).values(
      match,
      upTo,
      limit,
    ) as number[];
  }

  /** The oldest, from the oldest on: FTS5 walks so a quarter faster, and along a list of many terms twice as fast. */
  oldest(slot: Slot, match: string, upTo: number, limit: number): number[] {
    return this.#on(slot, `${matching(slot)} ORDER BY rowid LIMIT ?`).values(match, upTo, limit) as number[];
  }

  /** The row at that place of them; the oldest is 1. */
  at(slot: Slot, match: string, upTo: number, place: number): number | undefined {
    const sql = `${matching(slot)} ORDER BY rowid LIMIT 1 OFFSET ?`;
    return this.#on(slot, sql).values(match, upTo, place - 1)[0] as number | undefined;
  }

  /** FTS5 keeps them itself, exactly: the averages record of https://sqlite.org/fts5.html. */
  totals(slot: Slot): Totals {
    const [record] = this.#on(slot, `SELECT block FROM search_${slot}_data WHERE id = 1`).values();
    const [passages = 0, terms = 0] = Buffer.isBuffer(record) ? readVarints(record) : [];
    const rows = passages > 0 ? [] : this.#on(slot, `SELECT id FROM search_${slot}_docsize LIMIT 1`).values();
    if (rows.length > 0) throw new DamagedIndex(slot, new Error("it has rows, and counts none"));
    return { passages, terms };
  }

  /** Its oldest row. */
  first(slot: Slot): number {
    return (this.#on(slot, `SELECT id FROM search_${slot}_docsize ORDER BY id LIMIT 1`).values()[0] ??
      0) as number;
  }

  has(slot: Slot, match: string, rowId: number): boolean {
    return this.newest(slot, match, rowId, 1)[0] === rowId;
  }

  /** Some of its rows, the newest. */
  sample(slot: Slot): number[] {
    return this.#on(
      slot,
      `SELECT id FROM search_${slot}_docsize ORDER BY id DESC LIMIT 64`,
    ).values() as number[];
  }

  /** What is wrong with a table, else null. Reads all of it, and needs no lock for that. */
  check(slot: Slot): string | null {
    try {
      const found = this.#on(slot, `PRAGMA integrity_check(search_${slot})`).values();
      if (found[0] !== "ok") return found.join("; ");
      const { passages } = this.totals(slot);
      const [rows] = this.#on(slot, `SELECT count(*) FROM search_${slot}_docsize`).values();
      return rows === passages ? null : `it has ${rows} rows, and counts ${passages}`;
    } catch (error) {
      if (error instanceof DamagedIndex) return error.message;
      throw error;
    }
  }

  /**
   * Empties a table that nobody searches, so many of its blocks at a time; true when it is empty. FTS5 itself can only
   * do it at once, which takes a second for a gigabyte, under the lock.
   */
  clear(slot: Slot, blocks: number): boolean {
    const db = this.#db.$client;
    // FTS5's own tables are otherwise kept from everybody's hands.
    db.unsafeMode(true);
    try {
      for (const [part, key] of parts) {
        const table = `search_${slot}_${part}`;
        const some = `SELECT ${key} FROM ${table} LIMIT ?`;
        const { changes } = this.#on(slot, `DELETE FROM ${table} WHERE (${key}) IN (${some})`).run(blocks);
        if (changes === blocks) return false;
      }
    } finally {
      db.unsafeMode(false);
    }
    this.#on(slot, `INSERT INTO search_${slot} (search_${slot}) VALUES ('delete-all')`).run();
    return true;
  }

  /** In the place of a table that cannot even be emptied. */
  remake(slot: Slot): void {
    const db = this.#db.$client;
    db.unsafeMode(true);
    try {
      // FTS5 has to understand a table to drop it.
      db.pragma("writable_schema = ON");
      db.prepare("DELETE FROM sqlite_schema WHERE name = ?").run(`search_${slot}`);
      db.pragma("writable_schema = RESET");
      for (const part of [...parts.map(([name]) => name), "config", "content"]) {
        db.exec(`DROP TABLE IF EXISTS search_${slot}_${part}`);
      }
      db.exec(tableOf(slot));
    } finally {
      db.pragma("writable_schema = OFF");
      db.unsafeMode(false);
    }
  }

  #on(slot: Slot, sql: string) {
    const statement = () => this.#statements.get(sql, () => this.#db.$client.prepare<unknown[]>(sql));
    return {
      run: (...params: unknown[]) => tellDamage(slot, () => statement().run(...params)),
      /** Of the first column. */
      values: (...params: unknown[]) =>
        tellDamage(slot, () =>
          statement()
            .pluck()
            .all(...params),
        ),
    };
  }
}

const matching = (slot: Slot) =>
  `SELECT rowid FROM search_${slot} WHERE search_${slot} MATCH ? AND rowid <= ${integer}`;

/** As the migration makes it. */
function tableOf(slot: Slot): string {
  const options = "content='', contentless_delete=1, detail=none, tokenize=\"ascii tokenchars ':-'\"";
  return `CREATE VIRTUAL TABLE search_${slot} USING fts5(terms, ${options});
    INSERT INTO search_${slot} (search_${slot}, rank) VALUES ('automerge', 0)`;
}

function tellDamage<T>(slot: Slot, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError && isDamage(error.code)) throw new DamagedIndex(slot, error);
    throw error;
  }
}

// Also a table that is missing or that FTS5 cannot open, and one whose garbled sizes ask for more memory than there is.
const damage = new Set(["SQLITE_ERROR", "SQLITE_NOMEM", "SQLITE_TOOBIG"]);

function isDamage(code: string): boolean {
  return code.startsWith("SQLITE_CORRUPT") || damage.has(code);
}

/** A term, or a key, as FTS5 takes it: nothing in it has a meaning there. */
export function quote(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

/** SQLite's integers of variable length (https://sqlite.org/fileformat2.html, section 1.6). */
function readVarints(bytes: Buffer): number[] {
  const values: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 127);
    if (byte < 128) {
      values.push(value);
      value = 0;
    }
  }
  return values;
}
