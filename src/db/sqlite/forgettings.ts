// Forgetting: the texts of events and of all that stands around them become null where they are; seqs and keys stay.
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Forget, Forgotten } from "../forgetting.ts";
import type { Provenance, Session } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import type { Erasures } from "./erasures.ts";
import type { ForgetOrder, ForgetOrders, Range } from "./forget-orders.ts";
import { ForgottenForks } from "./forgotten-forks.ts";
import { ForgottenSurroundings } from "./forgotten-surroundings.ts";
import { clip, type Lineage } from "./lineage.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { actions, events, lineage, sessions } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import type { Sessions } from "./sessions.ts";

interface Related {
  sessions: Sessions;
  lineage: Lineage;
  forgetOrders: ForgetOrders;
  erasures: Erasures;
  searchQueue: SearchQueue;
}

type Counts = Pick<Forgotten, "events" | "actions">;

/** What is to be forgotten, and how far that has come here. */
export interface Forgetting extends ForgetOrder {
  /** The first of its ranges that is not yet done. */
  next: number;
  /** The last of its forks that is done; null: all are. */
  fork: string | null;
}

// Milliseconds of work in a transaction; its commit takes about as long again.
const sliceWork = 6;
const rowsRead = 8;

export class Forgettings {
  readonly #now: StoreOptions["now"];
  readonly #related: Related;
  readonly #surroundings: ForgottenSurroundings;
  readonly #itsForks: ForgottenForks;
  readonly #next;
  readonly #forgetAction;
  readonly #forgetEvent;
  readonly #sharing;
  readonly #subagents;

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">, related: Related) {
    this.#now = now;
    this.#related = related;
    this.#surroundings = new ForgottenSurroundings(db, { now });
    this.#itsForks = new ForgottenForks(db);
    this.#next = new Prepared(db, () => selectNext(db));
    this.#forgetAction = new Prepared(db, () => forgetAction(db));
    this.#forgetEvent = new Prepared(db, () => forgetEvent(db));
    this.#sharing = new Prepared(db, () => selectSharing(db));
    this.#subagents = new Prepared(db, () => selectSubagents(db));
  }

  /** Notes that it is wanted, before anything of it is done. */
  begin({ sessionId, seqs }: Forget, by: Provenance): Forgetting {
    const session = this.#related.sessions.get(sessionId);
    const ranges = seqs === undefined ? [ownPart(session)] : toRanges(seqs);
    for (const range of seqs === undefined ? [] : ranges) this.#refuse(session, range);
    return begun(this.#related.forgetOrders.begin({ sessionId, ranges, whole: seqs === undefined, by }));
  }

  /** Those that have not ended, from their beginning: what is done of them is not done again. */
  listUnended(): Forgetting[] {
    return this.#related.forgetOrders.listUnended().map(begun);
  }

  #refuse(session: Session, { from, to }: Range): void {
    const wrong = from < 1 ? from : to > session.lastSeq ? to : undefined;
    if (wrong !== undefined) {
      throw new StoreError(
        "not_found",
        `Session "${session.id}" has no event ${wrong}: its last is ${session.lastSeq}. Nothing was forgotten.`,
        "get_history lists the events with their seq.",
      );
    }
    const shared = clip(this.#related.lineage.partsOf(session), from, to).find(
      ({ ownerId }) => ownerId !== session.id,
    );
    if (shared !== undefined) {
      throw new StoreError(
        "conflict",
        `Session "${session.id}" is a fork: its event ${shared.fromSeq} belongs to session "${shared.ownerId}". Nothing was forgotten.`,
        `Call forget with session_id "${shared.ownerId}": all its forks lose the event too.`,
      );
    }
  }

  /** Of the events, as much as there is time for. */
  forgetEvents(forgetting: Forgetting): { counts: Counts; left: boolean } {
    const { sessionId, ranges } = forgetting;
    const deadline = performance.now() + sliceWork;
    const counts = { events: 0, actions: 0 };
    this.#related.erasures.want();
    for (let range = ranges[forgetting.next]; range !== undefined; range = ranges[forgetting.next]) {
      const found = this.#next.all({ sessionId, ...range });
      for (const { seq } of found) {
        while (this.#forgetAction.run({ sessionId, seq }) > 0) {
          counts.actions += 1;
          if (performance.now() > deadline) return { counts, left: true };
        }
        this.#forgetEvent.run({ sessionId, seq, now: this.#now() });
        this.#related.searchQueue.add(sessionId, { from: seq, to: seq });
        counts.events += 1;
        if (performance.now() > deadline) return { counts, left: true };
      }
      if (found.length < rowsRead) forgetting.next += 1;
    }
    return { counts, left: false };
  }

  /** Of what stands around the events of a whole session, as much as there is time for. */
  forgetSurroundings(forgetting: Forgetting) {
    const { sessionId, fork: after } = forgetting;
    const { erasures, forgetOrders } = this.#related;
    const deadline = performance.now() + sliceWork;
    erasures.want();
    const done = this.#surroundings.forget(sessionId, deadline);
    // Last, when a new one is given nothing any more.
    if (!done.left && after !== null) {
      const doneAt = forgetOrders.lastWholeAt(sessionId);
      forgetting.fork = this.#itsForks.forget(sessionId, { after, doneAt, deadline });
    }
    return { counts: done.counts, left: forgetting.fork !== null };
  }

  end(forgetting: Forgetting): Pick<Forgotten, "forks" | "keptIn" | "subagents"> {
    const { sessionId, ranges, whole } = forgetting;
    this.#related.forgetOrders.end(forgetting);
    const session = this.#related.sessions.get(sessionId);
    const parts = this.#related.lineage.partsOf(session);
    const owners = parts.filter(({ fromSeq, toSeq }) => fromSeq <= toSeq).map(({ ownerId }) => ownerId);
    const sharing = this.#sharing.all({ sessionId, ranges: JSON.stringify(ranges) }).map(({ id }) => id);
    const forks = whole ? [...sharing, ...this.#itsForks.idsOf(sessionId)] : sharing;
    return {
      forks: [...new Set(forks)].sort(),
      keptIn: whole ? [...new Set(owners)].filter((id) => id !== sessionId) : [],
      subagents: whole ? this.#subagents.all({ sessionId }).map(({ id }) => id) : [],
    };
  }
}

// Its keys and names stay: they say that something was there, and keep it from coming again.
const noTexts = {
  content: null,
  reasoning: null,
  error: null,
  metadata: null,
  raw: null,
  redactions: null,
  requestHash: null,
};

function begun(order: ForgetOrder): Forgetting {
  return { ...order, next: 0, fork: "" };
}

function ownPart({ forkedAtSeq, lastSeq }: Session): Range {
  return { from: (forkedAtSeq ?? 0) + 1, to: lastSeq };
}

/** Ascending; neighbours together. */
function toRanges(seqs: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
}

const ofSession = eq(events.sessionId, sql.placeholder("sessionId"));

function selectNext(db: Drizzle) {
  const inRange = sql`${events.seq} between ${sql.placeholder("from")} and ${sql.placeholder("to")}`;
  return db
    .select({ seq: columnsOf(events).seq })
    .from(events)
    .where(and(ofSession, isNull(events.forgottenAt), inRange))
    .orderBy(events.seq)
    .limit(rowsRead);
}

/** One, of those of an event that still say something. */
function forgetAction(db: Drizzle) {
  const texts = [actions.title, actions.error, actions.input, actions.output];
  const first = db
    .select({ id: actions.id })
    .from(actions)
    .where(
      and(
        eq(actions.sessionId, sql.placeholder("sessionId")),
        eq(actions.seq, sql.placeholder("seq")),
        sql`coalesce(${sql.join(texts, sql`, `)}) is not null`,
      ),
    )
    .limit(1);
  return db
    .update(actions)
    .set({ title: null, error: null, input: null, output: null })
    .where(inArray(actions.id, first));
}

function forgetEvent(db: Drizzle) {
  return db
    .update(events)
    .set({ ...noTexts, forgottenAt: value("now") })
    .where(and(ofSession, eq(events.seq, sql.placeholder("seq"))));
}

/** Sessions that have some of these events in their history. */
function selectSharing(db: Drizzle) {
  const shares: SQL | undefined = and(
    eq(lineage.sourceId, sql.placeholder("sessionId")),
    isNull(sessions.deletedAt),
    sql`exists (select 1 from json_each(${sql.placeholder("ranges")})
      where ${lineage.fromSeq} <= value ->> 'to' and ${lineage.toSeq} >= value ->> 'from')`,
  );
  return db
    .selectDistinct({ id: sql<string>`${lineage.sessionId}`.as("id") })
    .from(lineage)
    .innerJoin(sessions, eq(sessions.id, lineage.sessionId))
    .where(shares)
    .orderBy(lineage.sessionId);
}

/** That say something, those of subagents too. UNION: a ring, which an import may make, ends. */
function selectSubagents(db: Drizzle) {
  const below = sql`with recursive below (id) as (
      select id from sessions where parent_session_id = ${sql.placeholder("sessionId")}
      union
      select sessions.id from below join sessions on sessions.parent_session_id = below.id)
    select id from below`;
  return db
    .select({ id: columnsOf(sessions).id })
    .from(sessions)
    .where(and(sql`${sessions.id} in (${below})`, isNull(sessions.deletedAt), isNull(sessions.forgottenAt)))
    .orderBy(sessions.id);
}
