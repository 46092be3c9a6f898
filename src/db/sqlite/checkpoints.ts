// Checkpoints: named points of a session to go back to.
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type {
  Checkpoint,
  CheckpointQuery,
  CheckpointStore,
  CheckpointWithState,
  NewCheckpoint,
  Restore,
  Restored,
} from "../checkpoints.ts";
import { StoreError } from "../errors.ts";
import type { JsonValue, Page, Session, Stored, Todo } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import type { Forks } from "./forks.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, Shapes } from "./prepare.ts";
import type { Redaction } from "./redaction.ts";
import { keyConflict } from "./refusals.ts";
import { checkpoints } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";
import type { Todos } from "./todos.ts";
import type { Transactions } from "./transactions.ts";

type CheckpointRow = typeof checkpoints.$inferSelect;

/** A row without its large columns, but with their sizes. */
type ShortRow = Omit<CheckpointRow, "todos" | "state"> & { todoCount: number; stateChars: number | null };

export function checkpointStore(rows: Checkpoints, transactions: Transactions): CheckpointStore {
  return {
    save: (checkpoint) => transactions.write(() => rows.save(checkpoint)),
    get: (checkpointId) => transactions.read(() => rows.get(checkpointId)),
    list: (query) => transactions.read(() => rows.list(query)),
    restore: (restore) => transactions.write(() => rows.restore(restore)),
  };
}

export class Checkpoints {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #todos: Todos;
  readonly #forks: Forks;
  readonly #audit: Audit;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #lists = new Shapes<{ all(values: Record<string, unknown>): ShortRow[] }>();

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; todos: Todos; forks: Forks; audit: Audit; redaction: Redaction },
  ) {
    this.#db = db;
    this.#options = options;
    this.#sessions = related.sessions;
    this.#todos = related.todos;
    this.#forks = related.forks;
    this.#audit = related.audit;
    this.#redaction = related.redaction;
    // SQLite's own length() counts code points.
    db.$client.function("utf16_length", { deterministic: true }, lengthOf);
    this.#insert = new Inserts(db, checkpoints);
    const all = () => db.select(columnsOf(checkpoints)).from(checkpoints).$dynamic();
    this.#byId = new Prepared(db, () => all().where(eq(checkpoints.id, sql.placeholder("id"))));
    this.#byKey = new Prepared(db, () =>
      all().where(
        and(
          eq(checkpoints.sessionId, sql.placeholder("sessionId")),
          eq(checkpoints.idempotencyKey, sql.placeholder("key")),
        ),
      ),
    );
  }

  save(given: NewCheckpoint): Stored<Checkpoint> {
    const { record } = this.#redaction.record(given, ["label", "state"]);
    const { sessionId, label, state, gitHead, ...by } = record;
    const session = this.#sessions.get(sessionId);
    const requestHash = by.idempotencyKey === null ? null : hashRequest({ sessionId, label, state });
    if (by.idempotencyKey !== null) {
      const earlier = this.#byKey.get({ sessionId, key: by.idempotencyKey.toWellFormed() });
      if (earlier && isOtherRequest(earlier.requestHash, requestHash)) {
        throw keyConflict(by.idempotencyKey, `checkpoint ${earlier.id}`);
      }
      if (earlier) return { record: toCheckpoint(shorten(earlier)), duplicate: true };
    }
    const { row, lossy } = repairTexts({
      ...by,
      id: this.#options.newId("chk"),
      sessionId,
      label,
      seq: session.lastSeq,
      todos: JSON.stringify(this.#todos.get(sessionId).todos),
      gitHead,
      requestHash,
      createdAt: this.#options.now(),
      state: toJson(state),
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    this.#insert.run(stored);
    this.#sessions.touch(sessionId, row.createdAt);
    return { record: toCheckpoint(shorten(stored)), duplicate: false };
  }

  list({ sessionId, after, limit }: CheckpointQuery): Page<Checkpoint> {
    this.#sessions.get(sessionId);
    const statement = this.#lists.get(after ? "after" : "", () => this.#prepareList(after !== undefined));
    const rows = statement.all({ sessionId, afterId: after?.id, limit: limit + 1 });
    return { items: rows.slice(0, limit).map(toCheckpoint), more: rows.length > limit };
  }

  #prepareList(behind: boolean) {
    const { todos: _todos, state: _state, ...columns } = columnsOf(checkpoints);
    const sizes = {
      todoCount: sql<number>`json_array_length(${checkpoints.todos})`.as("todoCount"),
      stateChars: sql<number | null>`utf16_length(${checkpoints.state})`.as("stateChars"),
    };
    const ofSession = eq(checkpoints.sessionId, sql.placeholder("sessionId"));
    return new Prepared(this.#db, () =>
      this.#db
        .select({ ...columns, ...sizes })
        .from(checkpoints)
        .where(behind ? and(ofSession, lt(checkpoints.id, sql.placeholder("afterId"))) : ofSession)
        .orderBy(desc(checkpoints.id))
        .limit(sql.placeholder("limit")),
    );
  }

  get(checkpointId: string): CheckpointWithState {
    return withState(this.#find(checkpointId).row);
  }

  #find(checkpointId: string): { row: CheckpointRow; session: Session } {
    const row = this.#byId.get({ id: checkpointId });
    if (row !== undefined) return { row, session: this.#sessions.get(row.sessionId) };
    throw new StoreError(
      "not_found",
      `There is no checkpoint "${checkpointId}".`,
      "list_checkpoints lists a session's; a deleted session's are gone with it.",
    );
  }

  restore(given: Restore): Stored<Restored> {
    const { checkpointId, ...fork } = this.#redaction.record(given, ["title"]).record;
    const { row, session: source } = this.#find(checkpointId);
    const todos = JSON.parse(row.todos) as Todo[];
    const point = { source, atSeq: row.seq, todos };
    const { record: session, duplicate } = this.#forks.create(fork, point, {
      checkpointId,
      title: fork.title,
    });
    if (!duplicate) {
      this.#audit.append({
        origin: fork.origin,
        client: fork.client,
        tool: "restore_checkpoint",
        sessionId: row.sessionId,
        subjectId: checkpointId,
        details: { seq: row.seq, todos: todos.length, fork_session_id: session.id },
      });
    }
    return { record: { session, todos, ...withState(row) }, duplicate };
  }
}

function withState(row: CheckpointRow): CheckpointWithState {
  return { checkpoint: toCheckpoint(shorten(row)), state: fromJson<JsonValue>(row.state) ?? undefined };
}

function shorten({ todos, state, ...row }: CheckpointRow): ShortRow {
  const todoCount = (JSON.parse(todos) as Todo[]).length;
  return { ...row, todoCount, stateChars: lengthOf(state) };
}

function lengthOf(text: string | null): number | null {
  return text === null ? null : text.length;
}

function toCheckpoint({ idempotencyKey: _key, requestHash: _hash, lossy, ...row }: ShortRow): Checkpoint {
  return { ...row, lossy: lossy === 1 };
}
