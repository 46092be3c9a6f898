// A session's life through every tool there is, with one text in each field that takes a text.
import { expect } from "vitest";
import { tools } from "../../src/tools/index.ts";
import type { ToolAnswer } from "../processes/program.ts";

export type Call = (name: string, args?: object) => Promise<ToolAnswer>;

/** What each tool answered, the last time it was called. Fails where a tool was not called, or refused. */
// biome-ignore lint/suspicious/noExplicitAny: each tool's result has its own shape.
export async function callEveryTool(call: Call, text: string): Promise<Map<string, any>> {
  const answers = new Map<string, ToolAnswer["result"]>();
  const does = async (name: string, args: object = {}) => {
    const { isError, result, error } = await call(name, args);
    expect(isError, `${name}: ${error?.message}`).toBe(false);
    answers.set(name, result);
    return result;
  };
  const recalled = await writeHistory(does, text);
  const project_id = await work(does, recalled.session_id, text);
  await recall(does, { ...recalled, project_id });
  await clearUp(does, recalled.session_id);
  expect([...answers.keys()].toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
  return answers;
}

type Does = (name: string, args?: object) => Promise<ToolAnswer["result"]>;

interface Recalled {
  session_id: string;
  run_id: string;
}

interface Worked extends Recalled {
  project_id: string;
}

async function writeHistory(does: Does, text: string): Promise<Recalled> {
  const { session } = await does("create_session", { title: text, context: text, metadata: { note: text } });
  const session_id: string = session.id;
  const { run } = await does("start_run", { session_id, command: text, args: [text], prompt: text });
  const action = { tool_name: "shell", title: text, input: { command: text }, status: "running" };
  const event = {
    author: "user",
    content: text,
    reasoning: text,
    error: text,
    raw: [text],
    metadata: { a: text },
  };
  await does("add_event", {
    session_id,
    run_id: run.id,
    ...event,
    actions: [{ call_id: "call-1", ...action }],
  });
  await does("update_action", {
    session_id,
    call_id: "call-1",
    status: "error",
    title: text,
    output: { text },
    error: text,
  });
  await does("add_events", {
    session_id,
    events: ["message", "decision", "note"].map((type) => ({ type, author: "assistant", content: text })),
  });
  await does("update_todos", { session_id, todos: [{ content: text, status: "in_progress" }] });
  await does("update_session", { session_id, title: text, context: text, metadata: { other: text } });
  await does("finish_run", { run_id: run.id, status: "failed", error: text });
  return { session_id, run_id: run.id };
}

async function work(does: Does, session_id: string, text: string): Promise<string> {
  const { project } = await does("upsert_project", { name: text, command: text, prompt: text });
  const { checkpoint } = await does("save_checkpoint", { session_id, label: text, state: { text } });
  await does("restore_checkpoint", { checkpoint_id: checkpoint.id, title: text });
  await does("enqueue_job", { session_id, prompt: text });
  const { job, lease_token } = await does("claim_job", { worker: "w" });
  await does("renew_job", { job_id: job.id, lease_token });
  await does("finish_job", { job_id: job.id, lease_token, status: "failed", result: { text }, error: text });
  const other = await does("enqueue_job", { session_id, prompt: text });
  await does("cancel_job", { job_id: other.job.id });
  await does("upsert_automation", { name: "nightly", schedule: "0 4 * * *", prompt: text });
  return project.id;
}

async function recall(does: Does, { session_id, run_id, project_id }: Worked): Promise<void> {
  for (const detail of ["concise", "full"]) await does("get_history", { session_id, detail });
  await does("get_history", { session_id, group_by: "turn" });
  for (const [name, args] of Object.entries({
    get_session: { session_id },
    list_sessions: {},
    get_event: { session_id, seq: 1 },
    search_history: { query: "shell command user assistant decision", scope: "all" },
    get_todos: { session_id },
    get_run: { run_id },
    list_runs: {},
    mark_crashed_runs: {},
    resume_session: { session_id },
    get_project: { project_id },
    list_projects: {},
    list_checkpoints: { session_id },
    list_jobs: {},
    list_automations: {},
    get_stats: {},
    list_audit: {},
  })) {
    await does(name, args);
  }
}

/** What was recorded stays: only copies and by-products go. */
async function clearUp(does: Does, session_id: string): Promise<void> {
  const { session } = await does("fork_session", { session_id });
  await does("forget", { session_id: session.id });
  await does("delete_session", { session_id: session.id });
  const { automations } = await does("list_automations");
  await does("delete_automation", { automation_id: automations[0].id });
  const { run } = await does("start_run", { directory: "/elsewhere" });
  await does("finish_run", { run_id: run.id, status: "completed" });
  await does("delete_run", { run_id: run.id });
  await does("delete_project", { directory: "/elsewhere" });
}
