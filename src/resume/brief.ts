// The shape of a brief, as it goes over the wire: facts only, each recalled text beside who said it and where. Nothing
// in it tells its reader what to do.
import type { ActionStatus, Origin, Session, TodoPriority, TodoStatus } from "../db/records.ts";
import type { EndState } from "./ending.ts";
import type { TouchedFile } from "./files.ts";
import type { TodoCounts } from "./todo-counts.ts";

/** What a reply may have done to a record. */
export interface Shown {
  /** A text was cut: get_event reads it on. */
  truncated?: boolean | undefined;
  /** Control characters or bidi overrides are shown as `\u001b`. */
  escaped?: boolean | undefined;
}

/** A text of the session, as data: who said it, and which door it came in by. */
export interface Recalled extends Shown {
  seq: number;
  type: string;
  author: string;
  origin: Origin;
  created_at: string;
  content?: string | undefined;
  /** What it called. */
  tool_names?: string[] | undefined;
}

export interface BriefRun extends Shown {
  id: string;
  pid?: number | undefined;
  command?: string | undefined;
  exit_code?: number | undefined;
  error?: string | undefined;
  started_at?: string | undefined;
  ended_at?: string | undefined;
}

export interface BriefEnding extends Shown {
  state: EndState;
  evidence?: string | undefined;
  run?: BriefRun | undefined;
}

export interface BriefSession extends Shown {
  id: string;
  title?: string | undefined;
  directory?: string | undefined;
  project_directory?: string | undefined;
  project_name?: string | undefined;
  git_branch?: string | undefined;
  agent?: string | undefined;
  app_name?: string | undefined;
  parent_session_id?: string | undefined;
  forked_from_session_id?: string | undefined;
  state: Session["state"];
  last_seq: number;
  created_at?: string | undefined;
  updated_at: string;
}

export interface BriefTodo extends Shown {
  id: string;
  content: string;
  status: TodoStatus;
  priority: TodoPriority;
}

export interface BriefAction extends Shown {
  seq: number;
  call_id: string;
  tool_name: string;
  title?: string | undefined;
  status: ActionStatus;
  /** JSON where it is not a text. */
  input?: string | undefined;
  author: string;
  origin: Origin;
  started_at?: string | undefined;
}

export type BriefFile = TouchedFile & Shown;

export interface Candidate extends Shown {
  session_id: string;
  title?: string | undefined;
  directory: string;
  last_seq: number;
  updated_at: string;
}

/** How many did not fit, and the tool that has them. */
export interface LeftOut<Tool extends string> {
  count: number;
  tool: Tool;
}

/** Lists are newest first, todos in the order of their plan. */
export interface Brief extends Shown {
  ended: BriefEnding;
  session: BriefSession;
  last_request?: Recalled | undefined;
  last_answer?: Recalled | undefined;
  todo_counts: TodoCounts;
  open_todos: BriefTodo[];
  todos_left_out?: LeftOut<"get_todos"> | undefined;
  unfinished_actions: BriefAction[];
  unfinished_left_out?: LeftOut<"get_history"> | undefined;
  decisions: Recalled[];
  decisions_left_out?: LeftOut<"get_history"> | undefined;
  files: BriefFile[];
  recent_events: Recalled[];
  first_request?: Recalled | undefined;
  other_candidates: Candidate[];
}
