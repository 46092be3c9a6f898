// Every tool, in the order in which hosts are shown them.
import { addEvent } from "./add_event.ts";
import { addEvents } from "./add_events.ts";
import { createSession } from "./create_session.ts";
import type { Tool } from "./define-tool.ts";
import { finishRun } from "./finish_run.ts";
import { forkSession } from "./fork_session.ts";
import { getEvent } from "./get_event.ts";
import { getHistory } from "./get_history.ts";
import { getSession } from "./get_session.ts";
import { getTodos } from "./get_todos.ts";
import { listCheckpoints } from "./list_checkpoints.ts";
import { listRuns } from "./list_runs.ts";
import { listSessions } from "./list_sessions.ts";
import { markCrashedRuns } from "./mark_crashed_runs.ts";
import { restoreCheckpoint } from "./restore_checkpoint.ts";
import { saveCheckpoint } from "./save_checkpoint.ts";
import { startRun } from "./start_run.ts";
import { updateAction } from "./update_action.ts";
import { updateTodos } from "./update_todos.ts";

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
  saveCheckpoint,
  listCheckpoints,
  restoreCheckpoint,
];
