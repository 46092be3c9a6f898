// When a session was last read: a note that is not worth a write every time.
import { and, eq, isNull, lte, sql } from "drizzle-orm";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { sessions } from "./schema.ts";

// Milliseconds.
const leastInterval = 60_000;

export class Accesses {
  readonly #now: StoreOptions["now"];
  readonly #due;
  readonly #note;

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">) {
    this.#now = now;
    const due = and(
      eq(sessions.id, sql.placeholder("id")),
      isNull(sessions.deletedAt),
      lte(sessions.lastAccessedAt, sql.placeholder("before")),
    );
    this.#due = new Prepared(db, () =>
      db
        .select({ id: columnsOf(sessions).id })
        .from(sessions)
        .where(due),
    );
    this.#note = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ lastAccessedAt: value("now") })
        .where(due),
    );
  }

  /** True if the last note is long enough ago. */
  isDue(id: string): boolean {
    return this.#due.get({ id, before: this.#now() - leastInterval }) !== undefined;
  }

  /** Notes it, if it is still due. */
  note(id: string): void {
    const now = this.#now();
    this.#note.run({ id, now, before: now - leastInterval });
  }
}
