// The tables of sums: numbers added to the row of a key, and the row dropped when it counts nothing any more.
import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { EventSum, Sums, ToolSum } from "./log-sums.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { eventRollups, toolRollups } from "./report-schema.ts";
import { usageCounters } from "./session-growth.ts";

/** No project's id, and no session's. */
export const allProjects = "*";

const daysPerSpan = 32;

export interface Period {
  days: number;
  /** The first and the last `day` of the rows. */
  from: number;
  to: number;
}

/** Which rows of tool calls have the days of a range, each once: spans where they fit, and the days beside them. */
export function periodsOf(from: number, to: number): Period[] {
  const start = startOfSpan(from + daysPerSpan - 1);
  const end = startOfSpan(to + 1);
  if (start >= end) return [{ days: 1, from, to }];
  return [
    { days: 1, from, to: start - 1 },
    { days: daysPerSpan, from: start, to: end - 1 },
    { days: 1, from: end, to },
  ];
}

function startOfSpan(day: number): number {
  return Math.floor(day / daysPerSpan) * daysPerSpan;
}

export class StoredSums {
  readonly #events;
  readonly #tools;
  readonly #toolsOf;

  constructor(db: Drizzle) {
    this.#events = new SumTable<EventSum>(db, eventRollups, [
      "events",
      ...usageCounters,
      "toolCalls",
      "toolErrors",
    ]);
    this.#tools = new SumTable<ToolRow>(db, toolRollups, ["calls", "errors"]);
    this.#toolsOf = new Prepared(db, () =>
      db
        .select(columnsOf(toolRollups))
        .from(toolRollups)
        .where(eq(toolRollups.projectId, sql.placeholder("projectId"))),
    );
  }

  add({ events, tools }: Sums): void {
    for (const row of events) this.#events.add(row);
    for (const row of tools.flatMap(toRows)) this.#tools.add(row);
  }

  subtract({ events, tools }: Sums): void {
    for (const row of events) this.#events.subtract(row);
    for (const row of tools.flatMap(toRows)) this.#tools.subtract(row);
  }

  mergeProject(from: string, into: string): void {
    for (const row of this.#toolsOf.all({ projectId: from })) {
      this.#tools.subtract(row);
      this.#tools.add({ ...row, projectId: into });
    }
  }

  clear(): void {
    this.#events.clear();
    this.#tools.clear();
  }
}

type ToolRow = typeof toolRollups.$inferSelect;

/** The rows that a sum is in. */
function toRows({ sessionId, ...sum }: ToolSum): ToolRow[] {
  const periods = [
    { days: 1, day: sum.day },
    { days: daysPerSpan, day: startOfSpan(sum.day) },
  ];
  const ofProjects = [sum.projectId, allProjects].flatMap((projectId) =>
    periods.map((period) => ({ ...sum, ...period, projectId })),
  );
  return [...ofProjects, { ...sum, days: 1, projectId: sessionId }];
}

class SumTable<Row extends { day: number }> {
  readonly #numbers: readonly (keyof Row & string)[];
  readonly #add;
  readonly #dropEmpty;
  readonly #clear;

  /** `numbers`: the columns that are added up; the first of them counts. The others are the key. */
  constructor(db: Drizzle, table: SQLiteTable, numbers: readonly (keyof Row & string)[]) {
    this.#numbers = numbers;
    const columns = Object.entries(getTableColumns(table));
    const key = columns.filter(([name]) => !numbers.includes(name as never));
    const added = columns.filter(([name]) => numbers.includes(name as never));
    this.#add = new Prepared(db, () =>
      db
        .insert(table)
        .values(Object.fromEntries(columns.map(([name]) => [name, value(name)])))
        .onConflictDoUpdate({
          target: key.map(([, column]) => column),
          // Infinity less Infinity is no number, which SQLite keeps as null.
          set: Object.fromEntries(
            added.map(([name, column]) => [name, sql`coalesce(${column} + ${value(name)}, 0)`]),
          ),
        }),
    );
    const isKey = key.map(([name, column]) => eq(column, sql.placeholder(name)));
    const isEmpty = added.slice(0, 1).map(([, column]) => sql`${column} = 0`);
    this.#dropEmpty = new Prepared(db, () => db.delete(table).where(and(...isKey, ...isEmpty)));
    this.#clear = new Prepared(db, () => db.delete(table));
  }

  add(row: Row): void {
    this.#add.run({ ...row });
  }

  subtract(row: Row): void {
    const negative = this.#numbers.map((name) => [name, -Number(row[name])]);
    this.#add.run({ ...row, ...Object.fromEntries(negative) });
    this.#dropEmpty.run({ ...row });
  }

  clear(): void {
    this.#clear.run({});
  }
}
