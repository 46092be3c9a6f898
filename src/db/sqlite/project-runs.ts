// Runs as a project sees them: how many of each status, which is the latest, and their deletion.
import { desc, eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import { type Provenance, type Run, type RunStatus, runStatuses } from "../records.ts";
import type { Audit } from "./audit.ts";
import { columnsOf, type Drizzle, inList, Prepared } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import type { Projects } from "./projects.ts";
import { type Runs, toRun } from "./runs.ts";

export class ProjectRuns {
  readonly #counts;
  readonly #latest;
  readonly #delete;
  readonly #deleteAll;
  readonly #runs: Runs;
  readonly #projects: Projects;
  readonly #audit: Audit;

  constructor(db: Drizzle, related: { runs: Runs; projects: Projects; audit: Audit }) {
    this.#runs = related.runs;
    this.#projects = related.projects;
    this.#audit = related.audit;
    const ofProject = eq(runs.projectId, sql.placeholder("projectId"));
    this.#counts = new Prepared(db, () =>
      db
        .select({
          projectId: columnsOf(runs).projectId,
          status: columnsOf(runs).status,
          count: sql<number>`count(*)`.as("count"),
        })
        .from(runs)
        .where(inList(runs.projectId, "projectIds"))
        .groupBy(runs.projectId, runs.status),
    );
    this.#latest = new Prepared(db, () =>
      db.select(columnsOf(runs)).from(runs).where(ofProject).orderBy(desc(runs.id)).limit(1),
    );
    this.#delete = new Prepared(db, () => db.delete(runs).where(eq(runs.id, sql.placeholder("id"))));
    this.#deleteAll = new Prepared(db, () => db.delete(runs).where(ofProject));
  }

  /** Of each of the projects; reads the index of their runs alone. */
  countsOf(projectIds: readonly string[]): (projectId: string) => Record<RunStatus, number> {
    const rows = this.#counts.all({ projectIds: JSON.stringify(projectIds) });
    const byProject = Map.groupBy(rows, ({ projectId }) => projectId);
    return (projectId) => {
      const counts = { ...none };
      for (const { status, count } of byProject.get(projectId) ?? []) counts[status] = count;
      return counts;
    };
  }

  latestOf(projectId: string): Run | null {
    const row = this.#latest.get({ projectId });
    return row === undefined ? null : toRun(row);
  }

  /** Returns how many there were. */
  deleteOf(projectId: string): number {
    return this.#deleteAll.run({ projectId });
  }

  delete(runId: string, { origin, client }: Provenance): void {
    const { status, projectId, sessionId } = this.#runs.get(runId);
    if (status === "running") {
      throw new StoreError(
        "invalid_state",
        `Run "${runId}" is still running.`,
        "finish_run records its end, mark_crashed_runs finds out whether its process is gone. Then delete it.",
      );
    }
    this.#delete.run({ id: runId });
    this.#projects.markRun(projectId, this.latestOf(projectId)?.startedAt ?? null);
    this.#audit.append({
      origin,
      client,
      tool: "delete_run",
      sessionId,
      subjectId: runId,
      details: { status },
    });
  }
}

const none = Object.fromEntries(runStatuses.map((status) => [status, 0])) as Record<RunStatus, number>;
