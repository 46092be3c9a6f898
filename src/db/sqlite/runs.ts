// Runs: processes of agents' commands, and the marking of those that are gone. Knows no system calls: the identity
// of a process and the verdict about it are handed in.
import { and, eq, isNull, lt, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { ProcessIdentity } from "../process.ts";
import type { NewRun, Run } from "../records.ts";
import type { FinishedRun, Page, RunQuery, Stored, StoreOptions } from "../store.ts";
import { Pages } from "./pages.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import type { Projects } from "./projects.ts";
import type { Redaction } from "./redaction.ts";
import { keyConflict } from "./refusals.ts";
import type { Sessions } from "./sessions.ts";
import { fromJson, hashRequest, isOtherRequest, repairTexts, toJson } from "./text.ts";

type RunRow = typeof runs.$inferSelect;

// As the unique index says it.
export const runKeyScope = sql`(case when ${runs.sessionId} is null then ${runs.directory} else ${runs.sessionId} end)`;

export interface RunningRun {
  run: Run;
  identity: ProcessIdentity;
}

export class Runs {
  readonly #db: Drizzle;
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #sessions: Sessions;
  readonly #projects: Projects;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #end;
  readonly #disconnect;
  readonly #pages;

  constructor(
    db: Drizzle,
    options: Pick<StoreOptions, "newId" | "now">,
    related: { sessions: Sessions; projects: Projects; redaction: Redaction },
  ) {
    this.#db = db;
    this.#options = options;
    this.#sessions = related.sessions;
    this.#projects = related.projects;
    this.#redaction = related.redaction;
    const id = eq(runs.id, sql.placeholder("id"));
    const stillRunning = and(id, eq(runs.status, "running"));
    this.#insert = new Inserts(db, runs);
    this.#pages = new Pages(db, runs, {
      conditions: () => ({
        sessionId: eq(runs.sessionId, sql.placeholder("sessionId")),
        directory: eq(runs.directory, sql.placeholder("directory")),
        projectId: eq(runs.projectId, sql.placeholder("projectId")),
        status: eq(runs.status, sql.placeholder("status")),
        pid: eq(runs.pid, sql.placeholder("pid")),
        machineId: sql`${runs.machineId} is ${sql.placeholder("machineId")}`,
        afterId: lt(runs.id, sql.placeholder("afterId")),
      }),
      newest: [runs.id],
    });
    this.#byId = new Prepared(db, () => db.select(columnsOf(runs)).from(runs).where(id));
    this.#byKey = new Prepared(db, () =>
      db
        .select(columnsOf(runs))
        .from(runs)
        .where(
          and(
            sql`${runKeyScope} = ${sql.placeholder("scope")}`,
            eq(runs.idempotencyKey, sql.placeholder("key")),
          ),
        ),
    );
    this.#end = new Prepared(db, () =>
      db
        .update(runs)
        .set({
          status: value("status"),
          exitCode: value("exitCode"),
          error: value("error"),
          evidence: value("evidence"),
          endedBy: value("endedBy"),
          endedAt: value("endedAt"),
          lossy: value("lossy"),
        })
        .where(stillRunning)
        .returning(columnsOf(runs)),
    );
    this.#disconnect = new Prepared(db, () =>
      db
        .update(runs)
        .set({ disconnectedAt: value("now") })
        .where(and(stillRunning, isNull(runs.disconnectedAt))),
    );
  }

  start(given: NewRun, identity: ProcessIdentity): Stored<Run> {
    const { record: run } = this.#redaction.record(given, ["command", "args", "prompt"]);
    const session = run.sessionId === null ? null : this.#sessions.get(run.sessionId);
    const directory = run.workspace?.directory ?? session?.directory;
    if (directory === undefined) {
      throw new StoreError(
        "invalid_input",
        "A run needs a session or a directory.",
        "Give session_id or directory.",
      );
    }
    const { workspace, sessionBranch, idempotencyKey, pidFound = false, ...rest } = run;
    const { origin: _origin, client: _client, ...said } = rest;
    const request = { ...said, pid: pidFound ? null : run.pid, directory };
    const requestHash = idempotencyKey === null ? null : hashRequest(request);
    if (idempotencyKey !== null) {
      const scope = (run.sessionId ?? directory).toWellFormed();
      const earlier = this.#byKey.get({ scope, key: idempotencyKey.toWellFormed() });
      if (earlier && isOtherRequest(earlier.requestHash, requestHash))
        throw keyConflict(idempotencyKey, `run ${earlier.id}`);
      if (earlier) return { record: toRun(earlier), duplicate: true };
    }
    const startedAt = this.#options.now();
    const projectId =
      run.workspace === null && session?.projectId
        ? session.projectId
        : this.#projects.ensure(
            run.workspace ?? {
              directory,
              projectDirectory: directory,
              gitCommonDir: null,
              gitBranch: null,
              gitRemote: null,
            },
          );
    const { row, lossy } = repairTexts({
      ...said,
      ...identity,
      id: this.#options.newId("run"),
      projectId,
      directory,
      args: toJson(run.args),
      status: "running" as const,
      exitCode: null,
      error: null,
      evidence: null,
      endedBy: null,
      origin: run.origin,
      client: run.client,
      idempotencyKey,
      requestHash,
      startedAt,
      disconnectedAt: null,
      endedAt: null,
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    this.#insert.run(stored);
    this.#projects.markRun(projectId, startedAt);
    if (session && sessionBranch) this.#sessions.setBranch(session.id, sessionBranch);
    return { record: toRun(stored), duplicate: false };
  }

  get(runId: string): Run {
    const row = this.#byId.get({ id: runId });
    if (row === undefined) {
      throw new StoreError(
        "not_found",
        `There is no run "${runId}".`,
        "list_runs lists the ids; start_run makes one.",
      );
    }
    return toRun(row);
  }

  finish(given: FinishedRun): Run {
    const { runId, status, exitCode, error, endedBy } = this.#redaction.record(given, ["error"]).record;
    const run = this.get(runId);
    if (run.status !== "running") {
      const repeated =
        run.status === status && run.exitCode === exitCode && run.error === (error?.toWellFormed() ?? null);
      if (repeated) return run;
      throw new StoreError(
        "invalid_state",
        `Run "${runId}" has already ended as ${run.status} at ${new Date(run.endedAt ?? 0).toISOString()}.`,
        "A run ends once. start_run records the next one.",
      );
    }
    const { row, lossy } = repairTexts({ error });
    return this.#markEnded(run, { status, exitCode, error: row.error, endedBy, lossy });
  }

  /** As its host ends a session: in order, and nobody says how it went. */
  endOf(sessionId: string, evidence: string): Run[] {
    return this.running({ sessionId }).map(({ run }) =>
      this.#markEnded(run, { status: "ended", evidence: evidence.toWellFormed(), endedBy: "hook" }),
    );
  }

  /** Marks a run whose process is dead, unless it has been ended since it was read; then null. */
  markGone(runId: string, evidence: string): Run | null {
    const run = this.get(runId);
    if (run.status !== "running") return null;
    const { status, evidence: cause } = this.asGone(run, evidence);
    return this.#markEnded(run, { status, evidence: cause, endedBy: "sweep" });
  }

  /** What `markGone` would make of it. */
  asGone(run: Run, evidence: string): Run {
    if (run.disconnectedAt === null) {
      return { ...run, status: "crashed", evidence: `${evidence}, and no end was recorded` };
    }
    return { ...run, status: "ended", evidence: `${evidence}; its host had let go of it in order` };
  }

  #markEnded(run: Run, end: Partial<Run> & Pick<Run, "status" | "endedBy">): Run {
    const row = this.#end.get({
      id: run.id,
      status: end.status,
      exitCode: end.exitCode ?? null,
      error: end.error ?? null,
      evidence: end.evidence ?? null,
      endedBy: end.endedBy,
      endedAt: this.#options.now(),
      lossy: run.lossy || end.lossy ? 1 : null,
    });
    return row === undefined ? run : toRun(row);
  }

  disconnect(runIds: readonly string[]): void {
    const now = this.#options.now();
    for (const id of runIds) this.#disconnect.run({ id, now });
  }

  /** Every running run (of a directory, of a session) with what identifies its process, oldest first. */
  running({ directory, sessionId }: Pick<RunQuery, "directory" | "sessionId">): RunningRun[] {
    const filter = and(
      directory === undefined ? undefined : eq(runs.directory, directory),
      sessionId === undefined ? undefined : eq(runs.sessionId, sessionId),
    );
    const rows = this.#db
      .select(columnsOf(runs))
      .from(runs)
      .where(and(eq(runs.status, "running"), filter))
      .orderBy(runs.id)
      .all();
    return rows.map((row) => ({ run: toRun(row), identity: row }));
  }

  latest(sessionId: string): Run | null {
    return this.list({ sessionId, limit: 1 }).items[0] ?? null;
  }

  /** A pid means one process at a time, on one machine. */
  latestOfPid(pid: number, machineId: string | null): Run {
    const [run] = this.list({ pid, machineId, limit: 1 }).items;
    if (run === undefined) {
      throw new StoreError(
        "not_found",
        `There is no run of pid ${pid} on this machine.`,
        "list_runs with pid finds those of other machines; start_run makes one.",
      );
    }
    return run;
  }

  list({ after, limit, ...filters }: RunQuery & { machineId?: string | null }): Page<Run> {
    const { rows, more } = this.#pages.page({ ...filters, afterId: after?.id }, limit);
    return { items: rows.map(toRun), more };
  }
}

export function toRun({
  machineId: _machine,
  bootId: _boot,
  pidNamespace: _namespace,
  startToken: _token,
  idempotencyKey: _key,
  requestHash: _hash,
  ...run
}: RunRow): Run {
  return { ...run, args: fromJson<string[]>(run.args) ?? [], lossy: run.lossy === 1 };
}
