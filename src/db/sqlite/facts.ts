// The facts of a session, read in one transaction: what is at its end, in a time that does not grow with its length.
import { eq, sql } from "drizzle-orm";
import type { ResumeTarget, SessionFacts } from "../facts.ts";
import type { Session } from "../records.ts";
import { isAnswer, isRequest } from "../speech.ts";
import { Candidates } from "./candidates.ts";
import type { Histories } from "./histories.ts";
import { Landmarks } from "./landmarks.ts";
import type { Lineage } from "./lineage.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { projects } from "./project-schema.ts";
import type { Runs } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import type { Todos } from "./todos.ts";
import { Unfinished } from "./unfinished.ts";

const most = { runs: 20, notes: 20, unfinishedActions: 50, lastEvents: 200, candidates: 6 };

interface Related {
  sessions: Sessions;
  lineage: Lineage;
  histories: Histories;
  todos: Todos;
  runs: Runs;
}

export class Facts {
  readonly #related: Related;
  readonly #candidates: Candidates;
  readonly #landmarks: Landmarks;
  readonly #unfinished: Unfinished;
  readonly #project;

  constructor(db: Drizzle, related: Related) {
    this.#related = related;
    this.#candidates = new Candidates(db);
    this.#landmarks = new Landmarks(db, related);
    this.#unfinished = new Unfinished(db);
    this.#project = new Prepared(db, () => {
      const { id, name, directory } = columnsOf(projects);
      const theirs = eq(projects.id, sql.placeholder("id"));
      return db.select({ id, name, directory }).from(projects).where(theirs);
    });
  }

  of(target: ResumeTarget): SessionFacts {
    const { sessions, todos, runs } = this.#related;
    const [session, ...otherCandidates] =
      "sessionId" in target ? [sessions.get(target.sessionId)] : this.#candidates.of(target, most.candidates);
    const { id: sessionId } = session;
    const notes = this.#landmarks.notes(session, most.notes);
    const unfinished = this.#unfinished.of(sessionId, most.unfinishedActions);
    return {
      session,
      project: this.#project.get({ id: session.projectId }) ?? null,
      runs: runs.list({ sessionId, limit: most.runs }).items,
      todos: todos.get(sessionId).todos,
      firstRequest: this.#landmarks.request(session, "asc"),
      ...this.#lastOf(session),
      decisions: notes.items,
      decisionCount: notes.count,
      unfinishedActions: unfinished.items,
      unfinishedCount: unfinished.count,
      otherCandidates,
    };
  }

  /** What is found near the end needs no search behind it. */
  #lastOf(session: Session) {
    const latest = { sessionId: session.id, order: "desc", orderBy: "seq", limit: most.lastEvents } as const;
    const { items: lastEvents } = this.#related.histories.page(latest);
    return {
      lastEvents,
      lastRequest: lastEvents.find(isRequest) ?? this.#landmarks.request(session, "desc"),
      lastAnswer: lastEvents.find(isAnswer) ?? this.#landmarks.answer(session),
    };
  }
}
