// Helpers for drizzle's prepared statements: building a query costs more than running it.
import { getTableColumns, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

export type Drizzle = BetterSQLite3Database<Record<string, never>>;

/** A placeholder for every column of a table, named like its key: the values of a prepared insert. */
export function placeholders<T extends SQLiteTable>(
  table: T,
): { [K in keyof T["$inferInsert"]]-?: Placeholder } {
  const names = Object.keys(getTableColumns(table));
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as {
    [K in keyof T["$inferInsert"]]-?: Placeholder;
  };
}

/** Prepares a statement when it is first used: a start that is only greeted pays for none. */
export function lazily<T>(prepare: () => T): () => T {
  let statement: T | undefined;
  return () => {
    statement ??= prepare();
    return statement;
  };
}

/** A named placeholder where an expression is expected. */
export function value(name: string): SQL {
  return sql`${sql.placeholder(name)}`;
}

/** True for a column whose value is in the JSON array bound to `name`. */
export function inList(column: SQL.Aliased | SQL | unknown, name: string): SQL {
  return sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;
}

/** One prepared statement per combination of filters, made when it is first asked for. */
export class Shapes<T> {
  readonly #byShape = new Map<string, T>();

  get(shape: string, prepare: () => T): T {
    let statement = this.#byShape.get(shape);
    if (statement === undefined) {
      statement = prepare();
      this.#byShape.set(shape, statement);
    }
    return statement;
  }
}
