// resume_session: where a session stopped, in one bounded reply.
import * as z from "zod";
import type { SessionFacts } from "../db/facts.ts";
import { limits } from "../db/limits.ts";
import {
  actionStatuses,
  origins,
  runStatuses,
  sessionStates,
  todoPriorities,
  todoStatuses,
} from "../db/records.ts";
import type { Store } from "../db/store.ts";
import { briefChars, toBrief } from "../resume/to-brief.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { maxChars, sessionId, text } from "./fields.ts";
import { lazily } from "./lazily.ts";
import { wireCounts } from "./wire-records.ts";

const optionalText = z.string().optional();
const shown = {
  truncated: z.boolean().optional(),
  escaped: z.boolean().optional().describe("Control characters are shown as \\u001b"),
};
const said = { author: z.string(), origin: z.enum(origins), ...shown };

const recalled = lazily(() =>
  z.object({
    seq: z.int(),
    type: z.string(),
    created_at: z.string(),
    content: optionalText,
    tool_names: z.array(z.string()).optional(),
    ...said,
  }),
);

const ending = lazily(() =>
  z.object({
    state: z
      .enum([...runStatuses, "continued", "unknown"])
      .describe(
        "running: no end is recorded; continued: it went on after a crash; unknown: no run is recorded",
      ),
    evidence: optionalText,
    run: z
      .object({
        id: z.string(),
        pid: z.int().optional(),
        command: optionalText,
        exit_code: z.int().optional(),
        error: optionalText,
        started_at: optionalText,
        ended_at: optionalText,
        ...shown,
      })
      .optional(),
    ...shown,
  }),
);

const resumedSession = lazily(() =>
  z.object({
    id: z.string(),
    title: optionalText,
    directory: optionalText,
    project_name: optionalText,
    project_directory: optionalText,
    git_branch: optionalText,
    agent: optionalText,
    app_name: optionalText,
    parent_session_id: optionalText,
    forked_from_session_id: optionalText,
    state: z.enum(sessionStates),
    last_seq: z.int(),
    created_at: optionalText,
    updated_at: z.string(),
    ...shown,
  }),
);

const openTodo = lazily(() =>
  z.object({
    id: z.string(),
    content: z.string(),
    status: z.enum(todoStatuses),
    priority: z.enum(todoPriorities),
    ...shown,
  }),
);

const unfinishedAction = lazily(() =>
  z.object({
    seq: z.int(),
    call_id: z.string(),
    tool_name: z.string(),
    title: optionalText,
    status: z.enum(actionStatuses),
    input: optionalText,
    started_at: optionalText,
    ...said,
  }),
);

const leftOut = lazily(() => z.object({ count: z.int(), tool: z.string() }).optional());

const candidate = lazily(() =>
  z.object({
    session_id: z.string(),
    title: optionalText,
    directory: z.string(),
    last_seq: z.int(),
    updated_at: z.string(),
    ...shown,
  }),
);

export const resumeSession = defineTool({
  name: "resume_session",
  title: "Resume a session",
  description:
    "Where were we? How a session ended, its last request and answer, open todos, unfinished tool calls, decisions and files, in one reply.",
  toolset: "sessions",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      directory: text(limits.path)
        .min(1)
        .optional()
        .describe(
          "Without session_id: its latest session with events, not an archived one; one you just opened comes last. Default: yours",
        ),
      max_chars: maxChars(briefChars),
    }),
  output: () =>
    z.object({
      ended: ending(),
      session: resumedSession(),
      last_request: recalled().optional(),
      last_answer: recalled().optional(),
      todo_counts: wireCounts(),
      open_todos: z.array(openTodo()),
      todos_left_out: leftOut(),
      unfinished_actions: z.array(unfinishedAction()),
      unfinished_left_out: leftOut(),
      decisions: z.array(recalled()).describe("Decisions and notes, newest first"),
      decisions_left_out: leftOut(),
      files: z
        .array(z.object({ path: z.string(), seq: z.int(), tool_name: optionalText, ...said }))
        .describe("Touched by the last events, newest first"),
      recent_events: z.array(recalled()).describe("Newest first"),
      first_request: recalled().optional(),
      other_candidates: z.array(candidate()).describe("Further sessions of the directory or its project"),
      ...shown,
    }),
  async run({ session_id, directory, max_chars }, context) {
    const facts = await readFacts(session_id, directory, context);
    touchLater(context.store, facts.session.id);
    return toBrief(facts, max_chars);
  },
});

/** Of the session; without one, of the latest in the directory, or in the client's. */
export async function readFacts(
  sessionId: string | undefined,
  directory: string | undefined,
  { store, readWorkspace, directory: standard, readAsker }: ToolContext,
): Promise<SessionFacts> {
  if (sessionId !== undefined) return store.getFacts({ sessionId });
  const [workspace, asker] = await Promise.all([readWorkspace(directory ?? standard), readAsker()]);
  return store.getFacts({ workspace, asker });
}

/**
 * Notes the access behind the reply: the tool reads, and whoever waits for it does not wait for a lock. That it could
 * not be noted is nobody's loss.
 */
function touchLater(store: Store, sessionId: string): void {
  setImmediate(() => void store.touchSession(sessionId).catch(() => {}));
}
