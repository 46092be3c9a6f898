import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cronFrom } from "../../src/hosts/codewhale/rrule.ts";
import { makeFolder } from "../open-test-store.ts";
import { fixture, readPath, recognise, sumTokens } from "./read-host.ts";

const file = (...path: string[]) => fixture("codewhale", ...path);

it("reads a saved session: the same words twice are two prompts, and what was said stays in order", async () => {
  const reading = await readPath(file("sessions", "s1.json"));
  expect(reading.sessions).toMatchObject([
    {
      id: "cw_1",
      parentId: "cw_0",
      title: "The missing target",
      directory: "/home/ada/engine",
      model: "deepseek-v3",
    },
  ]);
  expect(reading.events.map(({ author, content, reasoning }) => [author, content, reasoning])).toEqual([
    ["user", "continue", null],
    ["assistant", "Let me look.", "The log will say."],
    ["assistant", "The target is missing.", null],
    ["user", "continue", null],
  ]);
  expect(new Set(reading.events.map(({ key }) => key)).size).toBe(4);
  expect(reading.events[1]?.actions).toMatchObject([
    { callId: "call_1", input: { command: "make" } },
    { callId: "call_2", input: undefined },
  ]);
  expect(reading.outcomes).toMatchObject([
    { callId: "call_1", status: "error", error: "make: *** No rule" },
    { callId: "call_2", status: "completed", output: undefined },
  ]);
  expect(reading.records.find(({ kind }) => kind === "todos")).toMatchObject({
    todos: [{ content: "Add the target", status: "in_progress" }],
  });
  expect(reading.skipped).toEqual({ "no content": 1 });
});

it("reads a turn of the runtime with its thread and its items", async () => {
  const reading = await readPath(file("tasks", "runtime", "turns", "turn_1.json"));
  expect(reading.sessions).toMatchObject([{ id: "thr_1", title: "The missing target", state: "archived" }]);
  expect(reading.events.map(({ type, author, content, turnId }) => [type, author, content, turnId])).toEqual([
    ["message", "user", "Why does the build fail?", "turn_1"],
    ["reasoning", "assistant", null, "turn_1"],
    ["tool_call", "assistant", null, "turn_1"],
    ["message", "assistant", "The target is missing.", "turn_1"],
    ["compaction", "system", "Context compacted", "turn_1"],
  ]);
  expect(reading.events[2]?.actions).toMatchObject([
    { callId: "call_1", toolName: "exec_shell", status: "error", error: "make: *** No rule" },
  ]);
  expect(sumTokens(reading.events)).toEqual({
    input: 10,
    output: 30,
    reasoning: 5,
    cacheRead: 100,
    cacheWrite: 0,
  });
  expect(reading.skipped).toEqual({ unreadable: 1 });
  expect(recognise(file("tasks", "runtime", "items", "item_1.json"))).toBeNull();
});

it("reads of a thread's timeline what its items do not tell", async () => {
  const { sessions, events, skipped } = await readPath(file("tasks", "runtime", "events", "thr_1.jsonl"));
  // The timeline comes before the threads in a folder, and names neither directory nor title.
  expect(sessions).toMatchObject([
    { id: "thr_1", directory: "/home/ada/engine", title: "The missing target" },
  ]);
  expect(events).toMatchObject([
    { key: "event 1", type: "status", content: "turn.started", turnId: "turn_1" },
  ]);
  expect(skipped).toEqual({ expected: 1, "newer format": 1 });
});

it("reads tasks, triggers and the offline queue as jobs", async () => {
  const jobs = await Promise.all(
    [
      ["tasks", "task_1.json"],
      ["automations", "triggers", "trg_1.json"],
      ["sessions", "checkpoints", "offline_queue.json"],
    ].map(async (path) => (await readPath(file(...path))).records[0]),
  );
  expect(jobs).toMatchObject([
    {
      kind: "job",
      key: "task_1",
      prompt: "Build it",
      status: "failed",
      error: "no rule",
      sessionId: "thr_1",
    },
    { kind: "job", key: "trg_1", prompt: "Look again", status: "pending", runAfter: Date.UTC(2026, 2, 2, 9) },
    { kind: "job", prompt: "Then push it", status: "pending", sessionId: "cw_1" },
  ]);
});

it("reads automations with their rule as a cron text", async () => {
  const { records } = await readPath(file("automations", "auto_1.json"));
  expect(records[0]).toMatchObject({
    kind: "automation",
    name: "Nightly build",
    schedule: "30 3 * * 1,5",
  });
});

it("counts an automation whose rule no cron text says", async () => {
  const folder = join(makeFolder(), "automations");
  mkdirSync(folder);
  const rule = { schema_version: 1, id: "a", prompt: "Test", rrule: "FREQ=HOURLY;INTERVAL=5" };
  writeFileSync(join(folder, "a.json"), JSON.stringify(rule));
  expect((await readPath(join(folder, "a.json"))).skipped).toEqual({ "unknown schedule": 1 });
});

it("reads the audit log into a session of its own", async () => {
  const { events, skipped } = await readPath(file("audit.log"));
  expect(events).toMatchObject([{ sessionId: "codewhale-audit", type: "status", content: "tool.approved" }]);
  expect(skipped).toEqual({ "not json": 1 });
});

it.each([
  ["FREQ=HOURLY", "0 * * * *"],
  ["FREQ=HOURLY;INTERVAL=6;BYHOUR=2;BYMINUTE=15", "15 2,8,14,20 * * *"],
  ["FREQ=HOURLY;INTERVAL=5", null],
  ["FREQ=DAILY;BYHOUR=3;BYMINUTE=30", "30 3 * * *"],
  ["FREQ=DAILY;BYHOUR=3;BYDAY=MO,FR", "0 3 * * 1,5"],
  ["FREQ=DAILY;INTERVAL=2;BYHOUR=3", null],
  ["FREQ=DAILY", null],
  ["FREQ=WEEKLY;BYDAY=SU;BYHOUR=7;BYMINUTE=0", "0 7 * * 0"],
  ["FREQ=CRON;EXPR=*/5 * * * *", "*/5 * * * *"],
  ["FREQ=ONCE;AT=2026-03-01T09:00", null],
  ["nonsense", null],
])("makes of the rule %s the cron text %s", (rule, cron) => {
  expect(cronFrom(rule)).toBe(cron);
});
