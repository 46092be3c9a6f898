// The fixture has each odd case of the format once.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { fixture, readPath, sumTokens } from "./read-host.ts";

const id = "019bf4b5-e7b0-75a0-8bf2-05fbf1b13c9b";
const reading = await readPath(fixture("codex", `rollout-2026-03-01T09-00-00-${id}.jsonl`));
const { events, outcomes, sessions } = reading;
const calls = events.flatMap(({ actions }) => actions);

it("knows the session by its first line, and its model by the turn's context", () => {
  expect(sessions).toMatchObject([
    {
      id,
      directory: "/home/ada/engine",
      gitBranch: "main",
      agent: "codex",
      metadata: { cli_version: "0.89.0" },
    },
    { id, model: "gpt-5.2-codex" },
  ]);
});

it("has a prompt once, though it is there twice, and not what Codex itself says in the user's name", () => {
  const prompts = events.filter(({ author }) => author === "user");
  expect(prompts.map(({ content, turnId }) => [content, turnId])).toEqual([
    ["Why does the build fail?", "turn-1"],
    ["Go on\n\n[image image/png, 3 bytes]", "turn-2"],
  ]);
});

it("keeps answers and the summary of reasoning, and leaves out what is encrypted", () => {
  expect(events.filter(({ type }) => type === "reasoning")).toMatchObject([{ reasoning: "**Looking**" }]);
  expect(events.filter(({ author, type }) => author === "assistant" && type === "message")).toMatchObject([
    { content: "It builds.", messageId: "msg_9", model: "gpt-5.2-codex" },
  ]);
  expect(JSON.stringify(reading.records)).not.toContain("gAAAA");
});

it("keeps calls of functions, of custom tools and of searches", () => {
  expect(calls.map(({ toolName, status }) => [toolName, status])).toEqual([
    ["exec_command", "pending"],
    ["update_plan", "pending"],
    ["mcp__backstory__add_event", "pending"],
    ["apply_patch", "pending"],
    ["web_search", "completed"],
  ]);
  expect(calls[0]?.input).toEqual({ cmd: "make" });
});

it("keeps outputs, and takes an exit code for an error", () => {
  expect(outcomes).toMatchObject([
    { callId: "call_1", status: "error", error: "exit code 2", output: expect.stringContaining("No rule") },
    { callId: "call_2", status: "completed", output: "Plan updated" },
    { callId: "call_3", status: "completed", output: undefined },
    { callId: "call_4", status: "completed", output: "Success." },
  ]);
});

it("keeps a call of our own tools without what it said", () => {
  expect(calls[2]?.input).toBeUndefined();
  expect(JSON.stringify(reading.records)).not.toMatch(/private note|"seq"/);
});

it("puts the usage of each answer on its last event, once, without what was read from the cache", () => {
  expect(
    events.filter(({ tokens }) => tokens !== null).map(({ type, tokens }) => [type, tokens?.output]),
  ).toEqual([
    ["tool_call", 30],
    ["tool_call", 20],
    ["message", 10],
  ]);
  expect(sumTokens(events)).toEqual({ input: 60, output: 60, reasoning: 10, cacheRead: 260, cacheWrite: 0 });
});

it("keeps plans, compactions, errors and turns that were broken off", () => {
  expect(reading.records.find(({ kind }) => kind === "todos")).toMatchObject({
    todos: [
      { content: "Add the target", status: "completed" },
      { content: "Build again", status: "in_progress" },
    ],
  });
  expect(
    events.filter(({ author }) => author === "system").map(({ type, content }) => [type, content]),
  ).toEqual([
    ["compaction", "The target was added."],
    ["status", "turn aborted: interrupted"],
    ["error", "stream disconnected"],
  ]);
});

it("counts what it cannot read", () => {
  expect(reading.skipped).toMatchObject({ "not json": 1, "unknown type": 1 });
});

it("reads files of old, whose lines have no times and no ids: the same words twice are two prompts", async () => {
  const old = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
  const { sessions, events, outcomes } = await readPath(fixture("codex", `rollout-2025-05-01-${old}.jsonl`));
  expect(sessions).toMatchObject([{ id: old, gitBranch: "old" }]);
  expect(events.map(({ author, content }) => [author, content])).toEqual([
    ["user", "continue"],
    ["assistant", null],
    ["assistant", "Nothing there."],
    ["user", "continue"],
  ]);
  expect(new Set(events.map(({ key }) => key)).size).toBe(4);
  expect(outcomes).toMatchObject([{ status: "error", error: "exit code 1", output: "no such file" }]);
});

it.each(["<cwd>/home/ada/loom</cwd>", "Current working directory: /home/ada/loom"])(
  "knows the directory of a rollout of old by its environment: %s",
  async (said) => {
    const path = join(makeFolder(), "rollout-2025-05-01-7c9e6679-7425-40de-944b-e07fc1f90ae7.jsonl");
    const text = `<environment_context>\n${said}\n</environment_context>`;
    const lines = [
      { id: "7c9e6679", timestamp: "2026-03-01T09:00:00.000Z", git: { branch: "old" } },
      { type: "message", role: "user", content: [{ type: "input_text", text }] },
      { type: "message", role: "user", content: [{ type: "input_text", text: "continue" }] },
    ];
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { sessions, events } = await readPath(path);
    expect(sessions).toMatchObject([{ id: "7c9e6679", directory: "/home/ada/loom", gitBranch: "old" }]);
    expect(events.map(({ content }) => content)).toEqual(["continue"]);
  },
);

it.each([
  ["Exit code: 1\nWall time: 0.1 seconds\nOutput:\nno such file\n", "exit code 1"],
  ["Exit code: 0\nWall time: 0.1 seconds\nOutput:\nExit code: 1\n", null],
  ["Wall time: 0.1 seconds\nOutput:\nExit code: 1\n", null],
  [
    "apply_patch verification failed: no such file: a.ts",
    "apply_patch verification failed: no such file: a.ts",
  ],
])("takes the output %j for the failure %j", async (output, error) => {
  const path = join(makeFolder(), `rollout-2026-03-01T09-00-00-${id}.jsonl`);
  const items = [
    { type: "session_meta", payload: { id, cwd: "/home/ada/engine" } },
    {
      type: "response_item",
      payload: { type: "function_call", name: "shell", arguments: "{}", call_id: "c" },
    },
    { type: "response_item", payload: { type: "function_call_output", call_id: "c", output } },
  ];
  const timestamp = "2026-03-01T09:00:00.000Z";
  writeFileSync(path, items.map((item) => `${JSON.stringify({ timestamp, ...item })}\n`).join(""));
  expect((await readPath(path)).outcomes).toMatchObject([
    { callId: "c", status: error === null ? "completed" : "error", error, output },
  ]);
});
