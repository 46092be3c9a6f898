// Whatever names a store holds, a result keeps within the characters that were asked for.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxCharsBounds } from "../../src/tools/fields.ts";
import { tools } from "../../src/tools/index.ts";
import { callTool, openToolContext, type Result } from "./call-tool.ts";

const max_chars = maxCharsBounds.least;

const hostile = fc.oneof(
  fc.constantFrom(...['"', "\\", "\u0001", "\n", "\u0085", "😀", "中", "x"].map((unit) => unit.repeat(600))),
  fc.string({ unit: "binary", minLength: 600, maxLength: 600 }),
);

/** Its first characters, of at most so many bytes. */
function within(bytes: number, text: string): string {
  let [kept, size] = ["", 0];
  for (const char of text.toWellFormed().repeat(Math.ceil(bytes / 500))) {
    size += Buffer.byteLength(char);
    if (size > bytes) break;
    kept += char;
  }
  return kept;
}

/** A store in which every text that a caller may choose is `text`, as long as it may be; the calls that read it. */
async function fill(text: string) {
  const [name, long] = [within(512, text), within(4_000, text)];
  const directory = `/${long}`;
  const context = await openToolContext({ client: name, directory, readGitHead: async () => "a".repeat(64) });
  const call = (tool: string, args: object): Promise<Result> => callTool(tool, args, context);
  const names = { app_name: name, user_id: name, agent: name, provider: name, provider_session_id: name };
  const parent = await call("create_session", { title: name });
  const { session } = await call("create_session", {
    ...names,
    title: name,
    context: long,
    metadata: { [name]: long },
    parent_session_id: parent.session.id,
  });
  const session_id: string = session.id;
  const { run } = await call("start_run", {
    session_id,
    pid: 42,
    command: long,
    args: [long],
    prompt: long,
  });
  const actions = [1, 2].map((each) => ({
    call_id: within(511, name) + each,
    tool_name: name,
    title: name,
    input: { [name]: long },
    output: long,
    error: long,
    status: "error",
  }));
  const event = {
    session_id,
    author: name,
    content: long,
    reasoning: long,
    turn_id: name,
    message_id: name,
    branch: name,
    agent: name,
    run_id: run.id,
    finish: name,
    error: long,
    tokens: { input: 1e12, output: 1e12, reasoning: 1e12, cache_read: 1e12, cache_write: 1e12 },
    cost_usd: 1e9 / 3,
    long_running_tool_ids: [name],
    metadata: { [name]: long },
    raw: { [name]: long },
    actions,
  };
  await call("add_event", event);
  await call("add_event", { ...event, actions: [], type: "decision" });
  await call("add_event", { ...event, actions: [], author: "user" });
  const todos = [{ id: name, content: long }, { content: long }];
  await call("update_todos", { session_id, todos });
  const { checkpoint } = await call("save_checkpoint", { session_id, label: name, state: { [name]: long } });
  const job = {
    session_id,
    prompt: long,
    prompt_id: name,
    message_id: name,
    model: name,
    allowed_tools: [name],
  };
  const first = await call("enqueue_job", job);
  const claimed = await call("claim_job", { worker: name, run_id: run.id });
  await call("finish_job", {
    job_id: first.job.id,
    lease_token: claimed.lease_token,
    status: "failed",
    error: long,
    result: { [name]: long },
  });
  await call("enqueue_job", job);
  await call("upsert_automation", { name, schedule: "@daily", directory, prompt: long });
  await call("upsert_automation", { name: within(500, name), schedule: "@daily", directory, prompt: long });
  await call("upsert_project", { directory, name, command: long, prompt: long });
  await call("finish_run", { run_id: run.id, status: "failed", error: long, exit_code: 1 });
  const calls: [tool: string, args: object][] = [
    ["get_session", { session_id }],
    ["list_sessions", {}],
    ["get_history", { session_id }],
    ["get_history", { session_id, detail: "concise", order: "desc" }],
    ["get_history", { session_id, group_by: "turn" }],
    ["get_event", { session_id, seq: 1 }],
    ["get_event", { session_id, seq: 1, field: "actions.0.output" }],
    ["get_todos", { session_id }],
    ["resume_session", { session_id }],
    ["get_run", { run_id: run.id }],
    ["list_runs", {}],
    ["get_project", { directory }],
    ["list_jobs", {}],
    ["list_automations", {}],
    ["get_stats", {}],
    ["search_history", { query: text, scope: "all" }],
    ["search_history", { query: "x 中 😀 words", session_id, scope: "session" }],
    ["list_checkpoints", { session_id }],
    ["list_checkpoints", { checkpoint_id: checkpoint.id }],
    ["restore_checkpoint", { checkpoint_id: checkpoint.id, title: name }],
    ["claim_job", { worker: name }],
  ];
  return { calls, call };
}

describe("a result has at most max_chars characters", () => {
  test("the calls below are all that take max_chars", async () => {
    const { calls } = await fill("x".repeat(600));
    const taking = tools.filter(({ inputSchema }) => "max_chars" in (inputSchema.properties as object));
    expect([...new Set(calls.map(([tool]) => tool))].sort()).toEqual(taking.map(({ name }) => name).sort());
  });

  test("with names of any text", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const { calls, call } = await fill(text);
        const tooLong: [string, number][] = [];
        for (const [tool, args] of calls) {
          const { length } = JSON.stringify(await call(tool, { ...args, max_chars }));
          if (length > max_chars) tooLong.push([tool, length]);
        }
        expect(tooLong).toEqual([]);
      }),
      {
        numRuns: 30,
        examples: [['"'.repeat(600)], ["\u0001".repeat(600)], ["中".repeat(600)], ["😀".repeat(600)]],
      },
    );
  });
});
