// The Store on one SQLite file: async outside, synchronous inside, one method one transaction.
import type Database from "better-sqlite3";
import type { ResumeTarget } from "../facts.ts";
import type * as records from "../records.ts";
import type * as store from "../store.ts";
import type { TurnQuery } from "../turns.ts";
import { createAuditStore } from "./audit.ts";
import { captureStore } from "./captures.ts";
import { checkpointStore } from "./checkpoints.ts";
import { openConnection } from "./connection.ts";
import { Erasure } from "./erasure.ts";
import { toStoreError } from "./errors.ts";
import { ForgetSlices } from "./forget-slices.ts";
import { forgetStore } from "./forget-store.ts";
import { createHealthStore } from "./health.ts";
import { automationStore, jobStore } from "./job-store.ts";
import { migrate } from "./migrate.ts";
import { listMigrations } from "./migration-files.ts";
import { createParts, type Parts } from "./parts.ts";
import { portableStore } from "./portable-store.ts";
import { createProjectStore } from "./project-store.ts";
import { pruneStore } from "./prunes.ts";
import { Purge } from "./purge.ts";
import { openReadConnection } from "./read-connection.ts";
import { scrubStore } from "./scrub-store.ts";
import { SearchFollower } from "./search-follower.ts";
import { createSearchStore } from "./search-store.ts";
import { keepStats } from "./stats.ts";
import { Sweeps } from "./sweeps.ts";
import { retryWhileBusy, Transactions } from "./transactions.ts";

/**
 * Opens the file, makes it if there is none, and brings its schema up to date.
 * Rejects with `not_a_backstory_file`, `schema_too_new`, `read_only`, `disk_full`, `corrupt` or `busy`; a file that
 * is refused is left as it was, to the byte. With `readOnly` it makes and changes nothing, and rejects with `not_found`
 * or `invalid_state` where it would have to.
 */
export async function openStore(options: store.StoreOptions): Promise<store.Store> {
  const migrations = listMigrations(options.migrationsDirectory);
  const { file, readOnly = false, busyDeadline = 10_000 } = options;
  const transactions = { file, readOnly, busyDeadline };
  return retryWhileBusy(() => {
    const db = readOnly
      ? openReadConnection(file, migrations.length)
      : openConnection(file, options, migrations.length);
    try {
      if (!readOnly) migrate(db, { file, migrations, now: options.now, log: options.log });
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

const fewCommits = 8;

class SqliteStore implements store.Store {
  readonly file: string;
  readonly projects: store.Store["projects"];
  readonly checkpoints: store.Store["checkpoints"];
  readonly jobs: store.Store["jobs"];
  readonly automations: store.Store["automations"];
  readonly stats: store.Store["stats"];
  readonly audit: store.Store["audit"];
  readonly search: store.Store["search"];
  readonly scrubs: store.Store["scrubs"];
  readonly captures: store.Store["captures"];
  readonly forgetting: store.Store["forgetting"];
  readonly health: store.Store["health"];
  readonly portable: store.Store["portable"];
  readonly pruning: store.Store["pruning"];
  readonly #db: Database.Database;
  readonly #transactions: Transactions;
  readonly #options: store.StoreOptions;
  readonly #parts: Parts;
  readonly #purge: Purge;
  readonly #sweeps: Sweeps;
  readonly #searchFollower: SearchFollower;

  constructor(db: Database.Database, transactions: Transactions, options: store.StoreOptions) {
    this.file = options.file;
    this.#db = db;
    this.#transactions = transactions;
    this.#options = options;
    const parts = createParts(db, options);
    this.#parts = parts;
    this.#sweeps = new Sweeps(transactions, { ...parts, prober: options.prober });
    this.#purge = new Purge(transactions, parts.deletedRows, () => db.open);
    this.projects = createProjectStore(
      { projects: parts.projectsWithRuns, runs: parts.projectRuns },
      transactions,
    );
    this.checkpoints = checkpointStore(parts.checkpoints, transactions);
    this.automations = automationStore(transactions, parts.automations);
    this.jobs = jobStore(transactions, { ...parts, ...options, automationStore: this.automations });
    this.stats = keepStats(transactions, { ...parts, log: options.log });
    this.audit = createAuditStore(parts.audit, transactions);
    this.#searchFollower = new SearchFollower(transactions, { ...parts, log: options.log });
    this.search = createSearchStore(transactions, {
      searches: parts.searches,
      follower: this.#searchFollower,
    });
    this.captures = captureStore(transactions, parts);
    this.health = createHealthStore(db, transactions);
    const forgetSlices = new ForgetSlices(db, transactions, parts.forgettings);
    const erasing = { ...parts, forgetSlices, searchFollower: this.#searchFollower, log: options.log };
    const erasure = new Erasure(db, transactions, erasing);
    if (!options.readOnly) erasure.watch();
    this.scrubs = scrubStore(db, transactions, { ...parts, erasure });
    this.portable = portableStore(transactions, {
      ...parts,
      redaction: parts.masking,
      searchFollower: this.#searchFollower,
    });
    this.pruning = pruneStore(db, transactions, parts.prunes);
    this.forgetting = forgetStore(transactions, {
      ...parts,
      forgetSlices,
      erasure,
      file: options.file,
    });
  }

  createSession(session: records.NewSession) {
    return this.#transactions.write(() => this.#parts.providerSessions.create(session));
  }

  getSession(sessionId: string, owner?: store.Owner) {
    return this.#transactions.read(() => this.#parts.sessions.get(sessionId, owner));
  }

  listSessions(query: store.SessionQuery) {
    return this.#transactions.read(() => this.#parts.sessionList.page(query));
  }

  forkSession(fork: records.NewFork) {
    return this.#transactions.write(() => this.#parts.forks.fork(fork));
  }

  updateSession(sessionId: string, patch: records.SessionPatch, by: records.Provenance) {
    return this.#transactions.write(() => this.#parts.sessionPatches.apply(sessionId, patch, by));
  }

  async deleteSession(sessionId: string, cascade: boolean, by: records.Provenance) {
    const deleted = await this.#transactions.write(() =>
      this.#parts.deletions.delete(sessionId, cascade, by),
    );
    this.purgeDeletedSessions().catch((error: unknown) => {
      // The next start finishes it.
      this.#options.log.warn({ code: toStoreError(error, this.file).code }, "a purge was cut short");
    });
    return deleted;
  }

  async purgeDeletedSessions() {
    const sessions = await this.#purge.run();
    this.#searchFollower.note(sessions);
    return sessions;
  }

  listSessionIds(prefix: string, limit: number) {
    return this.#transactions.read(() => this.#parts.sessionIds.startingWith(prefix, limit));
  }

  async getFacts(target: ResumeTarget) {
    const { facts, running } = await this.#transactions.read(() => {
      const facts = this.#parts.facts.of(target);
      const isRunning = facts.runs.some(({ status }) => status === "running");
      const { id: sessionId } = facts.session;
      return { facts, running: isRunning ? this.#parts.runs.running({ sessionId }) : [] };
    });
    const judged = await this.#sweeps.judge(running);
    return { ...facts, runs: facts.runs.map((run) => judged.get(run.id) ?? run) };
  }

  async touchSession(sessionId: string) {
    const due = await this.#transactions.read(() => this.#parts.accesses.isDue(sessionId));
    if (due) await this.#transactions.write(() => this.#parts.accesses.note(sessionId));
  }

  appendEvent(event: records.NewEvent) {
    this.#searchFollower.note(1);
    return this.#transactions.write(() => this.#parts.events.append(event));
  }

  appendEvents(sessionId: string, events: readonly records.NewEvent[]) {
    this.#searchFollower.note(events.length);
    return this.#transactions.write(() => this.#parts.events.appendAll(sessionId, events));
  }

  updateAction(move: records.ActionMove) {
    this.#searchFollower.note(1);
    return this.#transactions.write(() => this.#parts.actions.move(move));
  }

  getEvent(sessionId: string, seq: number) {
    return this.#transactions.read(() => this.#parts.events.get(sessionId, seq));
  }

  getHistory(query: store.HistoryQuery) {
    return this.#transactions.read(() => this.#parts.histories.page(query));
  }

  listTurns(query: TurnQuery) {
    return this.#transactions.read(() => this.#parts.turns.page(query));
  }

  latestTurn(sessionId: string) {
    return this.#transactions.read(() => this.#parts.turns.latest(sessionId));
  }

  updateTodos(sessionId: string, todos: records.NewTodo[], expectedVersion?: number) {
    return this.#transactions.write(() => this.#parts.todos.update(sessionId, todos, expectedVersion));
  }

  getTodos(sessionId: string) {
    return this.#transactions.read(() => this.#parts.todos.get(sessionId));
  }

  async startRun(run: records.NewRun) {
    const identity = await this.#options.prober.identify(run.pid);
    return this.#transactions.write(() => this.#parts.runs.start(run, identity));
  }

  finishRun(run: store.FinishedRun) {
    return this.#transactions.write(() => {
      const ended = this.#parts.runs.finish(run);
      this.#parts.claims.giveBackOf(ended);
      return ended;
    });
  }

  async getRun(which: store.RunReference) {
    if ("id" in which) return this.#transactions.read(() => this.#parts.runs.get(which.id));
    const { machineId } = await this.#options.prober.identify(which.pid);
    return this.#transactions.read(() => this.#parts.runs.latestOfPid(which.pid, machineId));
  }

  listRuns(query: store.RunQuery) {
    return this.#transactions.read(() => this.#parts.runs.list(query));
  }

  latestRun(sessionId: string) {
    return this.#transactions.read(() => this.#parts.runs.latest(sessionId));
  }

  markCrashedRuns(options: Parameters<store.Store["markCrashedRuns"]>[0] = {}) {
    return this.#sweeps.mark(options);
  }

  async markDisconnected(runIds: readonly string[]) {
    if (runIds.length > 0) await this.#transactions.write(() => this.#parts.runs.disconnect(runIds));
  }

  async close() {
    if (!this.#db.open) return;
    // The last connection to close does this anyway; with others open a long log would be theirs to bear. A hook that
    // wrote two rows is waited for.
    if (!this.#options.readOnly && this.#transactions.commits > fewCommits) this.#checkpoint();
    this.#db.close();
  }

  #checkpoint() {
    try {
      this.#db.pragma("wal_checkpoint(PASSIVE)");
    } catch (error) {
      this.#options.log.warn({ code: toStoreError(error, this.file).code }, "the log was not checkpointed");
    }
  }
}
