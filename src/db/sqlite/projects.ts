// Projects: the directories where agents work.
import { eq, sql } from "drizzle-orm";
import type { Workspace } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { projects } from "./schema.ts";
import { repairTexts } from "./text.ts";

export class Projects {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #find;
  readonly #insert;
  readonly #moveLastRun;

  constructor(db: Drizzle, options: Pick<StoreOptions, "newId" | "now">) {
    this.#options = options;
    this.#find = new Prepared(db, () =>
      db
        .select({ id: projects.id })
        .from(projects)
        .where(eq(projects.directory, sql.placeholder("directory"))),
    );
    this.#insert = new Inserts(db, projects);
    this.#moveLastRun = new Prepared(db, () =>
      db
        .update(projects)
        .set({ lastRunAt: value("now"), updatedAt: value("now") })
        .where(eq(projects.id, sql.placeholder("id"))),
    );
  }

  /** The id of the workspace's project, made if it is new. */
  ensure(workspace: Workspace): string {
    const directory = workspace.projectDirectory.toWellFormed();
    const found = this.#find.get({ directory });
    if (found) return found.id;
    const now = this.#options.now();
    const id = this.#options.newId("proj");
    const { row } = repairTexts({
      id,
      directory,
      name: null,
      command: null,
      prompt: null,
      gitCommonDir: workspace.gitCommonDir,
      gitRemote: workspace.gitRemote,
      createdAt: now,
      updatedAt: now,
      lastRunAt: null,
    });
    this.#insert.run(row);
    return id;
  }

  markRun(id: string, now: number): void {
    this.#moveLastRun.run({ id, now });
  }
}
