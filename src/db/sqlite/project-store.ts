// Projects with what belongs to them: their runs, and the sessions that outlive them.
import { eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import type {
  DeletedProject,
  Project,
  ProjectPatch,
  ProjectQuery,
  ProjectReference,
  ProjectStore,
  ProjectSummary,
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
import type { Transactions } from "./transactions.ts";

export class ProjectsWithRuns {
  readonly #projects: Projects;
  readonly #runs: ProjectRuns;
  readonly #members: ProjectMembers;
  readonly #audit: Audit;
  readonly #rollups: Rollups;
  readonly #anySession;
  readonly #leaveSessions;

  constructor(
    db: Drizzle,
    related: {
      projects: Projects;
      projectRuns: ProjectRuns;
      projectMembers: ProjectMembers;
      audit: Audit;
      rollups: Rollups;
    },
  ) {
    this.#projects = related.projects;
    this.#audit = related.audit;
    this.#rollups = related.rollups;
    this.#runs = related.projectRuns;
    this.#members = related.projectMembers;
    // Deleted ones too, as long as they refer to it.
    const ofProject = eq(sessions.projectId, sql.placeholder("projectId"));
    this.#anySession = new Prepared(db, () =>
      db.select({ id: sessions.id }).from(sessions).where(ofProject).limit(1),
    );
    this.#leaveSessions = new Prepared(db, () =>
      db.update(sessions).set({ projectId: null }).where(ofProject),
    );
  }

  upsert(workspace: Workspace, patch: ProjectPatch, previousDirectory?: string): ProjectSummary {
    const here = this.#projects.at(workspace.projectDirectory);
    const moves = previousDirectory !== undefined && previousDirectory !== workspace.projectDirectory;
    const present = moves ? this.#moved(workspace, here, previousDirectory) : here;
    const project = present ?? this.#projects.create(workspace);
    if (moves) {
      this.#members.move({
        projectId: project.id,
        from: previousDirectory.toWellFormed(),
        to: workspace.projectDirectory.toWellFormed(),
      });
    }
    return this.#summaryOf(this.#projects.update(project, workspace, patch));
  }

  /** The project that goes on at the workspace: the one that came here, unless only the one here has been used. */
  #moved(workspace: Workspace, here: Project | undefined, previousDirectory: string): Project {
    const previous = this.#projects.at(previousDirectory);
    // A repeat: it has moved already.
    if (previous === undefined && here !== undefined) return here;
    if (previous === undefined) {
      throw new StoreError(
        "not_found",
        `There is no project at ${previousDirectory} that could have moved.`,
        "list_projects lists their directories; leave previous_directory out to make a new project.",
      );
    }
    if (here === undefined) return previous;
    if (!this.#isUsed(here)) {
      this.#members.reassign(here.id, previous.id);
      this.#projects.delete(here.id);
      return previous;
    }
    if (this.#isUsed(previous)) throw bothUsed(here, previous);
    this.#members.reassign(previous.id, here.id);
    this.#projects.delete(previous.id);
    return this.#projects.update(here, workspace, {
      name: here.name ?? previous.name,
      command: here.command ?? previous.command,
      prompt: here.prompt ?? previous.prompt,
    });
  }

  #isUsed({ id }: Project): boolean {
    return this.#runs.latestOf(id) !== null || this.#anySession.get({ projectId: id }) !== undefined;
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
    const left = this.#leaveSessions.run({ projectId: id });
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

function bothUsed(here: Project, previous: Project): StoreError {
  return new StoreError(
    "conflict",
    `Both ${here.directory} (${here.id}) and ${previous.directory} (${previous.id}) are projects with sessions or runs.`,
    "Leave previous_directory out to go on with each; or delete_project one of them, which keeps its sessions.",
  );
}

export function createProjectStore(
  { projects, runs }: { projects: ProjectsWithRuns; runs: ProjectRuns },
  transactions: Transactions,
): ProjectStore {
  return {
    upsert: (workspace, patch, previousDirectory) =>
      transactions.write(() => projects.upsert(workspace, patch, previousDirectory)),
    get: (which) => transactions.read(() => projects.get(which)),
    list: (query) => transactions.read(() => projects.list(query)),
    delete: (which, by) => transactions.write(() => projects.delete(which, by)),
    deleteRun: (runId, by) => transactions.write(() => runs.delete(runId, by)),
  };
}
