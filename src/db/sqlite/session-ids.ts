// The ids of sessions by how they begin, for whoever completes one.
import { and, desc, gte, isNull, lt, sql } from "drizzle-orm";
import type { Page } from "../store.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { sessions } from "./schema.ts";

// No id holds the last character of Unicode.
const behindAll = "\u{10ffff}";

export class SessionIds {
  readonly #startingWith;

  constructor(db: Drizzle) {
    const begins = and(
      gte(sessions.id, sql.placeholder("prefix")),
      lt(sessions.id, sql.placeholder("end")),
      isNull(sessions.deletedAt),
    );
    this.#startingWith = new Prepared(db, () =>
      db
        .select({ id: columnsOf(sessions).id })
        .from(sessions)
        .where(begins)
        .orderBy(desc(sessions.id))
        .limit(sql.placeholder("limit")),
    );
  }

  /** Newest first. */
  startingWith(prefix: string, limit: number): Page<string> {
    const rows = this.#startingWith.all({ prefix, end: `${prefix}${behindAll}`, limit: limit + 1 });
    return { items: rows.slice(0, limit).map(({ id }) => id), more: rows.length > limit };
  }
}
