// Another connection on a store's file, with the classes of the search index in hand.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { SearchQueue } from "../../src/db/sqlite/search-queue.ts";
import { SearchSlices, type SliceSize } from "../../src/db/sqlite/search-slices.ts";
import { SearchSlots } from "../../src/db/sqlite/search-slots.ts";
import { SearchTables, type Slot } from "../../src/db/sqlite/search-tables.ts";
import { SearchTexts } from "../../src/db/sqlite/search-texts.ts";

export const smallest: SliceSize = { text: 1, events: 1 };

export type ReadSlice = NonNullable<ReturnType<SearchSlices["read"]>>;

export class OpenSearch {
  readonly db: Database.Database;
  readonly slots: SearchSlots;
  readonly queue: SearchQueue;
  readonly tables: SearchTables;
  readonly slices: SearchSlices;

  constructor(file: string) {
    this.db = new Database(file);
    const query = drizzle(this.db);
    this.slots = new SearchSlots(query);
    this.queue = new SearchQueue(query);
    this.tables = new SearchTables(query);
    this.slices = new SearchSlices({
      searchSlots: this.slots,
      searchQueue: this.queue,
      searchTables: this.tables,
      searchTexts: new SearchTexts(query),
    });
  }

  read(size?: SliceSize): ReadSlice | undefined {
    return this.db.transaction(() => this.slices.read(false, size))();
  }

  /** As a process does that takes the lock for it. */
  write(slice: ReadSlice): boolean {
    return this.db.transaction(() => this.slices.write(slice)).immediate();
  }

  beginRebuild(): void {
    this.db.transaction(() => this.slots.beginRebuild()).immediate();
  }

  /** False when nothing was left to do. */
  step(size?: SliceSize): boolean {
    const slice = this.read(size);
    if (slice !== undefined) this.write(slice);
    return slice !== undefined;
  }

  /** Every row of the table that is searched, and how many terms it has. */
  rows(slot: Slot = this.slots.active().slot): unknown[] {
    return this.db.prepare(`SELECT id, hex(sz) AS terms FROM search_${slot}_docsize ORDER BY id`).all();
  }

  /** FTS5's own check. */
  check(slot: Slot = this.slots.active().slot): void {
    this.db.exec(`INSERT INTO search_${slot} (search_${slot}) VALUES ('integrity-check')`);
  }

  close(): void {
    this.db.close();
  }
}
