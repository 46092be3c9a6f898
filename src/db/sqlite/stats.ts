// Statistics: the stored sums, and beside them what the log holds behind their watermark, in one snapshot.
import { setImmediate } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import type { Stats, StatsQuery, StatsStore } from "../stats.ts";
import type { StoreLog } from "../store.ts";
import { toStoreError } from "./errors.ts";
import { type LogSums, millisecondsPerDay, type Sums, type ToldSum } from "./log-sums.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { projects } from "./project-schema.ts";
import type { Rollups } from "./rollups.ts";
import { type Scope, ScopedSums } from "./scoped-sums.ts";
import { Tallies } from "./tallies.ts";
import type { Transactions } from "./transactions.ts";

// Days of the furthest times there are.
const furthestDay = 100_000_000;

export class Statistics {
  readonly #log: LogSums;
  readonly #rollups: Rollups;
  readonly #stored: ScopedSums;
  readonly #projectIn;
  readonly #directoryOf;

  constructor(db: Drizzle, log: LogSums, rollups: Rollups) {
    this.#log = log;
    this.#rollups = rollups;
    this.#stored = new ScopedSums(db);
    this.#projectIn = new Prepared(db, () =>
      db
        .select({ id: projects.id })
        .from(projects)
        .where(eq(projects.directory, sql.placeholder("directory"))),
    );
    this.#directoryOf = new Prepared(db, () =>
      db
        .select({ directory: projects.directory })
        .from(projects)
        .where(eq(projects.id, sql.placeholder("id"))),
    );
  }

  get(query: StatsQuery): Stats {
    const tallies = new Tallies();
    const scope = this.#scopeOf(query);
    if (scope !== null) {
      const watermark = this.#rollups.watermark();
      this.#stored.addCounts(tallies, scope);
      this.#stored.addSums(tallies, scope);
      add(tallies, scope, this.#log.livingBehind(watermark));
    }
    return tallies.toStats(query.limit, (id) => this.#directoryOf.get({ id })?.directory ?? null);
  }

  /** Null: no such project. */
  #scopeOf({ since, until, projectDirectory }: StatsQuery): Scope | null {
    const directory = projectDirectory?.toWellFormed();
    const project = directory === undefined ? undefined : this.#projectIn.get({ directory });
    if (directory !== undefined && project === undefined) return null;
    return {
      from: since === undefined ? -furthestDay : Math.floor(since / millisecondsPerDay),
      to: until === undefined ? furthestDay : Math.floor(until / millisecondsPerDay),
      projectId: project?.id ?? null,
    };
  }
}

/** Adds those of the sums that are in scope. */
function add(tallies: Tallies, { from, to, projectId }: Scope, sums: Sums<ToldSum>): void {
  const inScope = (sum: { day: number; projectId: string }) =>
    sum.day >= from && sum.day <= to && (projectId === null || sum.projectId === projectId);
  for (const sum of sums.events.filter(inScope)) tallies.addEvents(sum);
  for (const sum of sums.tools.filter(inScope)) tallies.addTool(sum);
}

/** Lets the stored sums follow the log after replies. */
export function keepStats(
  transactions: Transactions,
  { statistics, rollups, log }: { statistics: Statistics; rollups: Rollups; log: StoreLog },
): StatsStore {
  const catchUp = async () => {
    while (transactions.open && (await transactions.write(() => rollups.advance()))) await setImmediate();
  };
  let following = false;
  transactions.afterCommits(async () => {
    if (following) return;
    following = true;
    try {
      await catchUp();
    } catch (error) {
      // They only stay behind: what is not in them is read from the log.
      log.warn({ code: toStoreError(error, "").code }, "the sums for statistics were not brought up to date");
    } finally {
      following = false;
    }
  });
  return {
    get: (query) => transactions.read(() => statistics.get(query)),
    catchUp,
    async rebuild() {
      await transactions.write(() => rollups.clear());
      await catchUp();
    },
  };
}
