// What every Store promises of statistics.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction, NewEvent, NewRun } from "../../src/db/records.ts";
import type { Stats } from "../../src/db/stats.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const day = 86_400_000;
const elsewhere = { ...workspace, directory: "/elsewhere", projectDirectory: "/elsewhere" };

const call = (toolName: string, overrides: Partial<NewAction> = {}): NewAction => ({
  callId: null,
  toolName,
  title: null,
  status: "completed",
  input: undefined,
  output: undefined,
  error: null,
  ...overrides,
});

const newRun: NewRun = {
  sessionId: null,
  workspace,
  pid: 1,
  command: null,
  args: [],
  prompt: null,
  idempotencyKey: null,
  origin: "tool",
  client: "test",
};

export function statsContract(open: OpenStore): void {
  describe("statistics", () => {
    let store: Store;
    let now: number;
    const get = (query = {}): Promise<Stats> => store.stats.get({ limit: 100, ...query });
    const create = async (overrides = {}) => (await store.createSession(newSession(overrides))).record.id;
    const add = (sessionId: string, event: Partial<NewEvent> = {}) =>
      store.appendEvent(newEvent(sessionId, event));

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21, 12);
      store = await open({ now: () => now });
    });

    it("are 0 of an empty store, and of a project that is not known", async () => {
      const nothing = await get();
      expect(nothing).toMatchObject({ sessions: 0, events: 0, costUsd: 0, toolCalls: 0, more: false });
      expect(nothing).toMatchObject({ tools: [], byProject: [], byAgent: [], byDay: [] });
      await add(await create());
      expect(await get({ projectDirectory: "/nowhere" })).toEqual(nothing);
    });

    it("sum events, tokens, cost and tool calls, by project, agent and day", async () => {
      const planner = await create({ agent: "planner" });
      const other = await create({ workspace: elsewhere });
      const tokens = { input: 10, output: 5, reasoning: 4, cacheRead: 3, cacheWrite: 2 };
      await add(planner, {
        tokens,
        costUsd: 0.1,
        actions: [call("Read"), call("Bash", { status: "error" })],
      });
      await add(planner, { tokens, costUsd: 0.2, agent: "coder", actions: [call("Read")] });
      await add(other, { createdAt: now - 3 * day });
      await store.stats.catchUp();
      await add(other, { tokens: { ...tokens, input: null } });

      const stats = await get();
      expect(stats).toMatchObject({
        sessions: 2,
        events: 4,
        tokens: { input: 20, output: 15, reasoning: 12, cacheRead: 9, cacheWrite: 6 },
        costUsd: 0.3,
        toolCalls: 3,
        toolErrors: 1,
        tools: [
          { toolName: "Read", calls: 2, errors: 0, medianDuration: null },
          { toolName: "Bash", calls: 1, errors: 1, medianDuration: null },
        ],
      });
      expect(stats.byProject).toMatchObject([
        { directory: workspace.projectDirectory, sessions: 1, events: 2, toolCalls: 3 },
        { directory: "/elsewhere", sessions: 1, events: 2, toolCalls: 0 },
      ]);
      expect(stats.byAgent).toMatchObject([
        { agent: null, sessions: 1, events: 2 },
        { agent: "planner", sessions: 1, events: 1, toolCalls: 2, toolErrors: 1 },
        { agent: "coder", sessions: 0, events: 1, toolCalls: 1, toolErrors: 0 },
      ]);
      const today = Date.UTC(2026, 10, 21);
      expect(stats.byDay).toMatchObject([
        { day: today, sessions: 2, events: 3 },
        { day: today - 3 * day, sessions: 0, events: 1 },
      ]);
      const inProject = await get({ projectDirectory: "/elsewhere" });
      expect(inProject).toMatchObject({ sessions: 1, events: 2, toolCalls: 0, tools: [] });
      expect(inProject.byProject).toHaveLength(1);
    });

    it("take whole UTC days, also before 1970", async () => {
      const id = await create();
      const times = [-day - 1, -day, -1, 0, day - 1, day];
      for (const createdAt of times) await add(id, { createdAt });
      const counts = async () => [
        (await get({ since: -1, until: -1 })).events,
        (await get({ since: 5, until: 5 })).events,
        (await get({ until: -day })).events,
        (await get({ since: day + 7 })).events,
      ];
      expect(await counts()).toEqual([2, 2, 3, 1]);
      await store.stats.catchUp();
      expect(await counts()).toEqual([2, 2, 3, 1]);
      const days = (await get({ until: day })).byDay.map((each) => each.day);
      expect(days).toEqual([day, 0, -day, -2 * day]);
    });

    it("count runs by their present status", async () => {
      const sessionId = await create({ agent: "planner" });
      const start = (run: Partial<NewRun>) => store.startRun({ ...newRun, ...run });
      const finish = (runId: string, status: "completed" | "failed") =>
        store.finishRun({ runId, status, exitCode: null, error: null, endedBy: "tool" });
      const [a, b, c] = [await start({ sessionId }), await start({}), await start({ workspace: elsewhere })];
      await finish(a.record.id, "completed");
      await finish(b.record.id, "failed");
      now += 2 * day;
      await finish(c.record.id, "failed");
      await start({});
      expect((await get()).runs).toEqual({ running: 1, completed: 1, failed: 2, crashed: 0, ended: 0 });
      expect((await get({ until: now - day })).runs).toMatchObject({ running: 0, failed: 2 });
      expect((await get({ projectDirectory: "/elsewhere" })).runs).toMatchObject({ completed: 0, failed: 1 });
      expect((await get()).byAgent).toMatchObject([
        { agent: "planner", runs: { completed: 1 } },
        { agent: null, runs: { running: 1, failed: 2 } },
      ]);
    });

    it("end a list at its limit, and say so", async () => {
      const id = await create();
      for (const agent of ["a", "b", "b", "c"]) await add(id, { agent });
      const stats = await get({ limit: 2 });
      expect(stats.byAgent).toMatchObject([{ agent: "b", events: 2 }, { agent: "a" }]);
      expect(stats.more).toBe(true);
      expect((await get({ limit: 4 })).more).toBe(false);
    });

    it("take what no sum can hold", async () => {
      const id = await create();
      const most = Number.MAX_SAFE_INTEGER;
      const tokens = { input: most, output: most, reasoning: null, cacheRead: null, cacheWrite: null };
      for (let i = 0; i < 3; i += 1) await add(id, { tokens, costUsd: Number.MAX_VALUE });
      const expected = { events: 3, costUsd: Number.MAX_VALUE };
      expect(await get()).toMatchObject(expected);
      await store.stats.catchUp();
      await add(id, { tokens, costUsd: Number.MAX_VALUE });
      const stats = await get();
      expect(stats).toMatchObject({ ...expected, events: 4 });
      expect(stats.tokens.input).toBeCloseTo(4 * most, -3);
    });

    it("count each event once, whoever brings the sums up to date", async () => {
      const second = await open({ file: store.file });
      const ids = [await create(), await create({ workspace: elsewhere })];
      const work = Array.from({ length: 60 }, async (_, index) => {
        const each = index % 2 === 0 ? store : second;
        await each.appendEvent(newEvent(ids[index % 2] ?? "", { costUsd: 1, actions: [call("Read")] }));
        if (index % 5 === 0) await each.stats.catchUp();
      });
      await Promise.all([...work, store.stats.rebuild(), second.stats.rebuild()]);
      expect(await get()).toMatchObject({ events: 60, costUsd: 60, toolCalls: 60 });
      await second.stats.rebuild();
      expect(await get()).toMatchObject({ events: 60, costUsd: 60, toolCalls: 60 });
    });
  });
}
