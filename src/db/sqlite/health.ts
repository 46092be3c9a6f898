// SQLite asked about its own file: settings read back, structure, size by table.
import Database from "better-sqlite3";
import type { Health, HealthStore } from "../health.ts";
import type { Transactions } from "./transactions.ts";

const searchIndex = "search index";

export function createHealthStore(db: Database.Database, transactions: Transactions): HealthStore {
  return { inspect: () => transactions.read(() => inspect(db)) };
}

function inspect(db: Database.Database): Health {
  const damage = findDamage(db);
  return {
    sqliteVersion: String(db.prepare("SELECT sqlite_version()").pluck().get()),
    schemaVersion: Number(db.pragma("user_version", { simple: true })),
    journalMode: String(db.pragma("journal_mode", { simple: true })),
    damage,
    tables: damage.length === 0 ? measureTables(db) : [],
  };
}

function findDamage(db: Database.Database): string[] {
  try {
    const said = db.prepare("PRAGMA quick_check(20)").pluck().all().map(String);
    const lines = said.map((line) => line.replace(/^\*\*\* in database main \*\*\*\n/, ""));
    return lines.filter((line) => line !== "ok" && !/fts5/i.test(line));
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CORRUPT"))
      return [error.message];
    throw error;
  }
}

function measureTables(db: Database.Database): Health["tables"] {
  const rows = db
    .prepare(
      `SELECT coalesce(tbl_name, dbstat.name) AS name, sum(pgsize) AS bytes
         FROM dbstat LEFT JOIN sqlite_schema ON sqlite_schema.name = dbstat.name
        WHERE aggregate = TRUE GROUP BY 1`,
    )
    .all() as Health["tables"];
  const sums = new Map<string, number>();
  for (const { name, bytes } of rows) {
    const kind = /^search_(a|b)(_|$)/.test(name) ? searchIndex : name;
    sums.set(kind, (sums.get(kind) ?? 0) + bytes);
  }
  return [...sums].map(([name, bytes]) => ({ name, bytes })).toSorted((a, b) => b.bytes - a.bytes);
}
