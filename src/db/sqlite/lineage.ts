// Lineage: whose events a session's history is made of, part by part.
import { eq, type SQL, sql } from "drizzle-orm";
import type { Session } from "../records.ts";
import { columnsOf, type Drizzle, Inserts, Prepared } from "./prepare.ts";
import { events, lineage } from "./schema.ts";

/** The events of one session between two seqs, both inclusive. */
export interface Part {
  ownerId: string;
  fromSeq: number;
  toSeq: number;
}

type Placed = Pick<Session, "id" | "forkedAtSeq" | "lastSeq">;

export class Lineage {
  readonly #insert;
  readonly #shared;

  constructor(db: Drizzle) {
    this.#insert = new Inserts(db, lineage);
    this.#shared = new Prepared(db, () =>
      db
        .select(columnsOf(lineage))
        .from(lineage)
        .where(eq(lineage.sessionId, sql.placeholder("sessionId")))
        .orderBy(lineage.fromSeq),
    );
  }

  /** From the first event to the last, without a gap. The last part is the session's own, and may be empty. */
  partsOf({ id, forkedAtSeq, lastSeq }: Placed): Part[] {
    const own = { ownerId: id, fromSeq: (forkedAtSeq ?? 0) + 1, toSeq: lastSeq };
    if (forkedAtSeq === null) return [own];
    const shared = this.#shared.all({ sessionId: id });
    return [...shared.map(({ sourceId, fromSeq, toSeq }) => ({ ownerId: sourceId, fromSeq, toSeq })), own];
  }

  /** The session that an event of this one's history belongs to. */
  ownerOf(session: Placed, seq: number): string {
    if (session.forkedAtSeq === null || seq > session.forkedAtSeq) return session.id;
    return clip(this.partsOf(session), seq, seq)[0]?.ownerId ?? session.id;
  }

  /** The fork's history begins with `parts`: sessions that have the events themselves, whatever the depth. */
  share(forkId: string, parts: readonly Part[]): void {
    for (const { ownerId, fromSeq, toSeq } of parts) {
      this.#insert.run({ sessionId: forkId, sourceId: ownerId, fromSeq, toSeq });
    }
  }
}

/** What of the parts lies between two seqs, both inclusive. */
export function clip(parts: readonly Part[], from: number, to: number): Part[] {
  return parts
    .map(({ ownerId, fromSeq, toSeq }) => ({
      ownerId,
      fromSeq: Math.max(fromSeq, from),
      toSeq: Math.min(toSeq, to),
    }))
    .filter(({ fromSeq, toSeq }) => fromSeq <= toSeq);
}

/** What is bound where `eventsOf` is asked for. */
export function toPartsValue(parts: readonly Part[]): string {
  return JSON.stringify(parts.map(({ ownerId, fromSeq, toSeq }) => [ownerId, fromSeq, toSeq]));
}

/** The events of the parts bound to `name`, for a `from`: a range of an index for each part. */
export function eventsOf(name: string): SQL {
  return sql`(select value ->> 0 as owner_id, value ->> 1 as from_seq, value ->> 2 as to_seq
    from json_each(${sql.placeholder(name)})) as part
    cross join ${events} on ${events.sessionId} = part.owner_id
    and ${events.seq} between part.from_seq and part.to_seq`;
}
