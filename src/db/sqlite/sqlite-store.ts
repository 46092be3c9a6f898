// The Store on one SQLite file: async outside, synchronous inside, one method one transaction.
import type Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type { ResumeTarget } from "../facts.ts";
import type * as records from "../records.ts";
import type * as store from "../store.ts";
import { Accesses } from "./accesses.ts";
import { Actions } from "./actions.ts";
import { openConnection } from "./connection.ts";
import { toStoreError } from "./errors.ts";
import { Events } from "./events.ts";
import { Facts } from "./facts.ts";
import { listMigrations, migrate } from "./migrate.ts";
import type { Drizzle } from "./prepare.ts";
import { Projects } from "./projects.ts";
import { Runs } from "./runs.ts";
import { SessionIds } from "./session-ids.ts";
import { Sessions } from "./sessions.ts";
import { Todos } from "./todos.ts";
import { retryWhileBusy, Transactions } from "./transactions.ts";

/**
 * Opens the file, makes it if there is none, and brings its schema up to date.
 * Rejects with `not_a_backstory_file`, `schema_too_new`, `read_only`, `disk_full`, `corrupt` or `busy`; a file that
 * is refused is left as it was, to the byte.
 */
export async function openStore(options: store.StoreOptions): Promise<store.Store> {
  const migrations = listMigrations(options.migrationsDirectory);
  const transactions = { file: options.file, busyDeadline: options.busyDeadline ?? 10_000 };
  return retryWhileBusy(() => {
    const db = openConnection(options.file, options.durability, migrations.length);
    try {
      migrate(db, { file: options.file, migrations, now: options.now, log: options.log });
      return new SqliteStore(
        db,
        new Transactions(db, { ...transactions, schemaVersion: migrations.length, log: options.log }),
        options,
      );
    } catch (error) {
      db.close();
      throw error;
    }
  }, transactions);
}

class SqliteStore implements store.Store {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #options: store.StoreOptions;
  readonly #sessions: Sessions;
  readonly #events: Events;
  readonly #todos: Todos;
  readonly #runs: Runs;
  readonly #facts: Facts;
  readonly #accesses: Accesses;
  readonly #sessionIds: SessionIds;

  constructor(db: Database.Database, transactions: Transactions, options: store.StoreOptions) {
    this.file = options.file;
    this.#db = db;
    this.#transactions = transactions;
    this.#options = options;
    const query: Drizzle = drizzle(db);
    const projects = new Projects(query, options);
    const actions = new Actions(query, options);
    this.#sessions = new Sessions(query, options, projects);
    this.#todos = new Todos(query, options, this.#sessions);
    this.#runs = new Runs(query, options, { sessions: this.#sessions, projects });
    this.#events = new Events(query, options, { sessions: this.#sessions, actions, runs: this.#runs });
    this.#facts = new Facts(query, {
      sessions: this.#sessions,
      events: this.#events,
      actions,
      todos: this.#todos,
      runs: this.#runs,
    });
    this.#accesses = new Accesses(query, options);
    this.#sessionIds = new SessionIds(query);
  }

  createSession(session: records.NewSession) {
    return this.#transactions.write(() => this.#sessions.create(session));
  }

  getSession(sessionId: string, owner?: store.Owner) {
    return this.#transactions.read(() => this.#sessions.get(sessionId, owner));
  }

  listSessions(query: store.SessionQuery) {
    return this.#transactions.read(() => this.#sessions.list(query));
  }

  listSessionIds(prefix: string, limit: number) {
    return this.#transactions.read(() => this.#sessionIds.startingWith(prefix, limit));
  }

  getFacts(target: ResumeTarget) {
    return this.#transactions.read(() => this.#facts.of(target));
  }

  async touchSession(sessionId: string) {
    const due = await this.#transactions.read(() => this.#accesses.isDue(sessionId));
    if (due) await this.#transactions.write(() => this.#accesses.note(sessionId));
  }

  appendEvent(event: records.NewEvent) {
    return this.#transactions.write(() => this.#events.append(event));
  }

  getEvent(sessionId: string, seq: number) {
    return this.#transactions.read(() => this.#events.get(sessionId, seq));
  }

  getHistory(query: store.HistoryQuery) {
    return this.#transactions.read(() => this.#events.history(query));
  }

  updateTodos(sessionId: string, todos: records.NewTodo[], expectedVersion?: number) {
    return this.#transactions.write(() => this.#todos.update(sessionId, todos, expectedVersion));
  }

  getTodos(sessionId: string) {
    return this.#transactions.read(() => this.#todos.get(sessionId));
  }

  async startRun(run: records.NewRun) {
    const identity = await this.#options.prober.identify(run.pid);
    return this.#transactions.write(() => this.#runs.start(run, identity));
  }

  finishRun(run: store.FinishedRun) {
    return this.#transactions.write(() => this.#runs.finish(run));
  }

  listRuns(query: store.RunQuery) {
    return this.#transactions.read(() => this.#runs.list(query));
  }

  latestRun(sessionId: string) {
    return this.#transactions.read(() => this.#runs.latest(sessionId));
  }

  /** Reads and probes without the lock, and takes it for each dead run alone. */
  async markCrashedRuns({ directory, dryRun = false }: Parameters<store.Store["markCrashedRuns"]>[0] = {}) {
    const running = await this.#transactions.read(() => this.#runs.running(directory));
    const sweep: store.Sweep = { crashed: [], ended: [], unknown: [], alive: 0, checked: running.length };
    for (const { run, identity } of running) {
      const verdict = await this.#options.prober.probe(identity);
      if (verdict.state === "alive") sweep.alive += 1;
      if (verdict.state === "unknown") sweep.unknown.push({ run, evidence: verdict.evidence });
      if (verdict.state !== "dead") continue;
      const marked = dryRun
        ? this.#runs.asGone(run, verdict.evidence)
        : await this.#transactions.write(() => this.#runs.markGone(run.id, verdict.evidence));
      if (marked) sweep[marked.status === "ended" ? "ended" : "crashed"].push(marked);
    }
    return sweep;
  }

  async markDisconnected(runIds: readonly string[]) {
    if (runIds.length > 0) await this.#transactions.write(() => this.#runs.disconnect(runIds));
  }

  async close() {
    if (!this.#db.open) return;
    try {
      // The last connection to close does this anyway; with others open the log is shorter for them.
      this.#db.pragma("wal_checkpoint(PASSIVE)");
    } catch (error) {
      this.#options.log.warn({ code: toStoreError(error, this.file).code }, "the log was not checkpointed");
    }
    this.#db.close();
  }
}
