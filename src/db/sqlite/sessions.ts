// Sessions: the rows, and when they were last touched.
import { and, eq, isNull, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { JsonObject, NewSession, Session } from "../records.ts";
import type { Owner, Stored, StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import { keyConflict, sessionNotFound } from "./refusals.ts";
import { sessions } from "./schema.ts";
import { noUsage } from "./session-growth.ts";
import { fromJson, hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** Of a session that no host has told of. */
export const untold = {
  hostTitle: null,
  providerParentId: null,
  hostTodosAt: null,
  hostTodosVersion: null,
  forgottenAt: null,
};

export class Sessions {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #projects: Projects;
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #touch;
  readonly #touchTodos;
  readonly #setBranch;

  constructor(db: Drizzle, options: Pick<StoreOptions, "newId" | "now">, related: { projects: Projects }) {
    this.#options = options;
    this.#projects = related.projects;
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
