// Pages of a table: the rows that pass whichever filters are given, the newest first, with a statement for each set of
// filters.
import { and, desc, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { columnsOf, type Drizzle, Prepared, Shapes } from "./prepare.ts";

type Values = Readonly<Record<string, unknown>>;

export interface PageRules {
  /** What a filter asks for when it is given, by its name; also that of the cursor. Called when first needed. */
  conditions(): Record<string, SQL>;
  /** Columns to order by, descending: those of the cursor. */
  newest: readonly SQLiteColumn[];
  /** True of every row of every page. */
  always?: SQL;
}

export class Pages<T extends SQLiteTable> {
  readonly #db: Drizzle;
  readonly #table: T;
  readonly #rules: PageRules;
  readonly #statements = new Shapes<{ all(values: Values): T["$inferSelect"][] }>();

  constructor(db: Drizzle, table: T, rules: PageRules) {
    this.#db = db;
    this.#table = table;
    this.#rules = rules;
  }

  /** A filter of undefined is none. */
  page(filters: Values, limit: number): { rows: T["$inferSelect"][]; more: boolean } {
    const given = Object.keys(filters).filter((name) => filters[name] !== undefined);
    const statement = this.#statements.get(given.join(), () => this.#prepare(given));
    const rows = statement.all({ ...filters, limit: limit + 1 });
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  #prepare(given: readonly string[]) {
    const { conditions, newest, always } = this.#rules;
    const known = conditions();
    const wanted = given.flatMap((name) => known[name] ?? []);
    return new Prepared(this.#db, () =>
      this.#db
        .select(columnsOf(this.#table))
        .from(this.#table)
        .where(and(always, ...wanted))
        .orderBy(...newest.map(desc))
        .limit(sql.placeholder("limit")),
    );
  }
}
