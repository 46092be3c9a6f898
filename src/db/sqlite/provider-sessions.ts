// Sessions by their hosts' own ids: one for each, whichever door it came in by, and each under its parent.
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { CapturedSession, CaptureOrigin, OpenedSession } from "../captures.ts";
import { StoreError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { JsonObject, NewSession, Session, Stored } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import type { Redaction } from "./redaction.ts";
import { sessions } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import { type SessionRow, type Sessions, toSession } from "./sessions.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";

/** What of a session can be filled in, as columns. */
const filled = [
  "appName",
  "userId",
  "projectId",
  "directory",
  "gitBranch",
  "title",
  "hostTitle",
  "agent",
  "context",
  "metadata",
  "state",
  "parentSessionId",
  "providerParentId",
  "createdAt",
  "updatedAt",
  "lossy",
] as const satisfies (keyof SessionRow)[];

/** What of them its events are filed by. */
const filedBy = ["appName", "userId", "projectId", "directory"] as const satisfies (typeof filled)[number][];

interface ProviderId {
  provider: string | null;
  providerSessionId: string | null;
  userId?: string | null;
}

interface LookedUp {
  row: SessionRow | undefined;
  parent: SessionRow | undefined;
  deleted: boolean;
}

export class ProviderSessions {
  readonly #now: StoreOptions["now"];
  readonly #sessions: Sessions;
  readonly #projects: Projects;
  readonly #redaction: Redaction;
  readonly #searchQueue: SearchQueue;
  readonly #byProvider;
  readonly #fill;
  readonly #adopt;

  constructor(
    db: Drizzle,
    { now }: Pick<StoreOptions, "now">,
    related: { sessions: Sessions; projects: Projects; redaction: Redaction; searchQueue: SearchQueue },
  ) {
    this.#now = now;
    this.#sessions = related.sessions;
    this.#projects = related.projects;
    this.#redaction = related.redaction;
    this.#searchQueue = related.searchQueue;
    const ofProvider = eq(sessions.provider, sql.placeholder("provider"));
    this.#byProvider = new Prepared(db, () =>
      db
        .select(columnsOf(sessions))
        .from(sessions)
        .where(
          and(
            ofProvider,
            eq(sessions.providerSessionId, sql.placeholder("providerSessionId")),
            // Two users may have one database, and a host that names no user has one.
            sql`coalesce(${sessions.userId}, ${sql.placeholder("userId")}, '') = coalesce(${sql.placeholder("userId")}, ${sessions.userId}, '')`,
          ),
        )
        .orderBy(sql`${sessions.deletedAt} is not null`, sessions.id)
        .limit(1),
    );
    this.#fill = new Prepared(db, () =>
      db
        .update(sessions)
        .set(Object.fromEntries(filled.map((name) => [name, value(name)])) as Record<string, SQL>)
        .where(eq(sessions.id, sql.placeholder("id"))),
    );
    this.#adopt = new Prepared(db, () =>
      db
        .update(sessions)
        .set({ parentSessionId: value("id") })
        .where(
          and(
            ofProvider,
            eq(sessions.providerParentId, sql.placeholder("providerSessionId")),
            isNull(sessions.parentSessionId),
            isNull(sessions.deletedAt),
            sql`${sessions.id} <> ${sql.placeholder("id")}`,
          ),
        ),
    );
  }

  /** What is known by that id: a session, or else what is left of one that was deleted. */
  find({ provider, providerSessionId, userId = null }: ProviderId): SessionRow | undefined {
    if (provider === null || providerSessionId === null) return undefined;
    const given = repairTexts({ provider, providerSessionId, userId });
    return this.#byProvider.get(given.row);
  }

  /** As a tool asks for it: the session that its host has told of already, with what the tool knows beside that. */
  create(given: NewSession): Stored<Session> {
    const { record: session } = this.#redaction.record(given, ["title", "context", "metadata"]);
    const repeated = this.#sessions.repeated(session);
    if (repeated) return repeated;
    const found = this.find(session);
    if (found === undefined || found.deletedAt !== null) {
      const record = this.#sessions.create(session);
      this.adopt(record);
      return { record, duplicate: false };
    }
    if (session.parentSessionId !== null) this.#sessions.get(session.parentSessionId);
    // Ours to say where only a host has spoken; and whose it is, so that its owner finds it.
    const owned =
      found.origin === "tool" ? {} : { appName: session.appName, userId: session.userId ?? found.userId };
    const record = this.#store(found, {
      ...owned,
      title: found.title ?? session.title,
      agent: found.agent ?? session.agent,
      context: found.context ?? session.context,
      parentSessionId: found.parentSessionId ?? session.parentSessionId,
      metadata: mergeUnder(found.metadata, session.metadata, none),
    });
    return { record, duplicate: true };
  }

  /** What is there for a host that tells of it: a session, nothing yet, or one that was deleted and does not come again. */
  look(said: CapturedSession, by: CaptureOrigin): LookedUp {
    const id = { provider: by.provider, providerSessionId: said.providerSessionId, userId: said.userId };
    const found = this.find(id);
    const parent = this.#parentOf(said, by.provider);
    // A subagent of a deleted session may be new to us: its transcript is a file of its own.
    const deletedAt = (found ?? parent)?.deletedAt ?? null;
    const row = found?.deletedAt === null ? found : undefined;
    return { row, parent, deleted: deletedAt !== null && !by.includeDeleted };
  }

  /** As a host tells of it. */
  open(said: CapturedSession, by: CaptureOrigin): OpenedSession {
    const { row, parent, deleted } = this.look(said, by);
    if (deleted) return { session: null, created: false, deleted };
    const whole = row ?? this.#make(said, by);
    const session = this.#store(whole, this.#known(whole, said, by, parent));
    if (row === undefined) this.adopt(session);
    return { session, created: row === undefined, deleted };
  }

  #make(said: CapturedSession, { provider, origin, client, workspace }: CaptureOrigin): SessionRow {
    const began = Math.min(said.createdAt ?? said.updatedAt ?? this.#now(), this.#now());
    const session = {
      appName: said.appName ?? provider,
      userId: said.userId,
      workspace: said.workspace ?? workspace,
      title: null,
      agent: said.agent,
      provider,
      providerSessionId: said.providerSessionId,
      parentSessionId: null,
      context: said.context,
      metadata: said.metadata,
      origin,
      client,
      idempotencyKey: null,
    };
    return this.#sessions.createAt(began, session, said.gitBranch);
  }

  /** What the host says, where nobody else has spoken. */
  #known(
    row: SessionRow,
    told: CapturedSession,
    by: CaptureOrigin,
    parent: SessionRow | undefined,
  ): Partial<SessionRow> {
    // What was forgotten is not learned again.
    const said = row.forgottenAt === null ? told : { ...told, title: null, context: null, metadata: null };
    const titled = said.title !== null && (row.title === null || row.title === row.hostTitle);
    const isElsewhere = said.workspace !== null && row.directory === by.workspace.directory.toWellFormed();
    const isParent = parent !== undefined && parent.deletedAt === null && parent.id !== row.id;
    return {
      ...(isElsewhere && said.workspace !== null && this.#at(said.workspace)),
      title: titled ? said.title : row.title,
      hostTitle: said.title ?? row.hostTitle,
      gitBranch: said.gitBranch ?? row.gitBranch,
      agent: row.agent ?? said.agent,
      context: row.context ?? said.context,
      metadata: mergeUnder(row.metadata, said.metadata, row.origin === "tool" ? none : moving),
      // A host that has ended or archived it says so; that it is open it says of every one.
      state: said.state === null || said.state === "active" ? row.state : said.state,
      parentSessionId: row.parentSessionId ?? (isParent ? parent.id : null),
      providerParentId: row.providerParentId ?? said.parentProviderSessionId,
      createdAt: Math.min(row.createdAt, said.createdAt ?? row.createdAt),
      updatedAt: Math.max(row.updatedAt, Math.min(said.updatedAt ?? 0, this.#now())),
    };
  }

  #at(workspace: NonNullable<CapturedSession["workspace"]>) {
    return { projectId: this.#projects.ensure(workspace), directory: workspace.directory };
  }

  #parentOf(
    { parentProviderSessionId, providerSessionId, userId }: CapturedSession,
    provider: string,
  ): SessionRow | undefined {
    if (parentProviderSessionId === providerSessionId) return undefined;
    return this.find({ provider, providerSessionId: parentProviderSessionId, userId });
  }

  #store(row: SessionRow, said: Partial<SessionRow>): Session {
    const repaired = repairTexts(said);
    const next: SessionRow = { ...row, ...repaired.row };
    if (repaired.lossy) next.lossy = 1;
    // The key of its creation is its user's.
    if (row.idempotencyKey !== null) Object.assign(next, { appName: row.appName, userId: row.userId });
    if (filled.some((name) => next[name] !== row[name])) this.#fill.run(next);
    if (filedBy.some((name) => next[name] !== row[name])) {
      this.#searchQueue.add(row.id, { from: 1, to: row.lastSeq });
    }
    return toSession(next);
  }

  /** Its children that came before it. */
  adopt({ id, provider, providerSessionId }: Session): void {
    if (provider !== null && providerSessionId !== null) this.#adopt.run({ id, provider, providerSessionId });
  }

  /** `conflict` if another session has that id already. */
  refuseTaken(session: Session): void {
    const found = this.find(session);
    if (found === undefined || found.deletedAt !== null || found.id === session.id) return;
    throw new StoreError(
      "conflict",
      `The ${session.provider} session "${session.providerSessionId}" is session ${found.id} already.`,
      `Go on in ${found.id}, or delete_session it first.`,
    );
  }
}

/** With what a host's session goes on, each time it goes on. */
const moving: ReadonlySet<string> = new Set(["model", "version", "cli_version"]);
const none: ReadonlySet<string> = new Set();

/** What is there, with what is said beyond it, or anew of what moves; alone where both would be too large. */
function mergeUnder(
  present: string | null,
  said: JsonObject | null,
  moves: ReadonlySet<string>,
): string | null {
  if (said === null) return present;
  const known = fromJson<JsonObject>(present) ?? {};
  const added = Object.entries(said).filter(
    ([key, value]) =>
      !Object.hasOwn(known, key) || (moves.has(key) && value !== null && known[key] !== value),
  );
  if (added.length === 0) return present ?? toJson(said);
  const merged = JSON.stringify({ ...known, ...Object.fromEntries(added) });
  return Buffer.byteLength(merged) > limits.metadata ? present : merged;
}
