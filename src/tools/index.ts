// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { addEvents } from "./add_events.ts";
import { cancelJob } from "./cancel_job.ts";
import { claimJob } from "./claim_job.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { deleteAutomation } from "./delete_automation.ts";
import { deleteProject } from "./delete_project.ts";
import { deleteRun } from "./delete_run.ts";
import { deleteSession } from "./delete_session.ts";
import { enqueueJob } from "./enqueue_job.ts";
import { finishJob } from "./finish_job.ts";
import { finishRun } from "./finish_run.ts";
import { forget } from "./forget.ts";
import { forkSession } from "./fork_session.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getProject } from "./get_project.ts";
import { getRun } from "./get_run.ts";
import { getSession } from "./get_session.ts";
import { getStats } from "./get_stats.ts";
import { getTodos } from "./get_todos.ts";
import { listAudit } from "./list_audit.ts";
import { listAutomations } from "./list_automations.ts";
import { listCheckpoints } from "./list_checkpoints.ts";
import { listJobs } from "./list_jobs.ts";
import { listProjects } from "./list_projects.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { renewJob } from "./renew_job.ts";
import { restoreCheckpoint } from "./restore_checkpoint.ts";
import { resumeSession } from "./resume_session.ts";
import { saveCheckpoint } from "./save_checkpoint.ts";
import { searchHistory } from "./search_history.ts";
import { startRun } from "./start_run.ts";
import { updateAction } from "./update_action.ts";
import { updateSession } from "./update_session.ts";
import { updateTodos } from "./update_todos.ts";
import { upsertAutomation } from "./upsert_automation.ts";
import { upsertProject } from "./upsert_project.ts";

export const tools: readonly Tool[] = [
  createSession,
  getSession,
  listSessions,
  updateSession,
  deleteSession,
  forkSession,
  resumeSession,
  addEvent,
  addEvents,
  updateAction,
  getHistory,
  getEvent,
  searchHistory,
  updateTodos,
  getTodos,
  startRun,
  finishRun,
  getRun,
  listRuns,
  markCrashedRuns,
  upsertProject,
  getProject,
  listProjects,
  deleteProject,
  deleteRun,
  saveCheckpoint,
  listCheckpoints,
  restoreCheckpoint,
  enqueueJob,
  claimJob,
  renewJob,
  finishJob,
  cancelJob,
  listJobs,
  upsertAutomation,
  listAutomations,
  deleteAutomation,
  getStats,
  listAudit,
  forget,
];
