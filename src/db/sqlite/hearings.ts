// Hearings: what hooks said before the transcript did. Which event of a session is the same as what was heard, told by its
// author, its type and its words, because a hook does not know the id that the transcript will give it.
import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { CapturedEvent, CapturedHearing } from "../captures.ts";
import type { Findings } from "../redaction.ts";
import { heardKey, heardKeys } from "./event-keys.ts";
import type { EventRow } from "./event-rows.ts";
import type { Events } from "./events.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import type { Rollups } from "./rollups.ts";
import { events } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import type { SessionGrowth } from "./session-growth.ts";
import type { Sessions } from "./sessions.ts";

/** An event but for whose it is. */
export type Said = Omit<CapturedEvent, "kind" | "providerSessionId" | "key">;
/** What tells that two events are the same. */
type Words = Pick<EventRow, "type" | "author" | "content">;
type Hearing = Omit<CapturedHearing, "kind" | "providerSessionId">;

interface Related {
  sessions: Sessions;
  sessionGrowth: SessionGrowth;
  events: Events;
  rollups: Rollups;
  searchQueue: SearchQueue;
}

// A hook is at most a turn ahead of the transcript, or behind it.
const lookBack = 50;

export class Hearings {
  readonly #related: Related;
  readonly #unclaimed;
  readonly #latest;

  constructor(db: Drizzle, related: Related) {
    this.#related = related;
    const ofSession = eq(events.sessionId, sql.placeholder("sessionId"));
    this.#unclaimed = new Prepared(db, () =>
      db
        .select(columnsOf(events))
        .from(events)
        .where(
          and(
            ofSession,
            gte(events.idempotencyKey, sql.placeholder("from")),
            lt(events.idempotencyKey, sql.placeholder("to")),
          ),
        )
        .orderBy(events.seq),
    );
    const { type, author, content, messageId } = columnsOf(events);
    this.#latest = new Prepared(db, () =>
      db
        .select({ type, author, content, messageId })
        .from(events)
        .where(ofSession)
        .orderBy(desc(events.seq))
        .limit(lookBack),
    );
  }

  /** The oldest event that was heard of and is now said by the transcript. */
  of(sessionId: string, said: Words): EventRow | undefined {
    if (said.content === null) return undefined;
    return this.#unclaimed
      .all({ sessionId, ...heardKeys })
      .find((heard) => (heard.forgottenAt === null ? isSame(heard, said) : isOfKind(heard, said)));
  }

  /**
   * The transcript's own event takes the place of what was heard of it, now with all that the transcript knows. False: it
   * was forgotten meanwhile, and stays so.
   */
  replace(heard: EventRow, said: Said, by: { key: string; findings: Findings }): boolean {
    const { events, rollups, sessionGrowth, searchQueue } = this.#related;
    const { sessionId, seq, forgottenAt } = heard;
    if (forgottenAt !== null) {
      events.renameHeard(heard, by.key);
      return false;
    }
    const seqs = { from: seq, to: seq };
    rollups.subtract(sessionId, seqs);
    events.replaceHeard(heard, { ...said, sessionId, origin: heard.origin, client: heard.client }, by);
    rollups.addAgain(sessionId, seqs);
    sessionGrowth.addUsage(sessionId, said);
    searchQueue.add(sessionId, seqs);
    return true;
  }

  /** The key for a new event of it; null: the session has it already, or is better off without. */
  keyFor(sessionId: string, hearing: Hearing): string | null {
    const { lastSeq } = this.#related.sessions.get(sessionId);
    // That a session ended in which nothing happened would make it one to resume.
    if (hearing.type === "status" && lastSeq === 0) return null;
    const latest = this.#latest.all({ sessionId });
    return isAmong(latest, hearing) ? null : heardKey(lastSeq + 1);
  }
}

type Latest = Words & Pick<EventRow, "messageId">;

/**
 * As far back as the last words of the other side: a prompt that was answered, and comes again, is another one. A reply may
 * be several events of one message.
 */
function isAmong(latest: readonly Latest[], hearing: Hearing): boolean {
  const end = latest.findIndex((event) => isBefore(event, hearing));
  const recent = end < 0 ? latest : latest.slice(0, end);
  if (recent.some((event) => isSame(event, hearing))) return true;
  const pieces = Map.groupBy(
    recent.filter((event) => isOfKind(event, hearing)),
    ({ messageId }) => messageId,
  );
  return [...pieces.values()].some((parts) => {
    const content = parts
      .map((part) => part.content ?? "")
      .toReversed()
      .join(" ");
    return wordsOf(content) === wordsOf(hearing.content);
  });
}

function isBefore(event: Latest, hearing: Hearing): boolean {
  if (event.type !== "message") return false;
  const isPrompt = hearing.author === "user" && hearing.type === "message";
  return event.author === (isPrompt ? "assistant" : "user");
}

function isOfKind(event: Words, said: Words): boolean {
  return event.type === said.type && event.author === said.author;
}

/** Hosts put words of their own around a prompt, and around the summary of what they compacted. */
function isSame(event: Words, said: Words): boolean {
  if (!isOfKind(event, said) || event.content === null || said.content === null) return false;
  const [short, long] = [wordsOf(event.content), wordsOf(said.content)].toSorted(byLength);
  if (short === undefined || long === undefined || short === long) return true;
  if (said.type === "compaction") return long.includes(short);
  return said.author === "user" && (long.endsWith(` ${short}`) || long.startsWith(`${short} `));
}

const byLength = (a: string, b: string) => a.length - b.length;

function wordsOf(content: string): string {
  return content.toWellFormed().replaceAll(/\s+/g, " ").trim();
}
