// The audit log's rows: added by the transactions they tell of, listed newest first.
import { eq, gte, lt, sql } from "drizzle-orm";
import type { AuditEntry, AuditQuery, AuditStore } from "../audit.ts";
import type { JsonObject } from "../records.ts";
import type { Page, StoreOptions } from "../store.ts";
import { Pages } from "./pages.ts";
import { type Drizzle, Inserts } from "./prepare.ts";
import { auditEntries } from "./report-schema.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";
import type { Transactions } from "./transactions.ts";

type AuditRow = typeof auditEntries.$inferSelect;

export class Audit {
  readonly #now: StoreOptions["now"];
  readonly #insert;
  readonly #pages;

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">) {
    this.#now = now;
    this.#insert = new Inserts(db, auditEntries);
    this.#pages = new Pages(db, auditEntries, {
      conditions: () => ({
        sessionId: eq(auditEntries.sessionId, sql.placeholder("sessionId")),
        tool: eq(auditEntries.tool, sql.placeholder("tool")),
        since: gte(auditEntries.at, sql.placeholder("since")),
        afterId: lt(auditEntries.id, sql.placeholder("afterId")),
      }),
      newest: [auditEntries.id],
    });
  }

  append({ details, ...entry }: Omit<AuditEntry, "id" | "at">): void {
    const { row } = repairTexts({ ...entry, at: this.#now(), details: toJson(details ?? undefined) });
    this.#insert.run(row);
  }

  list({ after, limit, ...filters }: AuditQuery): Page<AuditEntry> {
    const { rows, more } = this.#pages.page({ ...filters, afterId: after?.id }, limit);
    return { items: rows.map(toEntry), more };
  }
}

export function createAuditStore(audit: Audit, transactions: Transactions): AuditStore {
  return { list: (query) => transactions.read(() => audit.list(query)) };
}

function toEntry({ details, ...entry }: AuditRow): AuditEntry {
  return { ...entry, details: fromJson<JsonObject>(details) };
}
