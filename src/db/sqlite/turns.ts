// Turns: told from a session's events, by the rules of ../turns.ts. Nothing of a turn is stored.
import { eq, sql } from "drizzle-orm";
import type { RunStatus, Session } from "../records.ts";
import type { Turn, TurnEvents, TurnHistory, TurnQuery } from "../turns.ts";
import type { Histories } from "./histories.ts";
import { clip, type Lineage } from "./lineage.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import type { Runs } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import { TurnReads } from "./turn-reads.ts";
import { type EventFacts, isIn, marksOf, matches, type Span, stateOf, tell, toSpans } from "./turn-spans.ts";

const eventsPerPage = 500;
const pageText = 4 * 1024 * 1024;

// So many of the last events are looked at for the latest turn, until its first is among them: most turns are short,
// and every look at a session tells its latest.
const lookBacks = [32, 256, 2048];

export class Turns {
  readonly #sessions: Sessions;
  readonly #lineage: Lineage;
  readonly #histories: Histories;
  readonly #runs: Runs;
  readonly #reads: TurnReads;
  readonly #runStatus;

  constructor(
    db: Drizzle,
    related: { sessions: Sessions; lineage: Lineage; histories: Histories; runs: Runs },
  ) {
    this.#sessions = related.sessions;
    this.#lineage = related.lineage;
    this.#histories = related.histories;
    this.#runs = related.runs;
    this.#reads = new TurnReads(db);
    this.#runStatus = new Prepared(db, () =>
      db
        .select({ status: sql<RunStatus>`${runs.status}`.as("status") })
        .from(runs)
        .where(eq(runs.id, sql.placeholder("id"))),
    );
  }

  page(query: TurnQuery): TurnHistory {
    const session = this.#sessions.get(query.sessionId);
    const parts = this.#lineage.partsOf(session);
    const spans = toSpans(this.#reads.marks(parts, session.lastSeq));
    const lastOpened = spans.at(-1)?.firstSeq ?? 0;
    const items: TurnEvents[] = [];
    let room = eventsPerPage;
    let text = 0;
    for (const span of chosen(spans, query)) {
      if (items.length === query.limit || text > pageText) return { items, more: true };
      const facts = this.#reads.factsOf(span, parts);
      const seqs = facts.filter((event) => matches(query, event)).map(({ seq }) => seq);
      if (seqs.length > room && items.length > 0) return { items, more: true };
      const { items: events, text: more } = this.#histories.ofSeqs(session.id, parts, seqs.slice(0, room));
      const turn = this.#toTurn(session, facts, { turnId: span.turnId, lastOpened, partial: false });
      items.push({ turn, events, more: events.length < seqs.length });
      room -= events.length;
      text += more;
    }
    return { items, more: false };
  }

  latest(sessionId: string): Turn | null {
    const session = this.#sessions.get(sessionId);
    if (session.lastSeq === 0) return null;
    const whole = this.#lineage.partsOf(session);
    for (const lookBack of lookBacks) {
      const from = session.lastSeq - lookBack + 1;
      const recent = this.#reads.facts(clip(whole, from, session.lastSeq));
      const last = recent.at(-1);
      const marks = marksOf(recent);
      const span = last && toSpans(marks).find((each) => isIn(each, last));
      if (span === undefined) return null;
      const { turnId, firstSeq } = span;
      const begins =
        turnId === null ? firstSeq !== marks.prelude : this.#reads.firstOf(turnId, whole) === firstSeq;
      const partial = from > 1 && !begins;
      if (partial && lookBack !== lookBacks.at(-1)) continue;
      const facts = recent.filter((event) => isIn(span, event));
      return this.#toTurn(session, facts, { turnId, lastOpened: firstSeq, partial });
    }
    return null;
  }

  /** `lastOpened`: where the last turn of all begins. */
  #toTurn(
    session: Session,
    facts: readonly EventFacts[],
    { turnId, lastOpened, partial }: { turnId: string | null; lastOpened: number; partial: boolean },
  ): Turn {
    const { lastAt, ...told } = tell(facts);
    const later = lastOpened > told.lastSeq;
    const isOpen = told.runId === null && !later;
    const run = isOpen ? this.#endOf(session.id, lastAt) : this.#statusOf(told.runId);
    const state = stateOf(facts, later, run);
    return { turnId, state, ...told, endedAt: state === "in_progress" ? null : lastAt, partial };
  }

  #statusOf(runId: string | null): RunStatus | null {
    return runId === null ? null : (this.#runStatus.get({ id: runId })?.status ?? null);
  }

  /** Of the session's latest run, if that ended behind the turn's last event. */
  #endOf(sessionId: string, lastAt: number): RunStatus | null {
    const latest = this.#runs.latest(sessionId);
    return latest?.endedAt != null && latest.endedAt >= lastAt ? latest.status : null;
  }
}

/** The turns that the query asks for, in its order. */
function chosen(spans: readonly Span[], { order, after, turnId, ...query }: TurnQuery): Span[] {
  const position = after?.firstSeq;
  const from = Math.max(query.afterSeq ?? 0, (order === "asc" && position) || 0);
  const to = Math.min(query.beforeSeq ?? Infinity, (order === "desc" && position) || Infinity);
  const wanted = spans.filter(
    (span) => span.firstSeq > from && span.firstSeq < to && (turnId === undefined || span.turnId === turnId),
  );
  return order === "asc" ? wanted : wanted.reverse();
}
