// What can be told of a store's file without changing it.

export interface Health {
  sqliteVersion: string;
  /** Of the file, as opened: `user_version`. */
  schemaVersion: number;
  /** "wal", unless something switched it, or the file is read as an image. */
  journalMode: string;
  /** SQLite's words for what is wrong with the file; none: it is sound. The search index has its own check. */
  damage: string[];
  /** With its indexes; the largest first. The tables of the search index are one. Empty where the file is damaged. */
  tables: { name: string; bytes: number }[];
}

export interface HealthStore {
  /** Reads the whole file: seconds for a gigabyte. */
  inspect(): Promise<Health>;
}
