// Text in is text out, in every field that takes one. TEXTS=100000 for the long form.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openToolContext } from "../tools/call-tool.ts";
import { callIn } from "./call.ts";
import type { Call } from "./every-tool.ts";

const count = Number(process.env.TEXTS ?? 3_000);
const seed = Number(process.env.SEED ?? Date.now() % 1e9);

/** Of all of Unicode, of what is odd in it, and of what is odd to SQL, JSON, Markdown and terminals. */
const oddities = [
  "\0",
  "\u001b[31m",
  "\u202e",
  "\u200d",
  "\ufeff",
  "\u2028",
  "\r\n",
  "'",
  '"',
  "\\",
  "`",
  "%",
  "\ud800",
  "\udc00",
  "𐀀",
  "e\u0301",
  "ﬃ",
  "漢",
  "\u{1f468}\u200d\u{1f469}",
  "--",
  ";",
  "{",
  "</",
];
const texts = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  fc
    .array(fc.constantFrom(...oddities, "word", " "), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("")),
);

// biome-ignore lint/suspicious/noExplicitAny: each tool's result has its own shape.
type Result = any;
type Field = (call: Call, text: string, session_id: string) => Promise<{ found: unknown; lossy?: boolean }>;

const result = async (answer: Promise<Result>) => (await answer).result;

const ofEvent =
  (fields: (text: string) => object, read: (event: Result) => unknown): Field =>
  async (call, text, session_id) => {
    const { event } = await result(call("add_event", { session_id, author: "user", ...fields(text) }));
    const whole = await result(call("get_event", { session_id, seq: event.seq }));
    return { found: read(whole.event), lossy: whole.event.lossy === true };
  };

const fields: Record<string, Field> = {
  content: ofEvent(
    (text) => ({ content: text }),
    ({ content }) => content,
  ),
  reasoning: ofEvent(
    (text) => ({ reasoning: text }),
    ({ reasoning }) => reasoning,
  ),
  "an event's error": ofEvent(
    (text) => ({ content: "x", error: text }),
    ({ error }) => error,
  ),
  metadata: ofEvent(
    (text) => ({ content: "x", metadata: { a: [text] } }),
    ({ metadata }) => metadata.a[0],
  ),
  raw: ofEvent(
    (text) => ({ content: "x", raw: [text] }),
    ({ raw }) => raw[0],
  ),
  "an action's title": ofEvent(
    (text) => ({ actions: [{ tool_name: "t", title: text }] }),
    ({ actions }) => actions[0].title,
  ),
  "an action's input": ofEvent(
    (text) => ({ actions: [{ tool_name: "t", input: { a: text } }] }),
    ({ actions }) => actions[0].input.a,
  ),
  "an action's output": ofEvent(
    (text) => ({ actions: [{ tool_name: "t", output: text }] }),
    ({ actions }) => actions[0].output,
  ),
  "an action's error": ofEvent(
    (text) => ({ actions: [{ tool_name: "t", error: text }] }),
    ({ actions }) => actions[0].error,
  ),
  "a session's title, context and metadata": async (call, text) => {
    const { session } = await result(
      call("create_session", { title: text, context: text, metadata: { a: text } }),
    );
    const whole = (await result(call("get_session", { session_id: session.id }))).session;
    expect([whole.context, whole.metadata.a.toWellFormed()]).toEqual([whole.title, whole.title]);
    return { found: whole.title };
  },
  "a todo": async (call, text, session_id) => {
    await call("update_todos", { session_id, todos: [{ content: text }] });
    return { found: (await result(call("get_todos", { session_id }))).todos[0].content };
  },
  "a run's command, arguments and prompt": async (call, text, session_id) => {
    const { run } = await result(
      call("start_run", { session_id, command: text, args: [text], prompt: text }),
    );
    const whole = (await result(call("get_run", { run_id: run.id }))).run;
    expect([whole.args[0].toWellFormed(), whole.prompt]).toEqual([whole.command, whole.command]);
    return { found: whole.command };
  },
  "a checkpoint's label and state": async (call, text, session_id) => {
    const { checkpoint } = await result(call("save_checkpoint", { session_id, label: text, state: [text] }));
    const whole = await result(call("list_checkpoints", { checkpoint_id: checkpoint.id }));
    expect(whole.state[0].toWellFormed()).toEqual(whole.checkpoints[0].label);
    return { found: whole.checkpoints[0].label };
  },
  "a job's prompt": async (call, text, session_id) => {
    const { job } = await result(call("enqueue_job", { session_id, prompt: text }));
    return { found: (await result(call("list_jobs", { job_id: job.id }))).jobs[0].prompt };
  },
  "a project's name, command and prompt": async (call, text) => {
    const { project } = await result(call("upsert_project", { name: text, command: text, prompt: text }));
    const whole = (await result(call("get_project", { project_id: project.id }))).project;
    expect([whole.command, whole.prompt]).toEqual([whole.name, whole.name]);
    return { found: whole.name };
  },
};

test(`${count} strings over every text field (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const call = callIn(await openToolContext());
  const { session } = await result(call("create_session"));
  const generated = fc.sample(texts, { numRuns: count, seed });
  const kinds = Object.entries(fields);
  let lossy = 0;
  for (const [i, text] of generated.entries()) {
    const [name, field] = kinds[i % kinds.length] ?? ["", fields.content as Field];
    const read = await field(call, text, session.id);
    // A lone surrogate cannot be stored in UTF-8 but as JSON; an event that lost one says so.
    const { found } = read;
    if (found === text) continue;
    expect(found, `${name}, string ${i}`).toBe(text.toWellFormed());
    if (read.lossy !== undefined) expect(read.lossy, `${name}, string ${i}`).toBe(true);
    lossy += 1;
  }
  expect(lossy).toBeGreaterThan(0);
});
