// Redacts what is stored already: every text of every table, a slice at a time.
import { and, eq, getTableColumns, gt, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { JsonValue } from "../records.ts";
import type { Findings } from "../redaction.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { projects, runs } from "./project-schema.ts";
import { addFindings, type Redaction, toRedactions } from "./redaction.ts";
import { actions, checkpoints, events, sessions, todos } from "./schema.ts";
import { fromJson, toJson } from "./text.ts";
import { automations, jobs } from "./work-schema.ts";

/** Where secrets may stand. A table that names no session has no part in the scrub of one. */
interface Place {
  table: SQLiteTable;
  session?: "id" | "sessionId";
  texts: readonly string[];
  json?: readonly string[];
  /** Its requests are compared by a hash. */
  hashed?: true;
  /** Its rows name the event that they are a part of. */
  ofEvent?: true;
}

const places: Readonly<Record<string, Place>> = {
  events: {
    table: events,
    session: "sessionId",
    texts: ["content", "reasoning", "error"],
    json: ["metadata", "raw"],
    hashed: true,
    ofEvent: true,
  },
  actions: {
    table: actions,
    session: "sessionId",
    texts: ["title", "error"],
    json: ["input", "output"],
    ofEvent: true,
  },
  sessions: {
    table: sessions,
    session: "id",
    texts: ["title", "hostTitle", "context"],
    json: ["metadata"],
    hashed: true,
  },
  todos: { table: todos, session: "sessionId", texts: ["content"] },
  checkpoints: {
    table: checkpoints,
    session: "sessionId",
    texts: ["label"],
    json: ["todos", "state"],
    hashed: true,
  },
  runs: {
    table: runs,
    session: "sessionId",
    texts: ["command", "prompt", "error"],
    json: ["args"],
    hashed: true,
  },
  jobs: { table: jobs, session: "sessionId", texts: ["prompt", "error"], json: ["result"], hashed: true },
  automations: { table: automations, texts: ["prompt"] },
  projects: { table: projects, texts: ["name", "command", "prompt"] },
};

type Row = { rowid: number; sessionId?: string; seq?: number } & Record<string, JsonValue>;
type Values = Readonly<Record<string, unknown>>;

/** What is read at once: it may be 100 MB in the worst case, and 50 KB in most. */
const sliceRows = 50;
// Milliseconds of work in a transaction; its commit takes about as long again.
const sliceWork = 8;

export interface Look {
  /** Rows with a finding. */
  found: number[];
  findings: Findings;
  /** Where to look on; null: that was the last. */
  next: number | null;
}

export class Scrubs {
  readonly names = Object.keys(places);
  readonly #redaction: Redaction;
  readonly #changed: (sessionId: string, seq: number) => void;
  readonly #tables: Record<string, TableScrub>;
  readonly #noteOnEvent;
  readonly #redactions;

  /** `changed`: the texts of an event are other ones now. */
  constructor(
    db: Drizzle,
    related: { redaction: Redaction; changed: (sessionId: string, seq: number) => void },
  ) {
    this.#redaction = related.redaction;
    this.#changed = related.changed;
    this.#tables = Object.fromEntries(
      Object.entries(places).map(([name, place]) => [name, new TableScrub(db, place)]),
    );
    const ofEvent = and(
      eq(events.sessionId, sql.placeholder("sessionId")),
      eq(events.seq, sql.placeholder("seq")),
    );
    this.#redactions = new Prepared(db, () =>
      db
        .select({ redactions: columnsOf(events).redactions })
        .from(events)
        .where(ofEvent),
    );
    this.#noteOnEvent = new Prepared(db, () =>
      db
        .update(events)
        .set({ redactions: value("redactions"), requestHash: null })
        .where(ofEvent),
    );
  }

  /** Takes no lock: most slices have nothing to change. */
  look(name: string, behind: number, sessionId: string | undefined): Look {
    const table = this.#table(name);
    const rows = table.slice(behind, sessionId);
    const findings: Findings = {};
    const found = rows.filter((row) => {
      const cleaned = this.#redaction.record(row, table.fields);
      addFindings(findings, cleaned.findings);
      return cleaned.record !== row;
    });
    const next = rows.length < sliceRows ? null : (rows.at(-1)?.rowid ?? null);
    return { found: found.map(({ rowid }) => rowid), findings, next };
  }

  /** As many of these rows as there is time for; how many that was. What they say is read again, under the lock. */
  clean(name: string, rowids: readonly number[]): number {
    const table = this.#table(name);
    const began = performance.now();
    let done = 0;
    for (const rowid of rowids) {
      const row = table.get(rowid);
      if (row) this.#cleanRow(table, row);
      done += 1;
      if (performance.now() - began > sliceWork) break;
    }
    return done;
  }

  #cleanRow(table: TableScrub, row: Row): void {
    const { record, findings } = this.#redaction.record(row, table.fields);
    if (record === row) return;
    table.update(record);
    const { sessionId, seq } = row;
    if (sessionId === undefined || seq === undefined) return;
    const sum = { ...fromJson<Findings>(this.#redactions.get({ sessionId, seq })?.redactions ?? null) };
    addFindings(sum, findings);
    this.#noteOnEvent.run({ sessionId, seq, redactions: toRedactions(sum) });
    this.#changed(sessionId, seq);
  }

  #table(name: string): TableScrub {
    const table = this.#tables[name];
    if (table === undefined) throw new Error(`There is no table ${name} to scrub.`);
    return table;
  }
}

/** The texts of one table. */
class TableScrub {
  readonly fields: readonly string[];
  readonly #place: Place;
  readonly #all;
  readonly #ofSession;
  readonly #byRowid;
  readonly #update;

  constructor(db: Drizzle, place: Place) {
    const { table, session, texts, json = [] } = place;
    this.#place = place;
    this.fields = [...texts, ...json];
    const columns = getTableColumns(table);
    const read = place.ofEvent ? [...this.fields, "sessionId", "seq"] : this.fields;
    const rowid = sql<number>`rowid`;
    const selected = {
      rowid: rowid.as("rowid"),
      ...Object.fromEntries(read.map((name) => [name, sql`${columns[name]}`.as(name)])),
    };
    const select = (where: SQL | undefined) =>
      new Prepared(db, () =>
        db.select(selected).from(table).where(where).orderBy(rowid).limit(sql.placeholder("limit")),
      );
    const behind = gt(rowid, sql.placeholder("behind"));
    this.#all = select(behind);
    this.#ofSession =
      session && select(and(behind, sql`${columns[session]} = ${sql.placeholder("sessionId")}`));
    this.#byRowid = select(sql`rowid = ${sql.placeholder("rowid")}`);
    const set = Object.fromEntries(this.fields.map((name) => [name, value(name)]));
    this.#update = new Prepared(db, () =>
      db
        .update(table)
        .set(place.hashed ? { ...set, requestHash: null } : set)
        .where(sql`rowid = ${sql.placeholder("rowid")}`),
    );
  }

  slice(behind: number, sessionId: string | undefined): Row[] {
    const statement = sessionId === undefined ? this.#all : this.#ofSession;
    const rows: Values[] = statement?.all({ behind, sessionId, limit: sliceRows }) ?? [];
    return rows.map((row) => this.#toRow(row));
  }

  get(rowid: number): Row | undefined {
    const row: Values | undefined = this.#byRowid.get({ rowid, limit: 1 });
    return row && this.#toRow(row);
  }

  update(row: Row): void {
    const json = (this.#place.json ?? []).map((name) => [name, toJson(row[name])]);
    this.#update.run({ ...row, ...Object.fromEntries(json) });
  }

  #toRow(row: Values): Row {
    const json = (this.#place.json ?? []).map((name) => [name, fromJson(row[name] as string | null)]);
    return { ...row, ...Object.fromEntries(json) } as Row;
  }
}
