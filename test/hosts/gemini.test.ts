// The same conversation as a document and as a log; the log has the odd cases of a log besides.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { fixture, readPath, sumTokens } from "./read-host.ts";

const name = "session-2026-03-01T09-00-9d3b1f0e";
const document = await readPath(fixture("gemini", "chats", `${name}.json`));
const log = await readPath(fixture("gemini", "chats", `${name}.jsonl`));

it("knows the session, with its summary for a title", () => {
  const session = { id: "9d3b1f0e-0000-4000-8000-000000000001", directory: "/home/ada/engine" };
  expect(document.sessions).toMatchObject([{ ...session, title: "The missing target" }]);
  expect(log.sessions.at(-1)).toMatchObject({ ...session, title: "The missing target" });
});

it("keeps prompts, answers with their thoughts, and what Gemini CLI says itself", () => {
  expect(document.events.map(({ author, type, content }) => [author, type, content])).toEqual([
    ["user", "message", "Why does the build fail?"],
    ["assistant", "reasoning", null],
    ["assistant", "message", "Let me look."],
    ["assistant", "tool_call", null],
    ["assistant", "tool_call", null],
    ["assistant", "tool_call", null],
    ["system", "status", "Switched to flash"],
    ["system", "error", "quota exceeded"],
    ["user", "message", "And this?\n\n[image image/png, 3 bytes]"],
    ["assistant", "message", "A plan."],
  ]);
  const about = { model: "gemini-3-pro", turnId: "m1", messageId: "m2" };
  expect(document.events[1]).toMatchObject({ ...about, reasoning: "Looking: The log will say." });
  expect(document.events[2]).toMatchObject(about);
});

it("keeps calls with their results, ours without what they said", () => {
  expect(document.events.flatMap(({ actions }) => actions)).toMatchObject([
    { callId: "call_1", status: "error", error: "make: *** No rule", input: { command: "make" } },
    { callId: "call_2", status: "completed", input: undefined, output: undefined },
    { callId: "call_3", status: "completed", output: "all: engine", title: "Makefile" },
  ]);
  expect(JSON.stringify(document.records)).not.toContain("private note");
});

it("counts usage once for a message", () => {
  const twice = { input: 20, output: 60, reasoning: 10, cacheRead: 200, cacheWrite: 0 };
  expect(sumTokens(document.events)).toEqual(twice);
  expect(sumTokens(log.events)).toEqual(twice);
});

it("has the same events in the log, where a message is written anew as it grows", () => {
  const same = log.events.filter(({ key }) => document.events.some((event) => event.key === key));
  expect(same.slice(0, document.events.length)).toEqual(document.events);
});

it("tells a rewind, takes nothing back, and takes messages that were set by their ids", () => {
  const rest = log.events.filter(({ key }) => document.events.every((event) => event.key !== key));
  expect(rest.map(({ type, content }) => [type, content])).toEqual([
    ["status", "rewound to before message m5"],
    ["message", "Build again"],
    ["message", "The story so far"],
  ]);
});

it("counts what it cannot read", () => {
  expect(log.skipped).toEqual({ "not json": 1, "unknown type": 1 });
});

it("makes todos of write_todos, as it was written last", async () => {
  const path = join(makeFolder(), "session-2026-03-01T09-00-todo.json");
  const plan = (id: string, status: string) => ({
    id,
    timestamp: `2026-03-01T09:00:0${id}.000Z`,
    type: "gemini",
    content: "",
    toolCalls: [
      {
        id: `c${id}`,
        name: "write_todos",
        status: "success",
        args: { todos: [{ description: "Test it", status }] },
      },
    ],
  });
  const messages = [plan("1", "blocked"), plan("2", "in_progress")];
  writeFileSync(path, JSON.stringify({ sessionId: "s", projectHash: "h", messages }));
  const { records } = await readPath(path);
  expect(records.filter(({ kind }) => kind === "todos")).toMatchObject([
    { sessionId: "s", todos: [{ content: "Test it", status: "pending" }] },
    { todos: [{ content: "Test it", status: "in_progress" }], at: Date.UTC(2026, 2, 1, 9, 0, 2) },
  ]);
});
