// The Store on one SQLite file: async outside, synchronous inside, one method one transaction.
import type Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type { CheckpointStore } from "../checkpoints.ts";
import type * as records from "../records.ts";
import type * as store from "../store.ts";
import type { TurnQuery } from "../turns.ts";
import { Actions } from "./actions.ts";
import { Automations } from "./automations.ts";
import { Checkpoints, checkpointStore } from "./checkpoints.ts";
import { openConnection } from "./connection.ts";
import { toStoreError } from "./errors.ts";
import { Events } from "./events.ts";
import { Forks } from "./forks.ts";
import { Histories } from "./histories.ts";
import { automationStore, jobStore } from "./job-store.ts";
import { Jobs } from "./jobs.ts";
import { Leases } from "./leases.ts";
import { Lineage } from "./lineage.ts";
import { LogSums } from "./log-sums.ts";
import { listMigrations, migrate } from "./migrate.ts";
import type { Drizzle } from "./prepare.ts";
import { Projects } from "./projects.ts";
import { Rollups } from "./rollups.ts";
import { Runs } from "./runs.ts";
import { Sessions } from "./sessions.ts";
import { keepStats, Statistics } from "./stats.ts";
import { Todos } from "./todos.ts";
import { retryWhileBusy, Transactions } from "./transactions.ts";
import { Turns } from "./turns.ts";

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
  readonly jobs: store.Store["jobs"];
  readonly automations: store.Store["automations"];
  readonly stats: store.Store["stats"];
  readonly checkpoints: CheckpointStore;
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #options: store.StoreOptions;
  readonly #sessions: Sessions;
  readonly #forks: Forks;
  readonly #actions: Actions;
  readonly #events: Events;
  readonly #histories: Histories;
  readonly #turns: Turns;
  readonly #todos: Todos;
  readonly #runs: Runs;
  readonly #leases: Leases;

  constructor(db: Database.Database, transactions: Transactions, options: store.StoreOptions) {
    this.file = options.file;
    this.#db = db;
    this.#transactions = transactions;
    this.#options = options;
    const query: Drizzle = drizzle(db);
    const projects = new Projects(query, options);
    const sessions = new Sessions(query, options, projects);
    const todos = new Todos(query, options, sessions);
    const runs = new Runs(query, options, { sessions, projects });
    const lineage = new Lineage(query);
    const actions = new Actions(query, options, { sessions, lineage });
    const histories = new Histories(query, { sessions, lineage, actions });
    const forks = new Forks(options, { sessions, lineage, todos });
    this.#sessions = sessions;
    this.#forks = forks;
    this.#actions = actions;
    this.#events = new Events(query, options, { sessions, lineage, actions, runs });
    this.#histories = histories;
    this.#turns = new Turns(query, { sessions, lineage, histories, runs });
    this.#todos = todos;
    this.#runs = runs;
    const checkpoints = new Checkpoints(query, options, { sessions, todos, forks });
    this.checkpoints = checkpointStore(checkpoints, transactions);
    const jobs = new Jobs(query, options, { sessions, projects });
    const automations = new Automations(query, options, { projects, jobs });
    this.#leases = new Leases(query, options, { jobs, runs });
    this.automations = automationStore(transactions, automations);
    this.jobs = jobStore(transactions, {
      jobs,
      leases: this.#leases,
      automations,
      automationStore: this.automations,
      file: options.file,
      log: options.log,
    });
    const logSums = new LogSums(query);
    const rollups = new Rollups(query, logSums);
    const statistics = new Statistics(query, logSums, rollups);
    this.stats = keepStats(transactions, { statistics, rollups, log: options.log });
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

  forkSession(fork: records.NewFork) {
    return this.#transactions.write(() => this.#forks.fork(fork));
  }

  appendEvent(event: records.NewEvent) {
    return this.#transactions.write(() => this.#events.append(event));
  }

  appendEvents(sessionId: string, events: readonly records.NewEvent[]) {
    return this.#transactions.write(() => this.#events.appendAll(sessionId, events));
  }

  updateAction(move: records.ActionMove) {
    return this.#transactions.write(() => this.#actions.move(move));
  }

  getEvent(sessionId: string, seq: number) {
    return this.#transactions.read(() => this.#events.get(sessionId, seq));
  }

  getHistory(query: store.HistoryQuery) {
    return this.#transactions.read(() => this.#histories.page(query));
  }

  listTurns(query: TurnQuery) {
    return this.#transactions.read(() => this.#turns.page(query));
  }

  latestTurn(sessionId: string) {
    return this.#transactions.read(() => this.#turns.latest(sessionId));
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
    return this.#transactions.write(() => {
      const ended = this.#runs.finish(run);
      this.#leases.giveBackOf(ended);
      return ended;
    });
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
        : await this.#transactions.write(() => this.#markGone(run.id, verdict.evidence));
      if (marked) sweep[marked.status === "ended" ? "ended" : "crashed"].push(marked);
    }
    return sweep;
  }

  #markGone(runId: string, evidence: string) {
    const gone = this.#runs.markGone(runId, evidence);
    if (gone) this.#leases.giveBackOf(gone);
    return gone;
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
