// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { finishRun } from "./finish_run.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getSession } from "./get_session.ts";
import { getTodos } from "./get_todos.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { resumeSession } from "./resume_session.ts";
import { startRun } from "./start_run.ts";
import { updateTodos } from "./update_todos.ts";

export const tools: readonly Tool[] = [
  createSession,
  getSession,
  listSessions,
  resumeSession,
  addEvent,
  getHistory,
  getEvent,
  updateTodos,
  getTodos,
  startRun,
  finishRun,
  listRuns,
  markCrashedRuns,
];
