// Rows ↔ portable records: every column by its name, JSON as JSON, nothing where there is null.
import { getTableColumns } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { JsonObject, JsonValue } from "../records.ts";
import { fits } from "./portable-fit.ts";
import { unfit } from "./portable-refusals.ts";
import { type Drizzle, Prepared, value } from "./prepare.ts";
import { projects, runs } from "./project-schema.ts";
import { type Redaction, toRedactions } from "./redaction.ts";
import { actions, checkpoints, events, lineage, sessions, todos } from "./schema.ts";
import { automations, jobs } from "./work-schema.ts";

type Row = Record<string, unknown>;

/** The columns that hold JSON, and those that secrets may stand in. */
interface Form {
  table: SQLiteTable;
  json: readonly string[];
  secret: readonly string[];
}

export const forms = {
  project: { table: projects, json: [], secret: ["name", "command", "prompt"] },
  session: { table: sessions, json: ["metadata"], secret: ["title", "hostTitle", "context", "metadata"] },
  todo: { table: todos, json: [], secret: ["content"] },
  lineage: { table: lineage, json: [], secret: [] },
  event: {
    table: events,
    json: ["metadata", "raw", "redactions", "longRunningToolIds"],
    secret: ["content", "reasoning", "error", "metadata", "raw"],
  },
  action: { table: actions, json: ["input", "output"], secret: ["title", "error", "input", "output"] },
  checkpoint: { table: checkpoints, json: ["todos", "state"], secret: ["label", "todos", "state"] },
  run: { table: runs, json: ["args"], secret: ["command", "args", "prompt", "error"] },
  job: { table: jobs, json: ["allowedTools", "result"], secret: ["prompt", "result", "error"] },
  automation: { table: automations, json: [], secret: ["prompt"] },
} satisfies Record<string, Form>;

export type FormName = keyof typeof forms;

/** Numbers of our own: another store gives others. */
const isOwn = (name: FormName, column: string) => column === "id" && (name === "event" || name === "action");

function columnsOfForm(name: FormName): [string, SQLiteColumn][] {
  return Object.entries(getTableColumns(forms[name].table)).filter(([key]) => !isOwn(name, key));
}

/** `row`: as `columnsOf` its table names it. */
export function toPortable(name: FormName, row: Row): JsonObject {
  const json: readonly string[] = forms[name].json;
  const record: JsonObject = {};
  for (const [key, column] of columnsOfForm(name)) {
    const held = row[key];
    if (held === null || held === undefined) continue;
    record[column.name] = json.includes(key) ? JSON.parse(String(held)) : (held as JsonValue);
  }
  return record;
}

/** Throws `invalid_input` on what the table would not hold. Secrets are masked. */
export function fromPortable(name: FormName, record: JsonObject, redaction: Redaction): Row {
  const form: Form = forms[name];
  const said: Record<string, JsonValue> = {};
  for (const [key, column] of columnsOfForm(name)) {
    const held = record[column.name] ?? null;
    if (!fits(held, column, form.json.includes(key))) throw unfit(name, column.name);
    said[key] = held;
  }
  const { record: kept, findings } = redaction.record(said, form.secret);
  const row: Row = { ...kept };
  for (const key of form.json) row[key] = kept[key] === null ? null : JSON.stringify(kept[key]);
  if (kept !== said && "requestHash" in row) row.requestHash = null;
  if (name === "event") row.redactions = toRedactions(findings) ?? row.redactions;
  return row;
}

/** The records inside another. */
export function objects(given: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(given)) return [];
  return given.filter(
    (item): item is JsonObject => item !== null && typeof item === "object" && !Array.isArray(item),
  );
}

/** Puts rows in, but for those whose key is there already. */
export class PortableInserts {
  readonly #db: Drizzle;
  readonly #statements = new Map<FormName, { run(values: Row): number }>();

  constructor(db: Drizzle) {
    this.#db = db;
  }

  /** False: it was there. */
  run(name: FormName, row: Row): boolean {
    let statement = this.#statements.get(name);
    if (statement === undefined) {
      const values = Object.fromEntries(columnsOfForm(name).map(([key]) => [key, value(key)]));
      statement = new Prepared(this.#db, () =>
        this.#db.insert(forms[name].table).values(values).onConflictDoNothing(),
      );
      this.#statements.set(name, statement);
    }
    return statement.run(row) > 0;
  }
}
