// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { deleteProject } from "./delete_project.ts";
import { deleteRun } from "./delete_run.ts";
import { deleteSession } from "./delete_session.ts";
import { finishRun } from "./finish_run.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getProject } from "./get_project.ts";
import { getRun } from "./get_run.ts";
import { getSession } from "./get_session.ts";
import { getTodos } from "./get_todos.ts";
import { listAudit } from "./list_audit.ts";
import { listProjects } from "./list_projects.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { startRun } from "./start_run.ts";
import { updateSession } from "./update_session.ts";
import { updateTodos } from "./update_todos.ts";
import { upsertProject } from "./upsert_project.ts";

export const tools: readonly Tool[] = [
  createSession,
  getSession,
  listSessions,
  updateSession,
  deleteSession,
  addEvent,
  getHistory,
  getEvent,
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
  listAudit,
];
