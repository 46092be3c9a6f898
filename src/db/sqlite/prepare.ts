// Drizzle writes the SQL, once; better-sqlite3 runs it. On every run drizzle would walk all placeholders and columns
// again, which costs more than SQLite's own work: a third of an append, half of a page of history.
import type { Statement } from "better-sqlite3";
import { getTableColumns, is, Param, Placeholder, type Query, type SQL, sql } from "drizzle-orm";
import type { drizzle } from "drizzle-orm/better-sqlite3";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

export type Drizzle = ReturnType<typeof drizzle>;

/** A query as drizzle builds it, with named placeholders. */
interface Built {
  toSQL(): Query;
  all(): unknown;
}

type RowOf<B extends Built> = ReturnType<B["all"]> extends (infer Row)[] ? Row : never;
type Values = Readonly<Record<string, unknown>>;

/** A statement that is prepared when it is first used: a start that is only greeted pays for none. */
export class Prepared<B extends Built> {
  readonly #db: Drizzle;
  readonly #build: () => B;
  #statement: Statement<unknown[]> | undefined;
  #params: readonly { name: string | undefined; constant: unknown }[] = [];

  /** Rows come as SQLite names them: a query selects or returns `columnsOf` its table. */
  constructor(db: Drizzle, build: () => B) {
    this.#db = db;
    this.#build = build;
  }

  /** How many rows it changed. */
  run(values: Values): number {
    const statement = this.#prepared();
    return statement.run(this.#bind(values)).changes;
  }

  get(values: Values): RowOf<B> | undefined {
    const statement = this.#prepared();
    return statement.get(this.#bind(values)) as RowOf<B> | undefined;
  }

  all(values: Values): RowOf<B>[] {
    const statement = this.#prepared();
    return statement.all(this.#bind(values)) as RowOf<B>[];
  }

  #prepared(): Statement<unknown[]> {
    if (this.#statement === undefined) {
      const query = this.#build().toSQL();
      this.#statement = this.#db.$client.prepare<unknown[]>(planOnce(query.sql));
      this.#params = query.params.map((param) => {
        const given = is(param, Param) ? param.value : param;
        return is(given, Placeholder)
          ? { name: given.name, constant: undefined }
          : { name: undefined, constant: given };
      });
    }
    return this.#statement;
  }

  #bind(values: Values): unknown[] {
    return this.#params.map(({ name, constant }) => (name === undefined ? constant : values[name]));
  }
}

/**
 * SQLite plans a statement anew whenever the value of a bare parameter changes that it compares a column of a partial
 * index with, which costs more than most reads. It does not look at an expression's, and means the same by it.
 */
function planOnce(text: string): string {
  return text.replaceAll(" = ?", " = +?");
}

type Aliased<T extends SQLiteTable> = {
  [K in keyof T["$inferSelect"]]: SQL.Aliased<T["$inferSelect"][K]>;
};

const aliased = new WeakMap<SQLiteTable, object>();

/**
 * Every column of a table under its name in code: SQLite itself then makes the rows as we want them. Made once for each
 * table: some twenty statements select the same columns, in every process that a hook starts.
 */
export function columnsOf<T extends SQLiteTable>(table: T): Aliased<T> {
  let columns = aliased.get(table);
  if (columns === undefined) {
    const named = Object.entries(getTableColumns(table)).map(([key, column]) => [
      key,
      sql`${column}`.as(key),
    ]);
    columns = Object.fromEntries(named) as object;
    aliased.set(table, columns);
  }
  return columns as Aliased<T>;
}

/** The names of the values that are not null, by which a statement is chosen: to bind the others costs time too. */
export function namesOfGiven(values: object): string[] {
  const names: string[] = [];
  for (const name in values) if (values[name as keyof typeof values] !== null) names.push(name);
  return names;
}

/** Inserts rows of a table, with one statement for each set of columns that came with a value. */
export class Inserts<T extends SQLiteTable> {
  readonly #db: Drizzle;
  readonly #table: T;
  readonly #shapes = new Shapes<{ run(values: Values): void }>();

  constructor(db: Drizzle, table: T) {
    this.#db = db;
    this.#table = table;
  }

  run(row: T["$inferInsert"]): void {
    const names = namesOfGiven(row);
    this.#shapes.get(names.join(), () => this.#prepare(names)).run(row);
  }

  #prepare(names: readonly string[]) {
    const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
    return new Prepared(this.#db, () => this.#db.insert(this.#table).values(values as T["$inferInsert"]));
  }
}

/** A named placeholder where an expression is expected. */
export function value(name: string): SQL {
  return sql`${sql.placeholder(name)}`;
}

/** True for a column whose value is in the JSON array bound to `name`. */
export function inList(column: SQL.Aliased | SQL | unknown, name: string): SQL {
  return sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;
}

// More than a program asks for; a caller that tries every combination does not fill the memory.
const mostShapes = 200;

/** One prepared statement per combination of filters or values, made when it is first asked for. */
export class Shapes<T> {
  readonly #byShape = new Map<string, T>();

  get(shape: string, prepare: () => T): T {
    let statement = this.#byShape.get(shape);
    if (statement === undefined) {
      statement = prepare();
      if (this.#byShape.size === mostShapes) this.#byShape.clear();
      this.#byShape.set(shape, statement);
    }
    return statement;
  }
}
