// Which statements a connection is asked to prepare.
import type { Database } from "better-sqlite3";

/** What it has prepared so far, and a `prepare` that nobody remembers. */
export function rememberStatements(db: Database) {
  const statements: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    statements.push(sql);
    return prepare(sql);
  }) as typeof db.prepare;
  return { statements, prepare };
}
