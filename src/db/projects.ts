// Projects: the directories where agents work, with what is usually run there and how that went.
import type { Page, Provenance, Run, RunStatus, Workspace } from "./records.ts";

export interface Project {
  id: string;
  /** Of its main checkout: one for all worktrees. */
  directory: string;
  name: string | null;
  /** The command usually run there. */
  command: string | null;
  /** The prompt usually given to it. */
  prompt: string | null;
  gitCommonDir: string | null;
  gitRemote: string | null;
  createdAt: number;
  updatedAt: number;
  lastRunAt: number | null;
}

/** A project with how its runs went. */
export interface ProjectSummary {
  project: Project;
  latestRun: Run | null;
  runCounts: Record<RunStatus, number>;
}

export interface UpsertedProject extends ProjectSummary {
  /** A text that came had to be repaired. The project itself keeps no note of that. */
  lossy: boolean;
}

/** Undefined leaves a field as it is, null clears it. */
export interface ProjectPatch {
  name?: string | null | undefined;
  command?: string | null | undefined;
  prompt?: string | null | undefined;
}

/** A project by its id, or by its directory: that of `Workspace.projectDirectory`. */
export type ProjectReference = { id: string } | { directory: string };

/** By the latest run, those that never ran last; then by id. Descending. */
export interface ProjectQuery {
  /** Continue behind this one. */
  after?: { lastRunAt: number | null; id: string } | undefined;
  limit: number;
}

/** A project has come from another directory. */
export interface ProjectMove extends Provenance {
  /** What identified it there. */
  previousDirectory: string;
  /** Whether there is a directory still: then it has not moved. */
  stillExists: boolean;
}

export interface DeletedProject {
  id: string;
  runs: number;
  /** They stay, and belong to no project. */
  sessions: number;
}

export interface ProjectStore {
  /**
   * Makes the project of a workspace or changes it; one that is there and as asked stays untouched.
   * `move`: it was elsewhere, and keeps its id, with all that was recorded there. What was recorded here meanwhile joins
   * it, and the project that was made for that is gone. `not_found` if no project is there, nor one here to which it has
   * moved already; `conflict` while that directory exists.
   */
  upsert(workspace: Workspace, patch: ProjectPatch, move?: ProjectMove | undefined): Promise<UpsertedProject>;
  get(which: ProjectReference): Promise<ProjectSummary>;
  list(query: ProjectQuery): Promise<Page<ProjectSummary>>;
  /** With its runs, those still running among them, but without its sessions. */
  delete(which: ProjectReference, by: Provenance): Promise<DeletedProject>;
  /** `invalid_state` while it is running. */
  deleteRun(runId: string, by: Provenance): Promise<void>;
}
