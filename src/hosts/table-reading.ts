// Databases whose rows are added and not changed much: read in pages of rowids, and once more only where something changed.
import { createHash } from "node:crypto";
import { databaseBytes, ForeignDatabase, type Row } from "./foreign-sqlite.ts";
import type { HostRecord, JsonObject, Position } from "./host.ts";
import { asInteger, asObject, asText } from "./narrow.ts";

const rowsPerRead = 200;
const mostDigests = 800;

/** One table of a database, and what a row of it becomes. */
export interface Table {
  name: string;
  /** Columns in any order; one that the file does not have is absent from the row. */
  columns: string[];
  /** Rows stay as they were written: those behind the last one read are the new ones. Else all are compared. */
  appended: boolean;
  records(row: Row): HostRecord[];
  /** What the next reading is to remember of the rows before it. */
  state?(): JsonObject;
}

export interface TablesOptions {
  position: Position;
  signal?: AbortSignal | undefined;
  version: number;
}

/**
 * Rejects if the file cannot be read. A table that is not there has no rows.
 * @param tables is given what they remembered, by their names
 */
export async function* readTables(
  path: string,
  tables: (db: ForeignDatabase, states: JsonObject) => Table[],
  { position, signal, version }: TablesOptions,
): AsyncGenerator<HostRecord> {
  const known = position?.version === version ? position : null;
  const state: TablesState = {
    last: { ...asObject(known?.last) },
    digests: new Map(
      Object.entries(asObject(known?.digests) ?? {}).map(([key, digest]) => [key, asText(digest) ?? ""]),
    ),
  };
  const db = ForeignDatabase.open(path);
  try {
    const all = tables(db, asObject(known?.states) ?? {});
    const toPosition = (): HostRecord => {
      const bytes = databaseBytes(path);
      const digests = Object.fromEntries([...state.digests].slice(-mostDigests));
      const states = Object.fromEntries(all.map((table) => [table.name, table.state?.() ?? {}]));
      const position = { version, last: { ...state.last }, digests, states };
      return { kind: "position", position, bytes };
    };
    for (const table of all) {
      for (const rows of pages(db, table, state)) {
        if (signal?.aborted === true) return;
        for (const row of rows) yield* table.records(row);
        yield toPosition();
      }
    }
    yield toPosition();
  } finally {
    db.close();
  }
}

interface TablesState {
  /** By table, the last rowid read. */
  last: JsonObject;
  digests: Map<string, string>;
}

function* pages(db: ForeignDatabase, table: Table, state: TablesState): Generator<Row[]> {
  const there = db.columns(table.name);
  const columns = table.columns.filter((column) => there.has(column)).map((column) => `"${column}"`);
  if (columns.length === 0) return;
  let last = table.appended ? lastRead(db, table, state) : 0;
  const sql = `SELECT rowid AS "#row", ${columns.join(", ")} FROM "${table.name}"
    WHERE rowid > ? ORDER BY rowid LIMIT ${rowsPerRead}`;
  for (;;) {
    const rows = db.all(sql, last);
    last = asInteger(rows.at(-1)?.["#row"]) ?? last;
    if (table.appended) state.last[table.name] = last;
    if (rows.length === 0) return;
    yield table.appended ? rows : rows.filter((row) => hasChanged(row, table, state));
  }
}

/** A table that is shorter than what was read of it is another one, and is read from its start. */
function lastRead(db: ForeignDatabase, { name }: Table, { last }: TablesState): number {
  const read = asInteger(last[name]) ?? 0;
  const [row] = db.all(`SELECT max(rowid) AS "end" FROM "${name}"`);
  return (asInteger(row?.end) ?? 0) < read ? 0 : read;
}

function hasChanged(row: Row, { name }: Table, { digests }: TablesState): boolean {
  const key = `${name} ${row["#row"]}`;
  const digest = createHash("sha256").update(JSON.stringify(row)).digest("base64url").slice(0, 10);
  const changed = digests.get(key) !== digest;
  digests.delete(key);
  digests.set(key, digest);
  return changed;
}
