// The table of what is still to be done about texts that were forgotten.
import { integer, sqliteTable } from "drizzle-orm/sqlite-core";

/**
 * One row. `wanted` rises with every transaction that forgets; the others say up to which of them the file was made anew, and up to
 * which nothing is left of it in the file and its log.
 */
export const erasure = sqliteTable("erasure", {
  id: integer("id").primaryKey(),
  wanted: integer("wanted").notNull(),
  compacted: integer("compacted").notNull(),
  done: integer("done").notNull(),
});
