// The tables beside the search index, for drizzle-kit and the queries. The index itself, `search_a` and `search_b`, is
// of FTS5, which drizzle-kit does not know: the migration makes it.
import { integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";

/** The slots that are in use. `event_id`: the last event looked at; `next_passage`: 0, or where it goes on in it. */
export const searchSlots = sqliteTable("search_slots", {
  slot: text("slot", { enum: ["a", "b"] }).primaryKey(),
  role: text("role", { enum: ["active", "building", "clearing"] }).notNull(),
  version: integer("version").notNull(),
  eventId: integer("event_id").notNull(),
  nextPassage: integer("next_passage").notNull(),
  // What SQLite said when it was found damaged.
  broken: text("broken"),
});

/** Events whose texts have changed, or gone, behind a watermark. Passages before `next_passage` are renewed. */
export const searchQueue = sqliteTable(
  "search_queue",
  {
    // AUTOINCREMENT: the last one given tells whether anything has changed since.
    ticket: integer("ticket").primaryKey({ autoIncrement: true }),
    eventId: integer("event_id").notNull(),
    nextPassage: integer("next_passage").notNull(),
  },
  (table) => [unique("search_queue_by_event").on(table.eventId)],
);
