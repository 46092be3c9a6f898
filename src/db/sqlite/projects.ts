// Projects: the directories where agents work. Knows no run and no session; project-store.ts brings them together.
import { desc, eq, type SQL, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type { Project, ProjectPatch, ProjectQuery, ProjectReference } from "../projects.ts";
import type { Workspace } from "../records.ts";
import type { Page, StoreOptions } from "../store.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { projects } from "./project-schema.ts";
import type { Redaction } from "./redaction.ts";
import { repairTexts } from "./text.ts";

// Those that never ran come behind all others.
const lastRun = sql`coalesce(${projects.lastRunAt}, -1)`;

export class Projects {
  readonly #options: Pick<StoreOptions, "newId" | "now">;
  readonly #redaction: Redaction;
  readonly #byId;
  readonly #byDirectory;
  readonly #insert;
  readonly #update;
  readonly #moveLastRun;
  readonly #delete;
  readonly #firstPage;
  readonly #nextPage;

  constructor(db: Drizzle, options: Pick<StoreOptions, "newId" | "now">, redaction: Redaction) {
    this.#options = options;
    this.#redaction = redaction;
    const id = eq(projects.id, sql.placeholder("id"));
    const found = (where: SQL) =>
      new Prepared(db, () => db.select(columnsOf(projects)).from(projects).where(where));
    const page = (where: SQL | undefined) =>
      new Prepared(db, () =>
        db
          .select(columnsOf(projects))
          .from(projects)
          .where(where)
          .orderBy(desc(lastRun), desc(projects.id))
          .limit(sql.placeholder("limit")),
      );
    this.#byId = found(id);
    this.#byDirectory = found(eq(projects.directory, sql.placeholder("directory")));
    this.#insert = new Inserts(db, projects);
    this.#update = new Prepared(db, () =>
      db
        .update(projects)
        .set({
          directory: value("directory"),
          name: value("name"),
          command: value("command"),
          prompt: value("prompt"),
          gitCommonDir: value("gitCommonDir"),
          gitRemote: value("gitRemote"),
          updatedAt: value("updatedAt"),
        })
        .where(id),
    );
    this.#moveLastRun = new Prepared(db, () =>
      db
        .update(projects)
        .set({ lastRunAt: value("lastRunAt"), updatedAt: value("now") })
        .where(id),
    );
    this.#delete = new Prepared(db, () => db.delete(projects).where(id));
    this.#firstPage = page(undefined);
    this.#nextPage = page(
      sql`(${lastRun}, ${projects.id}) < (${sql.placeholder("lastRunAt")}, ${sql.placeholder("id")})`,
    );
  }

  /** The id of the workspace's project, made if it is new. */
  ensure(workspace: Workspace): string {
    return (this.at(workspace.projectDirectory) ?? this.create(workspace)).id;
  }

  create(workspace: Workspace): Project {
    const now = this.#options.now();
    const { row } = repairTexts({
      id: this.#options.newId("proj"),
      directory: workspace.projectDirectory,
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
    return row;
  }

  at(directory: string): Project | undefined {
    return this.#byDirectory.get({ directory: directory.toWellFormed() });
  }

  get(which: ProjectReference): Project {
    const project = "id" in which ? this.#byId.get(which) : this.at(which.directory);
    if (project === undefined) {
      throw new StoreError(
        "not_found",
        "id" in which ? `There is no project "${which.id}".` : `There is no project at ${which.directory}.`,
        "list_projects lists them; upsert_project makes one of a directory.",
      );
    }
    return project;
  }

  /** Puts it where the workspace is now. A field that the patch leaves out stays, and so does what git says no more. */
  update(
    project: Project,
    { projectDirectory, gitCommonDir, gitRemote }: Workspace,
    given: ProjectPatch,
  ): Project {
    const { record: patch } = this.#redaction.record(given, ["name", "command", "prompt"]);
    const { row: wanted } = repairTexts({
      directory: projectDirectory,
      name: patch.name === undefined ? project.name : patch.name,
      command: patch.command === undefined ? project.command : patch.command,
      prompt: patch.prompt === undefined ? project.prompt : patch.prompt,
      gitCommonDir: gitCommonDir ?? project.gitCommonDir,
      gitRemote: gitRemote ?? project.gitRemote,
    });
    const names = Object.keys(wanted) as (keyof typeof wanted)[];
    if (names.every((name) => wanted[name] === project[name])) return project;
    const changed = { ...project, ...wanted, updatedAt: this.#options.now() };
    this.#update.run(changed);
    return changed;
  }

  /** Null: it has no run any more. */
  markRun(id: string, lastRunAt: number | null): void {
    this.#moveLastRun.run({ id, lastRunAt, now: this.#options.now() });
  }

  /** Nothing may refer to it any more. */
  delete(id: string): void {
    this.#delete.run({ id });
  }

  list({ after, limit }: ProjectQuery): Page<Project> {
    const rows =
      after === undefined
        ? this.#firstPage.all({ limit: limit + 1 })
        : this.#nextPage.all({ id: after.id, lastRunAt: after.lastRunAt ?? -1, limit: limit + 1 });
    return { items: rows.slice(0, limit), more: rows.length > limit };
  }
}
