// The queue of the search index: events that are to be indexed again. Whoever changes or deletes a text puts its event
// here in the same transaction, and never touches the index itself: so a damaged index holds up no write.
import type { Statement } from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { searchQueue } from "./search-schema.ts";

export type QueueEntry = typeof searchQueue.$inferSelect;

export class SearchQueue {
  readonly #db: Drizzle;
  readonly #first;
  readonly #move;
  readonly #drop;
  #add: Statement<unknown[]> | undefined;
  #addProject: Statement<unknown[]> | undefined;
  #changes: Statement<unknown[]> | undefined;
  #length: Statement<unknown[]> | undefined;

  constructor(db: Drizzle) {
    this.#db = db;
    const ofTicket = eq(searchQueue.ticket, sql.placeholder("ticket"));
    this.#first = new Prepared(db, () =>
      db
        .select(columnsOf(searchQueue))
        .from(searchQueue)
        .orderBy(searchQueue.ticket)
        .limit(sql.placeholder("limit")),
    );
    this.#move = new Prepared(db, () =>
      db
        .update(searchQueue)
        .set({ nextPassage: value("nextPassage") })
        .where(ofTicket),
    );
    this.#drop = new Prepared(db, () => db.delete(searchQueue).where(ofTicket));
  }

  /** The texts of these events of a session have changed, or are about to go with them. From a seq to a seq, both inclusive. */
  add(sessionId: string, seqs: { from: number; to: number }): void {
    // A new ticket each time: who has read the texts before sees that they are others now.
    this.#add ??= this.#db.$client.prepare(
      `INSERT OR REPLACE INTO search_queue (event_id, next_passage)
        SELECT id, 0 FROM events WHERE session_id = ? AND seq BETWEEN ? AND ?`,
    );
    this.#add.run(sessionId, seqs.from, seqs.to);
  }

  /** The sessions of a project have another directory, or are about to have another project: their events are filed anew. */
  addProject(projectId: string): void {
    this.#addProject ??= this.#db.$client.prepare(
      `INSERT OR REPLACE INTO search_queue (event_id, next_passage)
        SELECT events.id, 0 FROM sessions CROSS JOIN events ON events.session_id = sessions.id
        WHERE sessions.project_id = ?`,
    );
    this.#addProject.run(projectId);
  }

  /** Those that have waited longest. */
  first(limit: number): QueueEntry[] {
    return this.#first.all({ limit });
  }

  /** The passages before are renewed. */
  move(ticket: number, nextPassage: number): void {
    this.#move.run({ ticket, nextPassage });
  }

  drop(ticket: number): void {
    this.#drop.run({ ticket });
  }

  /** Another number after each change. */
  changes(): number {
    this.#changes ??= this.#db.$client
      .prepare<unknown[]>("SELECT seq FROM sqlite_sequence WHERE name = 'search_queue'")
      .pluck();
    return Number(this.#changes.get() ?? 0);
  }

  length(): number {
    this.#length ??= this.#db.$client.prepare<unknown[]>("SELECT count(*) FROM search_queue").pluck();
    return Number(this.#length.get());
  }
}
