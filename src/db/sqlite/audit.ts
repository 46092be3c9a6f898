// The audit log's rows: added by the transactions they tell of, listed newest first.
import { and, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { AuditEntry, AuditQuery, AuditStore } from "../audit.ts";
import type { JsonObject } from "../records.ts";
import type { Page, StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, Shapes } from "./prepare.ts";
import { auditEntries } from "./report-schema.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";
import type { Transactions } from "./transactions.ts";

type AuditRow = typeof auditEntries.$inferSelect;

export class Audit {
  readonly #db: Drizzle;
  readonly #now: StoreOptions["now"];
  readonly #insert;
  readonly #lists = new Shapes<{ all(values: Record<string, unknown>): AuditRow[] }>();

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">) {
    this.#db = db;
    this.#now = now;
    this.#insert = new Inserts(db, auditEntries);
  }

  append({ details, ...entry }: Omit<AuditEntry, "id" | "at">): void {
    const { row } = repairTexts({ ...entry, at: this.#now(), details: toJson(details ?? undefined) });
    this.#insert.run(row);
  }

  list({ after, limit, ...filters }: AuditQuery): Page<AuditEntry> {
    const values: Record<string, unknown> = { ...filters, afterId: after?.id };
    const given = Object.keys(values).filter((name) => values[name] !== undefined);
    const statement = this.#lists.get(given.join(), () => this.#prepareList(new Set(given)));
    const rows = statement.all({ ...values, limit: limit + 1 });
    return { items: rows.slice(0, limit).map(toEntry), more: rows.length > limit };
  }

  #prepareList(given: ReadonlySet<string>) {
    const conditions: Record<string, SQL> = {
      sessionId: eq(auditEntries.sessionId, sql.placeholder("sessionId")),
      tool: eq(auditEntries.tool, sql.placeholder("tool")),
      since: gte(auditEntries.at, sql.placeholder("since")),
      afterId: lt(auditEntries.id, sql.placeholder("afterId")),
    };
    const wanted = Object.entries(conditions).filter(([name]) => given.has(name));
    return new Prepared(this.#db, () =>
      this.#db
        .select(columnsOf(auditEntries))
        .from(auditEntries)
        .where(and(...wanted.map(([, condition]) => condition)))
        .orderBy(desc(auditEntries.id))
        .limit(sql.placeholder("limit")),
    );
  }
}

export function createAuditStore(audit: Audit, transactions: Transactions): AuditStore {
  return { list: (query) => transactions.read(() => audit.list(query)) };
}

function toEntry({ details, ...entry }: AuditRow): AuditEntry {
  return { ...entry, details: fromJson<JsonObject>(details) };
}
