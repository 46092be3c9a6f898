// The facts of a session, read in one transaction: what is at its end, in a time that does not grow with its length.
import { and, asc, desc, eq, gt, gte, isNull, lte, ne, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { ResumeTarget, SessionFacts, UnfinishedAction } from "../facts.ts";
import type { Event, Session } from "../records.ts";
import type { HistoryQuery } from "../store.ts";
import { toAction } from "./actions.ts";
import type { Histories } from "./histories.ts";
import type { Lineage } from "./lineage.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import type { Runs } from "./runs.ts";
import { actions, events, lineage, projects, sessions } from "./schema.ts";
import { type Sessions, toSession } from "./sessions.ts";
import type { Todos } from "./todos.ts";

// No index knows answers, decisions and notes: they are looked for among so many events, about a millisecond.
const lookBack = 3_000;
const most = {
  runs: 20,
  decisions: 20,
  unfinishedActions: 50,
  lastEvents: 200,
  candidates: 6,
  blankPrompts: 10,
};

interface Related {
  sessions: Sessions;
  lineage: Lineage;
  histories: Histories;
  todos: Todos;
  runs: Runs;
}

export class Facts {
  readonly #related: Related;
  readonly #project;
  readonly #ofDirectory;
  readonly #ofProject;
  readonly #unfinished;
  readonly #unfinishedShared;
  readonly #prompts;

  constructor(db: Drizzle, related: Related) {
    this.#related = related;
    this.#project = new Prepared(db, () => {
      const { id, name, directory } = columnsOf(projects);
      const theirs = eq(projects.id, sql.placeholder("id"));
      return db.select({ id, name, directory }).from(projects).where(theirs);
    });
    const directory = sql.placeholder("directory");
    this.#ofDirectory = prepareCandidates(db, () => eq(sessions.directory, directory));
    this.#ofProject = prepareCandidates(db, () => {
      const theirs = eq(projects.directory, sql.placeholder("projectDirectory"));
      const project = db.select({ id: projects.id }).from(projects).where(theirs);
      return and(sql`${sessions.projectId} = ${project}`, ne(sessions.directory, directory));
    });
    this.#unfinished = prepareUnfinished(db);
    this.#unfinishedShared = prepareUnfinishedShared(db);
    this.#prompts = { asc: preparePrompts(db, asc), desc: preparePrompts(db, desc) };
  }

  of(target: ResumeTarget): SessionFacts {
    const { sessions, todos, runs } = this.#related;
    const [session, ...otherCandidates] =
      "sessionId" in target ? [sessions.get(target.sessionId)] : this.#candidates(target.workspace);
    if (session === undefined) throw nothingToResume(target);
    const { id: sessionId } = session;
    return {
      session,
      project: this.#project.get({ id: session.projectId }) ?? null,
      runs: runs.list({ sessionId, limit: most.runs }).items,
      todos: todos.get(sessionId).todos,
      firstRequest: this.#request(session, "asc"),
      ...this.#lastOf(session),
      unfinishedActions: this.#unfinishedOf(session),
      otherCandidates,
    };
  }

  /** Those of the directory itself come before those elsewhere in its project. */
  #candidates(workspace: { directory: string; projectDirectory: string }): Session[] {
    const here = this.#ofDirectory.all({ ...workspace, limit: most.candidates });
    const limit = most.candidates - here.length;
    const nearby = limit === 0 ? [] : this.#ofProject.all({ ...workspace, limit });
    return [...here, ...nearby].map(toSession);
  }

  /** What is found near the end needs no search behind it. */
  #lastOf(session: Session) {
    const { id: sessionId, lastSeq } = session;
    const latest = { sessionId, order: "desc", orderBy: "seq", afterSeq: lastSeq - lookBack } as const;
    const { items: lastEvents } = this.#related.histories.page({ ...latest, limit: most.lastEvents });
    const answers = { ...latest, types: ["message", "result"], limit: 50 } satisfies HistoryQuery;
    const { items: decisions } = this.#related.histories.page({
      ...latest,
      types: ["decision", "note"],
      limit: most.decisions,
    });
    return {
      lastEvents,
      lastRequest: lastEvents.find(isRequest) ?? this.#request(session, "desc"),
      lastAnswer:
        lastEvents.find(isAnswer) ?? this.#related.histories.page(answers).items.find(isAnswer) ?? null,
      decisions,
    };
  }

  /** The first or the last thing the user asked for, wherever it stands. */
  #request(session: Session, order: "asc" | "desc"): Event | null {
    const { lineage, histories } = this.#related;
    const parts = lineage.partsOf(session);
    for (const part of order === "asc" ? parts : parts.toReversed()) {
      const seqs = this.#prompts[order].all({ ...part, limit: most.blankPrompts }).map(({ seq }) => seq);
      const { items } = histories.ofSeqs(
        session.id,
        [part],
        seqs.sort((a, b) => a - b),
      );
      const found = order === "asc" ? items.find(isRequest) : items.findLast(isRequest);
      if (found) return found;
    }
    return null;
  }

  /** A fork's own, then those of the history it shares. */
  #unfinishedOf({ id: sessionId }: Session): UnfinishedAction[] {
    const own = this.#unfinished.all({ sessionId, limit: most.unfinishedActions });
    const shared = this.#unfinishedShared.all({ sessionId, limit: most.unfinishedActions - own.length });
    return [...own, ...shared].map(({ author, origin, seq, ...row }) => ({
      ...toAction({ ...row, seq }),
      seq,
      author,
      origin,
    }));
  }
}

/** Sessions that can be resumed, the latest activity first. */
function prepareCandidates(db: Drizzle, where: () => SQL | undefined) {
  const resumable = and(
    isNull(sessions.deletedAt),
    isNull(sessions.parentSessionId),
    ne(sessions.state, sql`'archived'`),
    gt(sessions.eventCount, sql`0`),
  );
  return new Prepared(db, () =>
    db
      .select(columnsOf(sessions))
      .from(sessions)
      .where(and(where(), resumable))
      .orderBy(desc(sessions.updatedAt), desc(sessions.id))
      .limit(sql.placeholder("limit")),
  );
}

const unfinished = sql`${actions.status} in ('pending', 'running')`;
const inEvent = and(eq(events.sessionId, actions.sessionId), eq(events.seq, actions.seq));
const latestFirst = [desc(actions.seq), desc(actions.position)];

/** Tool calls of the session's own events, with what these say of them. */
function prepareUnfinished(db: Drizzle) {
  const { author, origin } = columnsOf(events);
  return new Prepared(db, () =>
    db
      .select({ ...columnsOf(actions), author, origin })
      .from(actions)
      .innerJoin(events, inEvent)
      .where(and(eq(actions.sessionId, sql.placeholder("sessionId")), unfinished))
      .orderBy(...latestFirst)
      .limit(sql.placeholder("limit")),
  );
}

/** Those of the history that it shares with the sessions it was forked from. */
function prepareUnfinishedShared(db: Drizzle) {
  const { author, origin } = columnsOf(events);
  const shared = and(
    eq(actions.sessionId, lineage.sourceId),
    gte(actions.seq, lineage.fromSeq),
    lte(actions.seq, lineage.toSeq),
  );
  return new Prepared(db, () =>
    db
      .select({ ...columnsOf(actions), author, origin })
      .from(lineage)
      .innerJoin(actions, shared)
      .innerJoin(events, inEvent)
      .where(and(eq(lineage.sessionId, sql.placeholder("sessionId")), unfinished))
      .orderBy(...latestFirst)
      .limit(sql.placeholder("limit")),
  );
}

/** The condition is literal, so that a partial index serves it. */
function preparePrompts(db: Drizzle, direction: typeof asc) {
  return new Prepared(db, () =>
    db
      .select({ seq: sql<number>`${events.seq}`.as("seq") })
      .from(events)
      .where(
        and(
          eq(events.sessionId, sql.placeholder("ownerId")),
          gte(events.seq, sql.placeholder("fromSeq")),
          lte(events.seq, sql.placeholder("toSeq")),
          sql`${events.author} = 'user' and ${events.type} = 'message'`,
        ),
      )
      .orderBy(direction(events.seq))
      .limit(sql.placeholder("limit")),
  );
}

function isRequest({ type, author, content }: Event): boolean {
  return type === "message" && author === "user" && hasText(content);
}

function isAnswer({ type, author, content }: Event): boolean {
  const ofAgent = author !== "user" && author !== "system" && author !== "tool";
  return (type === "message" || type === "result") && ofAgent && hasText(content);
}

function hasText(content: string | null): boolean {
  return content !== null && content.trim() !== "";
}

function nothingToResume(target: ResumeTarget): StoreError {
  const directory = "workspace" in target ? target.workspace.directory : "";
  return new StoreError(
    "not_found",
    `There is no session to resume in "${directory}" or its project: none there has an event.`,
    "create_session starts one; list_sessions shows those of other directories, archived ones and subagents'.",
  );
}
