// What bears a project's id or its directory: goes along when it moves, and lets go of it when it is gone.
import type { Statement } from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { type Drizzle, Prepared, value } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import { sessions } from "./schema.ts";
import { automations, jobs } from "./work-schema.ts";

const withDirectories = ["sessions", "runs", "jobs", "automations"] as const;

interface Move {
  projectId: string;
  from: string;
  to: string;
}

export class ProjectMembers {
  readonly #db: Drizzle;
  readonly #reassign;
  #moves: readonly Statement<[Move]>[] | undefined;

  constructor(db: Drizzle) {
    this.#db = db;
    const reassign = (table: typeof sessions | typeof runs | typeof jobs | typeof automations) =>
      new Prepared(db, () =>
        db
          .update(table)
          .set({ projectId: value("into") })
          .where(eq(table.projectId, sql.placeholder("projectId"))),
      );
    this.#reassign = {
      sessions: reassign(sessions),
      runs: reassign(runs),
      jobs: reassign(jobs),
      automations: reassign(automations),
    };
  }

  /** Gives them to another project, deleted sessions among them; null: to none, which no run may be left for. */
  reassign(projectId: string, into: string | null): Record<(typeof withDirectories)[number], number> {
    const given = { projectId, into };
    return {
      sessions: this.#reassign.sessions.run(given),
      runs: this.#reassign.runs.run(given),
      jobs: this.#reassign.jobs.run(given),
      automations: this.#reassign.automations.run(given),
    };
  }

  /**
   * Whatever of the project was in `from`, or below it, is now in `to`; what was elsewhere (another worktree) stays.
   * So does what has there an idempotency key or a name that is taken in `to`.
   */
  move(move: Move): void {
    this.#moves ??= withDirectories.map((table) => this.#prepareMove(table));
    for (const statement of this.#moves) statement.run(move);
  }

  // Drizzle has no words for OR IGNORE.
  #prepareMove(table: (typeof withDirectories)[number]): Statement<[Move]> {
    return this.#db.$client.prepare<[Move]>(
      `UPDATE OR IGNORE ${table} SET directory = @to || substr(directory, length(@from) + 1)
        WHERE project_id = @projectId AND (directory = @from
          OR substr(directory, 1, length(@from) + 1) IN (@from || '/', @from || '\\'))`,
    );
  }
}
