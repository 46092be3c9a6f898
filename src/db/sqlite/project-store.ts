// Projects with what belongs to them: their runs, and the sessions that outlive them.
import { and, eq, isNull, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type {
  DeletedProject,
  Project,
  ProjectMove,
  ProjectPatch,
  ProjectQuery,
  ProjectReference,
  ProjectStore,
  ProjectSummary,
  UpsertedProject,
} from "../projects.ts";
import type { Provenance, Workspace } from "../records.ts";
import type { Page } from "../store.ts";
import type { Audit } from "./audit.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import type { ProjectMembers } from "./project-members.ts";
import type { ProjectRuns } from "./project-runs.ts";
import type { Projects } from "./projects.ts";
import type { Rollups } from "./rollups.ts";
import { sessions } from "./schema.ts";
import type { SearchQueue } from "./search-queue.ts";
import { repairTexts } from "./text.ts";
import type { Transactions } from "./transactions.ts";

export class ProjectsWithRuns {
  readonly #projects: Projects;
  readonly #runs: ProjectRuns;
  readonly #members: ProjectMembers;
  readonly #audit: Audit;
  readonly #rollups: Rollups;
  readonly #searchQueue: SearchQueue;
  readonly #livingSessions;

  constructor(
    db: Drizzle,
    related: {
      projects: Projects;
      projectRuns: ProjectRuns;
      projectMembers: ProjectMembers;
      audit: Audit;
      rollups: Rollups;
      searchQueue: SearchQueue;
    },
  ) {
    this.#projects = related.projects;
    this.#audit = related.audit;
    this.#rollups = related.rollups;
    this.#searchQueue = related.searchQueue;
    this.#runs = related.projectRuns;
    this.#members = related.projectMembers;
    this.#livingSessions = new Prepared(db, () =>
      db
        .select({ count: sql<number>`count(*)`.as("count") })
        .from(sessions)
        .where(and(eq(sessions.projectId, sql.placeholder("projectId")), isNull(sessions.deletedAt))),
    );
  }

  upsert(workspace: Workspace, patch: ProjectPatch, move?: ProjectMove): UpsertedProject {
    const moves = move !== undefined && move.previousDirectory !== workspace.projectDirectory;
    const present = moves
      ? this.#moveTo(workspace, move)
      : (this.#projects.at(workspace.projectDirectory) ?? this.#projects.create(workspace));
    const summary = this.#summaryOf(this.#projects.update(present, workspace, patch));
    const { lossy } = repairTexts({ ...patch, directory: workspace.projectDirectory });
    return { ...summary, lossy };
  }

  #moveTo(workspace: Workspace, move: ProjectMove): Project {
    const here = this.#projects.at(workspace.projectDirectory);
    const previous = this.#projects.at(move.previousDirectory);
    // A repeat: it has moved already.
    if (previous === undefined && here !== undefined) return here;
    if (previous === undefined) throw nothingMoved(move);
    if (move.stillExists) throw stillThere(previous, workspace);
    const moved = here === undefined ? previous : this.#merge(here, previous, move);
    this.#members.move({
      projectId: moved.id,
      from: previous.directory,
      to: workspace.projectDirectory.toWellFormed(),
    });
    this.#searchQueue.addProject(moved.id);
    return this.#projects.update(moved, workspace, {});
  }

  /** All that was recorded here joins the project that has come, which goes on. */
  #merge(here: Project, previous: Project, { origin, client }: ProjectMove): Project {
    const sessions = this.#countSessions(here.id);
    const { runs, jobs, automations } = this.#members.reassign(here.id, previous.id);
    this.#rollups.mergeProject(here.id, previous.id);
    this.#projects.delete(here.id);
    if (here.lastRunAt !== null && here.lastRunAt > (previous.lastRunAt ?? Number.NEGATIVE_INFINITY)) {
      this.#projects.markRun(previous.id, here.lastRunAt);
    }
    const details = { merged_project_id: here.id, sessions, runs, jobs, automations };
    const entry = { origin, client, tool: "upsert_project", sessionId: null, subjectId: previous.id };
    this.#audit.append({ ...entry, details });
    const { name, command, prompt } = here;
    const kept = { name: name ?? previous.name, command: command ?? previous.command };
    const settings = { ...kept, prompt: prompt ?? previous.prompt };
    return { ...this.#projects.get({ id: previous.id }), ...settings };
  }

  #countSessions(projectId: string): number {
    return this.#livingSessions.get({ projectId })?.count ?? 0;
  }

  get(which: ProjectReference): ProjectSummary {
    return this.#summaryOf(this.#projects.get(which));
  }

  list(query: ProjectQuery): Page<ProjectSummary> {
    const { items, more } = this.#projects.list(query);
    const countsOf = this.#runs.countsOf(items.map(({ id }) => id));
    const summaries = items.map((project) => ({
      project,
      latestRun: this.#runs.latestOf(project.id),
      runCounts: countsOf(project.id),
    }));
    return { items: summaries, more };
  }

  delete(which: ProjectReference, { origin, client }: Provenance): DeletedProject {
    const { id } = this.#projects.get(which);
    const runs = this.#runs.deleteOf(id);
    const left = this.#countSessions(id);
    this.#searchQueue.addProject(id);
    this.#members.reassign(id, null);
    this.#rollups.mergeProject(id, null);
    this.#projects.delete(id);
    const details = { runs, sessions_kept: left };
    this.#audit.append({ origin, client, tool: "delete_project", sessionId: null, subjectId: id, details });
    return { id, runs, sessions: left };
  }

  #summaryOf(project: Project): ProjectSummary {
    return {
      project,
      latestRun: this.#runs.latestOf(project.id),
      runCounts: this.#runs.countsOf([project.id])(project.id),
    };
  }
}

function nothingMoved({ previousDirectory }: ProjectMove): StoreError {
  return new StoreError(
    "not_found",
    `There is no project at ${previousDirectory} that could have moved.`,
    "list_projects lists their directories; leave previous_directory out to make a new project.",
  );
}

function stillThere(previous: Project, { projectDirectory }: Workspace): StoreError {
  return new StoreError(
    "conflict",
    `${previous.directory} still exists, so that its project (${previous.id}) has not moved to ${projectDirectory}.`,
    "Leave previous_directory out, and each directory has a project of its own; or move or remove the old directory " +
      "first, and call upsert_project again.",
  );
}

export function createProjectStore(
  { projects, runs }: { projects: ProjectsWithRuns; runs: ProjectRuns },
  transactions: Transactions,
): ProjectStore {
  return {
    upsert: (workspace, patch, move) => transactions.write(() => projects.upsert(workspace, patch, move)),
    get: (which) => transactions.read(() => projects.get(which)),
    list: (query) => transactions.read(() => projects.list(query)),
    delete: (which, by) => transactions.write(() => projects.delete(which, by)),
    deleteRun: (runId, by) => transactions.write(() => runs.delete(runId, by)),
  };
}
