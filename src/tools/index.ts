// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { cancelJob } from "./cancel_job.ts";
import { claimJob } from "./claim_job.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { deleteAutomation } from "./delete_automation.ts";
import { enqueueJob } from "./enqueue_job.ts";
import { finishJob } from "./finish_job.ts";
import { finishRun } from "./finish_run.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getSession } from "./get_session.ts";
import { getStats } from "./get_stats.ts";
import { getTodos } from "./get_todos.ts";
import { listAutomations } from "./list_automations.ts";
import { listJobs } from "./list_jobs.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { renewJob } from "./renew_job.ts";
import { startRun } from "./start_run.ts";
import { updateTodos } from "./update_todos.ts";
import { upsertAutomation } from "./upsert_automation.ts";

export const tools: readonly Tool[] = [
  createSession,
  getSession,
  listSessions,
  addEvent,
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
];
