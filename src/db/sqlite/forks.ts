// Forks: sessions that begin with another's history.
import { StoreError } from "../errors.ts";
import type { NewFork, Session, Todo } from "../records.ts";
import type { Stored, StoreOptions } from "../store.ts";
import { clip, type Lineage } from "./lineage.ts";
import type { Redaction } from "./redaction.ts";
import { noUsage } from "./session-growth.ts";
import { type SessionRow, type Sessions, untold } from "./sessions.ts";
import { hashRequest, repairTexts, toJson } from "./text.ts";
import type { Todos } from "./todos.ts";

/** Where a session is forked, and what the new one begins with. */
export interface ForkPoint {
  source: Session;
  atSeq: number;
  todos: readonly Todo[];
}

export class Forks {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #lineage: Lineage;
  readonly #todos: Todos;
  readonly #redaction: Redaction;

  constructor(
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; lineage: Lineage; todos: Todos; redaction: Redaction },
  ) {
    this.#options = options;
    this.#sessions = related.sessions;
    this.#lineage = related.lineage;
    this.#todos = related.todos;
    this.#redaction = related.redaction;
  }

  fork(given: NewFork): Stored<Session> {
    const { record: fork } = this.#redaction.record(given, ["title"]);
    const { sessionId, title } = fork;
    const source = this.#sessions.get(sessionId);
    const atSeq = fork.atSeq ?? source.lastSeq;
    if (atSeq < 0 || atSeq > source.lastSeq) {
      throw new StoreError(
        "invalid_input",
        `Session "${sessionId}" cannot be forked at ${atSeq}: its last event is ${source.lastSeq}.`,
        `at_seq is the last event to share: 0 to ${source.lastSeq}, or leave it out to share all.`,
      );
    }
    const point = { source, atSeq, todos: this.#todos.get(sessionId).todos };
    return this.create(fork, point, { sessionId, atSeq: fork.atSeq, title });
  }

  /** `request`: what a repeat of the key has to say again. */
  create(
    { title, idempotencyKey, origin, client }: Omit<NewFork, "sessionId" | "atSeq">,
    { source, atSeq, todos }: ForkPoint,
    request: object,
  ): Stored<Session> {
    const requestHash = idempotencyKey === null ? null : hashRequest(request);
    const earlier = this.#sessions.madeBy(idempotencyKey, requestHash, source);
    if (earlier) return earlier;
    const now = this.#options.now();
    const said = repairTexts({ title: title ?? source.title, client, idempotencyKey });
    const record = this.#sessions.insert({
      ...sharedWith(source),
      ...said.row,
      id: this.#options.newId("sess"),
      forkedFromSessionId: source.id,
      forkedAtSeq: atSeq,
      origin,
      requestHash,
      lossy: source.lossy || said.lossy ? 1 : null,
      lastSeq: atSeq,
      eventCount: atSeq,
      todosVersion: todos.length > 0 ? 1 : 0,
      createdAt: now,
      updatedAt: now,
      lastAccessedAt: now,
    });
    this.#lineage.share(record.id, clip(this.#lineage.partsOf(source), 1, atSeq));
    this.#todos.copy(record.id, todos);
    return { record, duplicate: false };
  }
}

/** What a fork has of its source; the host's own session, the parent, tokens and cost are not among it. */
function sharedWith(source: Session) {
  return {
    ...untold,
    appName: source.appName,
    userId: source.userId,
    projectId: source.projectId,
    directory: source.directory,
    gitBranch: source.gitBranch,
    agent: source.agent,
    context: source.context,
    metadata: toJson(source.metadata),
    state: "active",
    provider: null,
    providerSessionId: null,
    parentSessionId: null,
    ...noUsage,
    deletedAt: null,
    purgedAt: null,
  } satisfies Partial<SessionRow>;
}
