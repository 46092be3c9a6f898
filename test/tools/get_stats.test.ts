// get_stats on a real store, without the protocol around it.
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { getStats } from "../../src/tools/get_stats.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

// biome-ignore lint/suspicious/noExplicitAny: its schema checks the result's shape
type Result = any;

const day = 86_400_000;
const today = Date.UTC(2026, 10, 21);

let store: Store;
let sessionId: string;

async function call(args: object): Promise<Result> {
  const readWorkspace = async (directory: string) => ({
    ...workspace,
    directory,
    projectDirectory: directory,
  });
  const { structuredContent, text } = await getStats.call(args, { store, readWorkspace } as ToolContext);
  const result = JSON.parse(text);
  expect(JSON.parse(JSON.stringify(structuredContent))).toEqual(result);
  return result;
}

beforeEach(async () => {
  store = await openTestStore({ now: () => today });
  sessionId = (await store.createSession(newSession({ agent: "planner" }))).record.id;
});

describe("get_stats", () => {
  it("says sums, rates and days as the wire does", async () => {
    const action = { callId: null, toolName: "Bash", title: null, input: 1, output: 2, error: null };
    await store.appendEvent(
      newEvent(sessionId, {
        costUsd: 0.25,
        tokens: { input: 7, output: null, reasoning: null, cacheRead: 3, cacheWrite: null },
        actions: [
          { ...action, status: "completed" },
          { ...action, status: "error" },
        ],
      }),
    );
    const sums = {
      sessions: 1,
      events: 1,
      tokens: { input: 7, output: 0, reasoning: 0, cache_read: 3, cache_write: 0 },
      cost_usd: 0.25,
      runs: { running: 0, completed: 0, failed: 0, crashed: 0, ended: 0 },
      tool_calls: 2,
      tool_errors: 1,
    };
    expect(await call({})).toEqual({
      ...sums,
      tools: [{ tool_name: "Bash", calls: 2, errors: 1, error_rate: 0.5 }],
      by_project: [{ project_id: expect.stringMatching(/^proj_/), directory: workspace.directory, ...sums }],
      by_agent: [{ agent: "planner", ...sums }],
      by_day: [{ day: "2026-11-21", ...sums }],
    });
  });

  it("tells the share of runs that succeeded, once there is one that did or did not", async () => {
    const run = { sessionId, workspace: null, pid: 1, command: null, args: [], prompt: null };
    const start = async () =>
      (await store.startRun({ ...run, idempotencyKey: null, origin: "tool", client: "test" })).record.id;
    const finish = async (status: "completed" | "failed" | "crashed") =>
      store.finishRun({ runId: await start(), status, exitCode: null, error: null, endedBy: "tool" });
    await start();
    expect(await call({})).not.toHaveProperty("success_rate");
    for (const status of ["completed", "completed", "failed", "crashed"] as const) await finish(status);
    const { runs, success_rate, by_agent } = await call({});
    expect(runs).toMatchObject({ running: 1, completed: 2, failed: 1, crashed: 1 });
    expect(success_rate).toBe(0.5);
    expect(by_agent).toMatchObject([{ agent: "planner", success_rate: 0.5 }]);
  });

  it("takes days, and a directory's project", async () => {
    for (const back of [0, 1, 2])
      await store.appendEvent(newEvent(sessionId, { createdAt: today - back * day }));
    expect((await call({ since: "2026-11-20" })).events).toBe(2);
    expect((await call({ since: "2026-11-20T23:59:59+02:00", until: "2026-11-20" })).events).toBe(1);
    expect((await call({ directory: workspace.directory })).events).toBe(3);
    expect(await call({ directory: "/nowhere" })).toMatchObject({ events: 0, by_project: [] });
    const backwards = call({ since: "2026-11-21", until: "2026-11-20" });
    await expect(backwards).rejects.toMatchObject({ code: "invalid_input" });
    await expect(call({ since: "yesterday" })).rejects.toThrow(/ISO 8601/);
  });

  it("keeps the newest days and the largest of every list within the budget", async () => {
    for (let back = 0; back < 90; back += 1) {
      const agent = `agent-${back}`;
      for (let i = 0; i < (back === 50 ? 2 : 1); i += 1) {
        await store.appendEvent(newEvent(sessionId, { agent, createdAt: today - back * day }));
      }
    }
    const part = await call({ max_chars: 5_000 });
    expect(JSON.stringify(part).length).toBeLessThanOrEqual(5_000);
    expect(part).toMatchObject({ truncated: true, events: 91 });
    expect(part.by_day.slice(0, 2)).toMatchObject([{ day: "2026-11-21" }, { day: "2026-11-20" }]);
    expect(part.by_agent[0]).toMatchObject({ agent: "agent-50", events: 2 });
    expect(part.by_project).toHaveLength(1);
    const whole = await call({ max_chars: 200_000 });
    expect(whole).not.toHaveProperty("truncated");
    expect(whole.by_day).toHaveLength(90);
  });

  it("stays within the smallest budget, whatever the names", async () => {
    const name = "\u0001".repeat(512);
    const action = { callId: null, toolName: name, title: null, input: 1, output: 2, error: null };
    for (let i = 0; i < 3; i += 1) {
      const event = { agent: `${name}${i}`, actions: [{ ...action, status: "completed" as const }] };
      await store.appendEvent(newEvent(sessionId, event));
    }
    const result = await call({ max_chars: 1_000 });
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(1_000);
    expect(result.tools).toMatchObject([{ calls: 3, truncated: true, truncated_fields: ["tool_name"] }]);
  });
});
