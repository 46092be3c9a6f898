// What is to be forgotten, as the audit log has it: an entry of the beginning, which says what is meant, and one of the end.
// So whoever finds one that was cut short can go on with it.
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { JsonObject, Provenance } from "../records.ts";
import type { Audit } from "./audit.ts";
import type { Erasures } from "./erasures.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { auditEntries } from "./report-schema.ts";
import { sessions } from "./schema.ts";
import { fromJson } from "./text.ts";

/** From a seq to a seq, both inclusive. */
export type Range = { from: number; to: number };

export interface ForgetOrder {
  /** The one by which its beginning raised `wanted` (erasures.ts): no other has it. */
  number: number;
  sessionId: string;
  ranges: Range[];
  /** All of the session. */
  whole: boolean;
  by: Provenance;
}

type Begun = { number: number; ranges: Range[]; whole?: boolean };

export class ForgetOrders {
  readonly #audit: Audit;
  readonly #erasures: Erasures;
  readonly #unended;
  readonly #lastWhole;

  constructor(db: Drizzle, related: { audit: Audit; erasures: Erasures }) {
    this.#audit = related.audit;
    this.#erasures = related.erasures;
    this.#unended = new Prepared(db, () => selectUnended(db));
    this.#lastWhole = new Prepared(db, () => selectLastWhole(db));
  }

  begin(order: Omit<ForgetOrder, "number">): ForgetOrder {
    const { whole, ranges } = order;
    const number = this.#erasures.want();
    const events = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    this.#note(order, { ...(whole ? { whole } : { events }), number, ranges });
    return { ...order, number };
  }

  end(order: ForgetOrder): void {
    this.#note(order, { ended: order.number });
  }

  #note({ sessionId, by: { origin, client } }: Omit<ForgetOrder, "number">, details: JsonObject): void {
    this.#audit.append({ origin, client, tool: "forget", sessionId, subjectId: sessionId, details });
  }

  /** Oldest first. Somebody is at them, or was until his process ended. Of a session that was deleted nothing is left to do. */
  listUnended(): ForgetOrder[] {
    return this.#unended.all({}).map(({ id: sessionId, origin, client, details }) => {
      const { number, ranges, whole = false } = fromJson<Begun>(details) ?? { number: 0, ranges: [] };
      return { number, sessionId, ranges, whole, by: { origin, client } };
    });
  }

  /** When the last one of the whole session was begun that has ended; null: none has. */
  lastWholeAt(sessionId: string): number | null {
    return this.#lastWhole.get({ sessionId })?.at ?? null;
  }
}

const isForget = sql`${auditEntries.tool} = 'forget'`;
// Entries of versions that wrote no end have no number.
const hasNumber = sql`${auditEntries.details} ->> 'number' is not null`;
const hasEnded = sql`exists (select 1 from ${auditEntries} as ended
  where ended.session_id = ${auditEntries.sessionId} and ended.id > ${auditEntries.id}
    and ended.tool = 'forget' and ended.details ->> 'ended' = ${auditEntries.details} ->> 'number')`;

function selectUnended(db: Drizzle) {
  const { origin, client, details } = columnsOf(auditEntries);
  return db
    .select({ id: columnsOf(sessions).id, origin, client, details })
    .from(auditEntries)
    .innerJoin(sessions, eq(sessions.id, auditEntries.sessionId))
    .where(and(isForget, hasNumber, isNull(sessions.deletedAt), sql`not ${hasEnded}`))
    .orderBy(auditEntries.id);
}

function selectLastWhole(db: Drizzle) {
  const ofSession = eq(auditEntries.sessionId, sql.placeholder("sessionId"));
  const isWhole = sql`${auditEntries.details} ->> 'whole'`;
  return db
    .select({ at: columnsOf(auditEntries).at })
    .from(auditEntries)
    .where(and(ofSession, isForget, hasNumber, isWhole, hasEnded))
    .orderBy(desc(auditEntries.id))
    .limit(1);
}
