// Sessions: the rows, their counters, and the list of them by latest activity.
import { and, desc, eq, gte, isNull, lte, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { JsonObject, NewSession, Session, Tokens } from "../records.ts";
import type { Owner, Page, SessionQuery, Stored, StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, namesOfGiven, Prepared, Shapes, value } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import type { Redaction } from "./redaction.ts";
import { keyConflict, sessionNotFound } from "./refusals.ts";
import { sessions } from "./schema.ts";
import { fromJson, hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** What an event adds to its session. */
export interface Growth {
  tokens: Tokens;
  costUsd: number | null;
}

/** The seq of the new event, and the session's latest activity. */
type Grown = Pick<Session, "lastSeq" | "updatedAt">;

/** Of a session that no host has told of. */
export const untold = {
  hostTitle: null,
  providerParentId: null,
  hostTodosAt: null,
  hostTodosVersion: null,
  forgottenAt: null,
};

/** Of a session of whose usage nothing has been told yet. */
export const noUsage = {
  inputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  costUsd: null,
} satisfies Record<Counter, null>;

export class Sessions {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #projects: Projects;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #growths = new Shapes<{ get(values: Record<string, unknown>): Grown | undefined }>();
  readonly #usages = new Shapes<{ run(values: Record<string, unknown>): number }>();
  readonly #touch;
  readonly #touchTodos;
  readonly #setBranch;
  readonly #lists = new Shapes<{ all(values: Record<string, unknown>): SessionRow[] }>();

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { projects: Projects; redaction: Redaction },
  ) {
    this.#db = db;
    this.#options = options;
    this.#projects = related.projects;
    this.#redaction = related.redaction;
    const id = eq(sessions.id, sql.placeholder("id"));
    this.#insert = new Inserts(db, sessions);
    this.#byId = new Prepared(db, () =>
      db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(and(id, isNull(sessions.deletedAt))),
    );
    this.#byKey = new Prepared(db, () =>
      db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(
          and(
            eq(sessions.appName, sql.placeholder("appName")),
            sql`(case when ${sessions.userId} is null then '' else ${sessions.userId} end) = ${sql.placeholder("userId")}`,
            eq(sessions.idempotencyKey, sql.placeholder("key")),
          ),
        ),
    );
    this.#touch = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ updatedAt: value("now"), lastAccessedAt: value("now") })
        .where(id),
    );
    this.#setBranch = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ gitBranch: value("gitBranch") })
        .where(id),
    );
    this.#touchTodos = new Prepared(db, () =>
      db
        .update(sessions)
        .set({
          todosVersion: sql`${sessions.todosVersion} + 1`,
          updatedAt: value("now"),
          lastAccessedAt: value("now"),
        })
        .where(id)
        .returning({ todosVersion: columnsOf(sessions).todosVersion }),
    );
  }

  /** What its key made before. */
  repeated(session: NewSession): Stored<Session> | null {
    return this.madeBy(session.idempotencyKey, hashOf(session), session);
  }

  create(session: NewSession): Session {
    if (session.parentSessionId !== null) this.get(session.parentSessionId);
    return toSession(this.createAt(this.#options.now(), session, session.workspace.gitBranch));
  }

  /** One that began at that time, on that branch. */
  createAt(now: number, session: NewSession, gitBranch: string | null): SessionRow {
    const { workspace, idempotencyKey, origin: _origin, client: _client, ...said } = session;
    const { row, lossy } = repairTexts({
      ...said,
      ...untold,
      id: this.#options.newId("sess"),
      projectId: this.#projects.ensure(workspace),
      directory: workspace.directory,
      gitBranch,
      forkedFromSessionId: null,
      forkedAtSeq: null,
      state: "active" as const,
      origin: session.origin,
      client: session.client,
      idempotencyKey,
      requestHash: hashOf(session),
      lastSeq: 0,
      eventCount: 0,
      ...noUsage,
      todosVersion: 0,
      createdAt: now,
      updatedAt: now,
      lastAccessedAt: now,
      deletedAt: null,
      purgedAt: null,
      metadata: toJson(session.metadata ?? undefined),
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    this.#insert.run(stored);
    return stored;
  }

  /** What the key of an app and user made before; `conflict` if it was asked to make something else. */
  madeBy(
    key: string | null,
    requestHash: string | null,
    { appName, userId }: Pick<Session, "appName" | "userId">,
  ): Stored<Session> | null {
    if (key === null) return null;
    const earlier = this.#byKey.get({ appName, userId: userId ?? "", key: key.toWellFormed() });
    return earlier ? duplicateOf(earlier, requestHash, key) : null;
  }

  /** A new row, whose texts are repaired. */
  insert(row: SessionRow): Session {
    this.#insert.run(row);
    return toSession(row);
  }

  get(sessionId: string, owner: Owner = {}): Session {
    const row = this.#byId.get({ id: sessionId });
    const theirs =
      row === undefined ||
      (owner.appName !== undefined && owner.appName.toWellFormed() !== row.appName) ||
      (owner.userId !== undefined && owner.userId.toWellFormed() !== row.userId);
    if (theirs) throw sessionNotFound(sessionId, owner);
    return toSession(row);
  }

  /**
   * Counts one more event in, and gives it its seq. `at`: when it happened, of one that is taken in afterwards (0: not
   * known), which is no activity of now.
   */
  grow(sessionId: string, growth: Growth, at?: number): Grown {
    const added = countersOf(growth);
    const counters = namesOfGiven(added) as Counter[];
    const late = at !== undefined;
    const shape = `${late} ${counters.join()}`;
    const statement = this.#growths.get(shape, () => this.#prepareGrowth(counters, late));
    const grown = statement.get({ ...added, id: sessionId, now: this.#options.now(), at });
    if (grown === undefined) throw sessionNotFound(sessionId);
    return grown;
  }

  /** Counts the usage of an event that was counted in without it. */
  addUsage(sessionId: string, growth: Growth): void {
    const added = countersOf(growth);
    const counters = namesOfGiven(added) as Counter[];
    if (counters.length === 0) return;
    const prepare = () => {
      const id = eq(sessions.id, sql.placeholder("id"));
      return new Prepared(this.#db, () => this.#db.update(sessions).set(growBy(counters)).where(id));
    };
    this.#usages.get(counters.join(), prepare).run({ ...added, id: sessionId });
  }

  #prepareGrowth(counters: readonly Counter[], late: boolean) {
    const times = late
      ? { updatedAt: laterOf(value("at")) }
      : { updatedAt: value("now"), lastAccessedAt: value("now") };
    return new Prepared(this.#db, () =>
      this.#db
        .update(sessions)
        .set({
          lastSeq: sql`${sessions.lastSeq} + 1`,
          eventCount: sql`${sessions.eventCount} + 1`,
          ...times,
          ...growBy(counters),
        })
        .where(and(eq(sessions.id, sql.placeholder("id")), isNull(sessions.deletedAt)))
        .returning({ lastSeq: columnsOf(sessions).lastSeq, updatedAt: columnsOf(sessions).updatedAt }),
    );
  }

  /** Notes that something of it has changed. */
  touch(sessionId: string, now: number): void {
    this.#touch.run({ id: sessionId, now });
  }

  /** Counts one more change of its todos, and returns their new version. */
  touchTodos(sessionId: string, now: number): number {
    return this.#touchTodos.get({ id: sessionId, now })?.todosVersion ?? 0;
  }

  /** Where its directory is now. */
  setBranch(sessionId: string, gitBranch: string): void {
    this.#setBranch.run({ id: sessionId, gitBranch: gitBranch.toWellFormed() });
  }

  list({ after, limit, ...filters }: SessionQuery): Page<Session> {
    const values = {
      ...filters,
      afterUpdatedAt: after?.updatedAt,
      afterId: after?.id,
    };
    const given = Object.entries(values).filter(([, v]) => v !== undefined);
    const shape = given.map(([name]) => name).join();
    const statement = this.#lists.get(shape, () => this.#prepareList(new Set(given.map(([name]) => name))));
    const rows = statement.all({ ...Object.fromEntries(given), limit: limit + 1 });
    return { items: rows.slice(0, limit).map(toSession), more: rows.length > limit };
  }

  #prepareList(given: ReadonlySet<string>) {
    const conditions: Record<string, SQL> = {
      appName: eq(sessions.appName, sql.placeholder("appName")),
      userId: eq(sessions.userId, sql.placeholder("userId")),
      directory: eq(sessions.directory, sql.placeholder("directory")),
      projectId: eq(sessions.projectId, sql.placeholder("projectId")),
      agent: eq(sessions.agent, sql.placeholder("agent")),
      provider: eq(sessions.provider, sql.placeholder("provider")),
      state: eq(sessions.state, sql.placeholder("state")),
      // Not LIKE, which ends at a NUL and has wildcards.
      titleContains: sql`instr(lower(${sessions.title}), lower(${sql.placeholder("titleContains")})) > 0`,
      updatedAfter: gte(sessions.updatedAt, sql.placeholder("updatedAfter")),
      updatedBefore: lte(sessions.updatedAt, sql.placeholder("updatedBefore")),
      afterId: sql`(${sessions.updatedAt}, ${sessions.id}) < (${sql.placeholder("afterUpdatedAt")}, ${sql.placeholder("afterId")})`,
    };
    const wanted = Object.entries(conditions).filter(([name]) => given.has(name));
    return new Prepared(this.#db, () =>
      this.#db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(and(isNull(sessions.deletedAt), ...wanted.map(([, condition]) => condition)))
        .orderBy(desc(sessions.updatedAt), desc(sessions.id))
        .limit(sql.placeholder("limit")),
    );
  }
}

type Counter =
  | "inputTokens"
  | "outputTokens"
  | "reasoningTokens"
  | "cacheReadTokens"
  | "cacheWriteTokens"
  | "costUsd";

/** The latest activity, as far as it is not after the time given. */
export function laterOf(at: SQL): SQL {
  return sql`max(${sessions.updatedAt}, ${at})`;
}

function countersOf({ tokens, costUsd }: Growth): Record<Counter, number | null> {
  return {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    reasoningTokens: tokens.reasoning,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite,
    costUsd,
  };
}

/** Adds a placeholder's value to each counter; one that nobody has counted yet is null. */
function growBy(counters: readonly Counter[]): Partial<Record<Counter, SQL>> {
  return Object.fromEntries(
    counters.map((name) => [name, sql`coalesce(${sessions[name]}, 0) + ${sql.placeholder(name)}`]),
  );
}

/** Tells a repeat of its creation from another request; null without a key. */
function hashOf({ workspace, idempotencyKey, origin: _origin, client: _client, ...said }: NewSession) {
  return idempotencyKey === null ? null : hashRequest({ ...said, directory: workspace.directory });
}

function duplicateOf(row: SessionRow, requestHash: string | null, key: string): Stored<Session> {
  if (row.deletedAt !== null) {
    throw new StoreError(
      "conflict",
      `The idempotency_key "${key}" made session ${row.id}, which has been deleted since.`,
      "Use a new idempotency_key to create another session.",
    );
  }
  if (isOtherRequest(row.requestHash, requestHash)) throw keyConflict(key, `session ${row.id}`);
  return { record: toSession(row), duplicate: true };
}

export function toSession(row: SessionRow): Session {
  const {
    inputTokens,
    outputTokens,
    reasoningTokens,
    cacheReadTokens,
    cacheWriteTokens,
    idempotencyKey: _key,
    requestHash: _hash,
    deletedAt: _deletedAt,
    purgedAt: _purgedAt,
    hostTitle: _hostTitle,
    providerParentId: _providerParentId,
    hostTodosAt: _hostTodosAt,
    hostTodosVersion: _hostTodosVersion,
    ...session
  } = row;
  return {
    ...session,
    lossy: row.lossy === 1,
    tokens: {
      input: inputTokens,
      output: outputTokens,
      reasoning: reasoningTokens,
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
    },
    metadata: fromJson<JsonObject>(row.metadata),
  };
}
