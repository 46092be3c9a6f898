// Every field of a tool that takes a text to keep, one by one: a call with that text, and where it is read afterwards.
import type { Call } from "./every-tool.ts";

// biome-ignore lint/suspicious/noExplicitAny: each tool's result has its own shape.
type Result = any;

/** What was given, what is found in its place, and whether the record says that a text of it was repaired. */
export interface Passage {
  given: unknown;
  found: unknown;
  lossy: boolean;
}

export interface Door {
  name: string;
  pass: (call: Call, text: string, sessionId: string) => Promise<Passage>;
}

/** Gives a tool these fields of a record, and reads the record. */
type Take = (
  call: (name: string, args: object) => Promise<Result>,
  fields: object,
  sessionId: string,
) => Result;

const plain = (text: string) => text;
const list = (text: string) => [text];
const json = (text: string) => ({ [text]: [text] });
let calls = 0;
const unique = (text: string) => `${text} ${++calls}`;

function doors(tool: string, fields: Record<string, (text: string) => unknown>, take: Take): Door[] {
  return Object.entries(fields).map(([field, wrap]) => ({
    name: `${tool} ${field}`,
    pass: async (call, text, sessionId) => {
      const given = wrap(text);
      const does = async (name: string, args: object) => (await call(name, args)).result;
      const record = await take(does, { [field]: given }, sessionId);
      return { given, found: record[field], lossy: record.lossy === true };
    },
  }));
}

const readSession = async (call: Parameters<Take>[0], session_id: string) =>
  (await call("get_session", { session_id })).session;
const newSession = async (call: Parameters<Take>[0], fields: object = {}): Promise<string> =>
  (await call("create_session", fields)).session.id;

const sessions = [
  ...doors(
    "create_session",
    {
      title: plain,
      directory: plain,
      app_name: plain,
      user_id: plain,
      agent: plain,
      provider: plain,
      context: plain,
      metadata: json,
    },
    async (call, fields) => readSession(call, await newSession(call, fields)),
  ),
  ...doors("create_session", { provider_session_id: unique }, async (call, fields) =>
    readSession(call, await newSession(call, { provider: "host", ...fields })),
  ),
  ...doors(
    "update_session",
    { title: plain, agent: plain, context: plain, provider_session_id: unique, metadata: json },
    async (call, fields) => {
      const session_id = await newSession(call, { provider: "host" });
      await call("update_session", { session_id, ...fields });
      return readSession(call, session_id);
    },
  ),
  ...doors("fork_session", { title: plain }, async (call, fields, session_id) =>
    readSession(call, (await call("fork_session", { session_id, ...fields })).session.id),
  ),
];

const ofEvent = {
  author: plain,
  content: plain,
  reasoning: plain,
  turn_id: plain,
  message_id: plain,
  branch: plain,
  agent: plain,
  finish: plain,
  error: plain,
  long_running_tool_ids: list,
  raw: json,
  metadata: json,
};
const ofAction = {
  call_id: plain,
  tool_name: plain,
  title: plain,
  input: json,
  output: json,
  error: plain,
};
const readEvent = async (call: Parameters<Take>[0], session_id: string, seq: number) =>
  (await call("get_event", { session_id, seq })).event;
/** The tool call of an event, with the event's word on what became of its texts. */
const readAction = async (...which: Parameters<typeof readEvent>) => {
  const { actions, lossy } = await readEvent(...which);
  return { ...actions[0], lossy };
};

const adding: [string, (call: Parameters<Take>[0], session_id: string, event: object) => Promise<number>][] =
  [
    [
      "add_event",
      async (call, session_id, event) => (await call("add_event", { session_id, ...event })).event.seq,
    ],
    [
      "add_events",
      async (call, session_id, event) => (await call("add_events", { session_id, events: [event] })).seqs[0],
    ],
  ];

const history = [
  ...adding.flatMap(([tool, add]) => [
    ...doors(tool, ofEvent, async (call, fields, session_id) =>
      readEvent(call, session_id, await add(call, session_id, { author: "user", ...fields })),
    ),
    ...doors(tool, ofAction, async (call, fields, session_id) => {
      const actions = [{ tool_name: "shell", ...fields }];
      return readAction(call, session_id, await add(call, session_id, { author: "user", actions }));
    }),
  ]),
  ...doors(
    "update_action",
    { title: plain, output: json, error: plain },
    async (call, fields, session_id) => {
      const call_id = unique("call");
      const actions = [{ call_id, tool_name: "shell" }];
      const { event } = await call("add_event", { session_id, author: "assistant", actions });
      await call("update_action", { session_id, call_id, status: "error", ...fields });
      return readAction(call, session_id, event.seq);
    },
  ),
  ...doors("update_todos", { id: plain, content: plain }, async (call, fields, session_id) => {
    await call("update_todos", { session_id, todos: [{ content: "x", ...fields }] });
    return (await call("get_todos", { session_id })).todos[0];
  }),
];

const readRun = async (call: Parameters<Take>[0], run_id: string) => (await call("get_run", { run_id })).run;

const runs = [
  ...doors(
    "start_run",
    { directory: plain, command: plain, args: list, prompt: plain },
    async (call, fields, session_id) =>
      readRun(call, (await call("start_run", { session_id, ...fields })).run.id),
  ),
  ...doors("finish_run", { error: plain }, async (call, fields, session_id) => {
    const { run } = await call("start_run", { session_id });
    await call("finish_run", { run_id: run.id, status: "failed", ...fields });
    return readRun(call, run.id);
  }),
  ...doors(
    "upsert_project",
    { directory: plain, name: plain, command: plain, prompt: plain },
    async (call, fields) => {
      // A project keeps no flag: the reply says it.
      const { project, lossy } = await call("upsert_project", fields);
      return { ...(await call("get_project", { project_id: project.id })).project, lossy };
    },
  ),
];

const checkpoints = [
  ...doors("save_checkpoint", { label: plain, state: json }, async (call, fields, session_id) => {
    const { checkpoint } = await call("save_checkpoint", { session_id, ...fields });
    const { checkpoints, state } = await call("list_checkpoints", { checkpoint_id: checkpoint.id });
    return { ...checkpoints[0], state };
  }),
  ...doors("restore_checkpoint", { title: plain }, async (call, fields, session_id) => {
    const { checkpoint } = await call("save_checkpoint", { session_id });
    const restored = await call("restore_checkpoint", { checkpoint_id: checkpoint.id, ...fields });
    return readSession(call, restored.session.id);
  }),
];

const readJob = async (call: Parameters<Take>[0], job_id: string) =>
  (await call("list_jobs", { job_id })).jobs[0];
const claim = async (call: Parameters<Take>[0], fields: object = {}) => {
  const session_id = await newSession(call);
  await call("enqueue_job", { session_id, prompt: "x", max_attempts: 1 });
  return call("claim_job", { session_id, ...fields });
};

const work = [
  ...doors(
    "enqueue_job",
    {
      directory: plain,
      prompt: plain,
      prompt_id: plain,
      message_id: plain,
      allowed_tools: list,
      model: plain,
    },
    async (call, fields, session_id) =>
      readJob(call, (await call("enqueue_job", { session_id, prompt: "x", ...fields })).job.id),
  ),
  ...doors("claim_job", { worker: plain }, async (call, fields) =>
    readJob(call, (await claim(call, fields)).job.id),
  ),
  ...doors("finish_job", { result: json, error: plain }, async (call, fields) => {
    const { job, lease_token } = await claim(call);
    await call("finish_job", { job_id: job.id, lease_token, status: "failed", ...fields });
    return readJob(call, job.id);
  }),
  ...doors("upsert_automation", { name: plain, directory: plain, prompt: plain }, async (call, fields) => {
    await call("upsert_automation", { name: "nightly", schedule: "@daily", prompt: "x", ...fields });
    const [automation] = (await call("list_automations", {})).automations;
    await call("delete_automation", { automation_id: automation.id });
    return automation;
  }),
];

export const textDoors: readonly Door[] = [...sessions, ...history, ...runs, ...checkpoints, ...work];
