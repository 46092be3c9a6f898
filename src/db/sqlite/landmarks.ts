// The events of a session that weigh more than the flow around them, in the history that a fork shares too. Requests,
// decisions and notes are found wherever they stand, by indexes of their own; an answer among the last events.
import { and, asc, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import type { Event, Session } from "../records.ts";
import { isAnswer, isRequest } from "../speech.ts";
import type { Histories } from "./histories.ts";
import { clip, type Lineage, type Part } from "./lineage.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { events } from "./schema.ts";

// Literal, so that partial indexes serve them.
const prompts = sql`${events.author} = 'user' and ${events.type} = 'message'`;
const notes = sql`${events.type} in ('decision', 'note')`;
const answers = sql`${events.type} in ('message', 'result') and ${events.author} not in ('user', 'system', 'tool')
  and ${events.content} <> ''`;

// Those without a text to read that are passed over in a part of the history.
const mostBlank = 10;
// An index of answers would cost every append: so many events take some milliseconds.
const lookBack = 20_000;
const mostText = 4 * 1024 * 1024;

export class Landmarks {
  readonly #lineage: Lineage;
  readonly #histories: Histories;
  readonly #prompts;
  readonly #answers;
  readonly #notes;
  readonly #noteCount;

  constructor(db: Drizzle, related: { lineage: Lineage; histories: Histories }) {
    this.#lineage = related.lineage;
    this.#histories = related.histories;
    this.#prompts = { asc: prepareSeqs(db, prompts, asc), desc: prepareSeqs(db, prompts, desc) };
    this.#answers = prepareSeqs(db, answers, desc);
    this.#notes = prepareSeqs(db, notes, desc);
    this.#noteCount = new Prepared(db, () =>
      db
        .select({ count: sql<number>`count(*)`.as("count") })
        .from(events)
        .where(and(inPart, notes)),
    );
  }

  /** The first or the last thing the user asked for. */
  request(session: Session, order: "asc" | "desc"): Event | null {
    const parts = this.#lineage.partsOf(session);
    const ordered = order === "asc" ? parts : parts.toReversed();
    return this.#find(session, ordered, { seqs: this.#prompts[order], isWanted: isRequest });
  }

  /** The last answer among the last 20,000 events. */
  answer(session: Session): Event | null {
    const { lastSeq } = session;
    const parts = clip(this.#lineage.partsOf(session), lastSeq - lookBack + 1, lastSeq).toReversed();
    return this.#find(session, parts, { seqs: this.#answers, isWanted: isAnswer });
  }

  #find(
    session: Session,
    parts: readonly Part[],
    { seqs, isWanted }: { seqs: ReturnType<typeof prepareSeqs>; isWanted(event: Event): boolean },
  ): Event | null {
    for (const part of parts) {
      for (const { seq } of seqs.all({ ...part, limit: mostBlank })) {
        const event = this.#read(session, part, seq)?.event;
        if (event && isWanted(event)) return event;
      }
    }
    return null;
  }

  /** Decisions and notes: the newest `limit`, fewer if they are more than 4 MiB of text, and how many there are. */
  notes(session: Session, limit: number): { items: Event[]; count: number } {
    const parts = this.#lineage.partsOf(session).toReversed();
    const items: Event[] = [];
    let text = 0;
    for (const part of parts) {
      for (const { seq } of this.#notes.all({ ...part, limit: limit - items.length })) {
        const read = text > mostText ? undefined : this.#read(session, part, seq);
        if (read === undefined) break;
        items.push(read.event);
        text += read.text;
      }
    }
    const count = parts.reduce((sum, part) => sum + (this.#noteCount.get({ ...part })?.count ?? 0), 0);
    return { items, count };
  }

  #read({ id }: Session, part: Part, seq: number): { event: Event; text: number } | undefined {
    const { items, text } = this.#histories.ofSeqs(id, [part], [seq]);
    return items[0] && { event: items[0], text };
  }
}

const inPart = and(
  eq(events.sessionId, sql.placeholder("ownerId")),
  gte(events.seq, sql.placeholder("fromSeq")),
  lte(events.seq, sql.placeholder("toSeq")),
);

function prepareSeqs(db: Drizzle, condition: SQL, direction: typeof asc) {
  return new Prepared(db, () =>
    db
      .select({ seq: sql<number>`${events.seq}`.as("seq") })
      .from(events)
      .where(and(inPart, condition))
      .orderBy(direction(events.seq))
      .limit(sql.placeholder("limit")),
  );
}
