// Turns: told from a session's events, by the rules of ../turns.ts. Nothing of a turn is stored.
import { eq, sql } from "drizzle-orm";
import type { RunStatus, Session } from "../records.ts";
import type { Turn, TurnEvents, TurnHistory, TurnQuery } from "../turns.ts";
import type { Histories } from "./histories.ts";
import { clip, type Lineage, type Part } from "./lineage.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import type { Runs } from "./runs.ts";
import { runs } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { TurnReads } from "./turn-reads.ts";
import { type Span, stateOf, toSpans } from "./turn-spans.ts";

const eventsPerPage = 500;
const pageText = 4 * 1024 * 1024;

// So many of the last events are looked at for the latest turn, until its first is among them.
const lookBacks = [64, 512, 4096];

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
      const seqs = this.#reads.seqs(span, parts, query, room + 1);
      if (seqs.length > room && items.length > 0) return { items, more: true };
      const { items: events, text: more } = this.#histories.ofSeqs(session.id, parts, seqs.slice(0, room));
      const turn = this.#toTurn(session, { span, parts, lastOpened, partial: false });
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
    for (const [attempt, lookBack] of lookBacks.entries()) {
      const from = session.lastSeq - lookBack + 1;
      const parts = clip(whole, from, session.lastSeq);
      const { last, ...marks } = this.#reads.recentMarks(parts);
      const span = toSpans(marks).find(({ turnId, ranges }) =>
        last.turnId === null ? ranges.some(({ to }) => to === last.seq) : turnId === last.turnId,
      );
      if (span === undefined) return null;
      const begins =
        span.turnId === null
          ? span.firstSeq !== marks.prelude
          : this.#reads.firstOf(span.turnId, whole) === span.firstSeq;
      const partial = from > 1 && !begins;
      if (partial && attempt < lookBacks.length - 1) continue;
      return this.#toTurn(session, { span, parts, lastOpened: span.firstSeq, partial });
    }
    return null;
  }

  /** `lastOpened`: where the last turn of all begins. */
  #toTurn(
    session: Session,
    { span, parts, lastOpened, partial }: { span: Span; parts: Part[]; lastOpened: number; partial: boolean },
  ): Turn {
    const summary = this.#reads.summary(span, parts);
    const runId = summary.run === null ? null : this.#reads.runAt(summary.run, parts);
    const later = lastOpened > summary.lastSeq;
    const run = later ? null : this.#statusOf(runId, session.id, summary.lastAt);
    const state = stateOf(summary, later, run);
    return {
      turnId: span.turnId,
      state,
      firstSeq: summary.firstSeq,
      lastSeq: summary.lastSeq,
      eventCount: summary.eventCount,
      tokens: {
        input: summary.inputTokens,
        output: summary.outputTokens,
        reasoning: summary.reasoningTokens,
        cacheRead: summary.cacheReadTokens,
        cacheWrite: summary.cacheWriteTokens,
      },
      costUsd: summary.costUsd,
      runId,
      startedAt: summary.startedAt,
      endedAt: state === "in_progress" ? null : summary.lastAt,
      partial,
    };
  }

  /** Of the run that the turn names, else of the session's latest run, if that ended behind the turn's last event. */
  #statusOf(runId: string | null, sessionId: string, lastAt: number): RunStatus | null {
    if (runId !== null) return this.#runStatus.get({ id: runId })?.status ?? null;
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
