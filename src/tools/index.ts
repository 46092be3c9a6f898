// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { addEvents } from "./add_events.ts";
import { cancelJob } from "./cancel_job.ts";
import { claimJob } from "./claim_job.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { deleteAutomation } from "./delete_automation.ts";
import { enqueueJob } from "./enqueue_job.ts";
import { finishJob } from "./finish_job.ts";
import { finishRun } from "./finish_run.ts";
import { forkSession } from "./fork_session.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getSession } from "./get_session.ts";
import { getStats } from "./get_stats.ts";
import { getTodos } from "./get_todos.ts";
import { listAutomations } from "./list_automations.ts";
import { listCheckpoints } from "./list_checkpoints.ts";
import { listJobs } from "./list_jobs.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { renewJob } from "./renew_job.ts";
import { restoreCheckpoint } from "./restore_checkpoint.ts";
import { saveCheckpoint } from "./save_checkpoint.ts";
import { startRun } from "./start_run.ts";
import { updateAction } from "./update_action.ts";
import { updateTodos } from "./update_todos.ts";
import { upsertAutomation } from "./upsert_automation.ts";

export const tools: readonly Tool[] = [
  createSession,
  getSession,
  listSessions,
  forkSession,
  addEvent,
  addEvents,
  updateAction,
  getHistory,
  getEvent,
  updateTodos,
  getTodos,
  startRun,
  finishRun,
  listRuns,
  markCrashedRuns,
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
  saveCheckpoint,
  listCheckpoints,
  restoreCheckpoint,
];
