// The tables of what is taken in: transcripts with how far they were read, and the directories that are left out.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const sources = sqliteTable(
  "sources",
  {
    host: text("host").notNull(),
    path: text("path").notNull(),
    kind: text("kind").notNull(),
    size: integer("size").notNull(),
    modifiedAt: integer("modified_at").notNull(),
    // JSON, opaque to all but the host's reader; null: from the start.
    position: text("position"),
    // JSON: directories of sessions that were left out; null: none.
    excluded: text("excluded"),
    events: integer("events").notNull(),
    skipped: integer("skipped").notNull(),
    lastReadAt: integer("last_read_at").notNull(),
  },
  (table) => [primaryKey({ name: "sources_by_path", columns: [table.path, table.host] })],
);

export const exclusions = sqliteTable("exclusions", {
  directory: text("directory").primaryKey(),
  createdAt: integer("created_at").notNull(),
});
