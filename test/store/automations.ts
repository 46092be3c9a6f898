// What every Store promises about automations, by a schedule of the test's own.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAutomation } from "../../src/db/automations.ts";
import type { Store } from "../../src/db/store.ts";
import { workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const minute = 60_000;

const newAutomation = (overrides: Partial<NewAutomation> = {}): NewAutomation => ({
  name: "nightly",
  workspace,
  schedule: "every 60",
  timeZone: "UTC",
  prompt: "look at the logs",
  enabled: true,
  origin: "tool",
  client: "test",
  ...overrides,
});

/** "every N": each multiple of N minutes. */
function nextRun(schedule: string, timeZone: string, after: number): number | null {
  if (timeZone !== "UTC") throw new RangeError(`no zone ${timeZone}`);
  if (schedule === "never") return null;
  const minutes = Number(schedule.match(/^every (\d+)$/)?.[1]);
  if (Number.isNaN(minutes)) throw new RangeError("no schedule");
  return (Math.floor(after / (minutes * minute)) + 1) * minutes * minute;
}

const by = { origin: "tool" as const, client: "test" };

export function automationsContract(open: OpenStore): void {
  describe("automations", () => {
    let store: Store;
    let now: number;
    let options: { now: () => number; nextRun: typeof nextRun };

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21, 9, 30);
      options = { now: () => now, nextRun };
      store = await open(options);
    });

    const upsert = (overrides: Partial<NewAutomation> = {}) =>
      store.automations.upsert(newAutomation(overrides));
    const listed = async () => (await store.automations.list({ limit: 10 })).items;
    const jobs = async () => (await store.jobs.list({ limit: 100 })).items;
    const claim = (from = store) => from.jobs.claim({ worker: "ada", runId: null, leaseSeconds: 300 });
    const finishOne = async () => {
      const claimed = await claim();
      if (claimed === null) throw new Error("no job was handed out");
      const lease = { jobId: claimed.job.id, leaseToken: claimed.leaseToken };
      return store.jobs.finish({ ...lease, status: "completed", result: undefined, error: null });
    };

    it("are one of a name in a directory, changed by the next of that name", async () => {
      const first = await upsert();
      expect(first.id).toMatch(/^auto_[0-9a-z]{26}$/);
      expect(first).toMatchObject({
        name: "nightly",
        directory: workspace.directory,
        enabled: true,
        nextRunAt: now + 30 * minute,
        lastJobId: null,
        createdAt: now,
      });
      expect(first.projectId).toMatch(/^proj_/);
      const elsewhere = await upsert({ workspace: null });
      expect(elsewhere).toMatchObject({ directory: null, projectId: null });
      now += minute;
      expect(await upsert()).toEqual(first);
      const changed = await upsert({ prompt: "other", schedule: "every 10" });
      expect(changed).toEqual({
        ...first,
        prompt: "other",
        schedule: "every 10",
        nextRunAt: now + 9 * minute,
        updatedAt: now,
      });
      expect(await listed()).toEqual([elsewhere, changed]);
    });

    it("come again when a clock that was ahead has been set right", async () => {
      const minutes = { schedule: "every 10" };
      const year = 365 * 24 * 60 * minute;
      now += year;
      const made = await upsert(minutes);
      const enqueued = await upsert({ ...minutes, name: "enqueued" });
      now += 10 * minute;
      expect(await store.automations.enqueueDue()).toBe(2);
      now -= year;
      expect(await upsert(minutes)).toMatchObject({ id: made.id, nextRunAt: now + 10 * minute });
      expect(await store.automations.enqueueDue()).toBe(0);
      expect((await listed()).map(({ nextRunAt }) => nextRunAt)).toEqual([
        now + 10 * minute,
        now + 10 * minute,
      ]);
      for (const { id } of (await store.jobs.list({ limit: 10 })).items) await store.jobs.cancel(id, by);
      now += 10 * minute;
      expect(await store.automations.enqueueDue()).toBe(2);
      expect(enqueued.nextRunAt).toBeGreaterThan(now);
    });

    it.each([
      ["a schedule that is none", { schedule: "soon" }, /"soon".*no schedule/],
      ["a time zone that is none", { timeZone: "Mars" }, /"Mars".*no zone Mars/],
      ["a schedule that never comes", { schedule: "never" }, /"never" never comes/],
      ["one that is disabled, all the same", { schedule: "never", enabled: false }, /never comes/],
    ])("refuse %s, and store nothing", async (_what, wrong, message) => {
      await expect(upsert(wrong)).rejects.toMatchObject({ code: "invalid_input" });
      await expect(upsert(wrong)).rejects.toThrow(message);
      expect(await listed()).toEqual([]);
    });

    it.each([
      ["a claim", async () => expect(await claim()).not.toBeNull()],
      ["a list of jobs", async () => expect(await jobs()).toHaveLength(1)],
      ["a look", async () => expect(await store.automations.enqueueDue()).toBe(1)],
    ])("enqueue one job when they are due, by %s", async (_what, look) => {
      const automation = await upsert();
      now += 30 * minute - 1;
      expect(await store.automations.enqueueDue()).toBe(0);
      now += 1;
      await look();
      const [job, ...others] = await jobs();
      expect(others).toEqual([]);
      expect(job).toMatchObject({
        automationId: automation.id,
        prompt: automation.prompt,
        directory: automation.directory,
        projectId: automation.projectId,
        maxAttempts: 3,
        origin: "tool",
        client: "test",
        runAfter: now,
      });
      expect(await listed()).toEqual([
        { ...automation, nextRunAt: now + 60 * minute, lastJobId: job?.id, lastEnqueuedAt: now },
      ]);
    });

    it("enqueue one job for all the times that were missed", async () => {
      await upsert();
      now += 100 * 60 * minute;
      expect(await store.automations.enqueueDue()).toBe(1);
      expect(await store.automations.enqueueDue()).toBe(0);
      expect((await listed())[0]?.nextRunAt).toBe(now + 30 * minute);
    });

    it("wait for their last job, and catch up once when it has ended", async () => {
      await upsert();
      now += 30 * minute;
      await store.automations.enqueueDue();
      now += 5 * 60 * minute;
      expect(await store.automations.enqueueDue()).toBe(0);
      const [first] = await jobs();
      await finishOne();
      expect(await store.automations.enqueueDue()).toBe(1);
      expect(await store.automations.enqueueDue()).toBe(0);
      expect(await jobs()).toHaveLength(2);
      const [second] = await jobs();
      await store.jobs.cancel(second?.id ?? "", by);
      expect(first?.id).not.toBe(second?.id);
      now += 60 * minute;
      expect(await store.automations.enqueueDue()).toBe(1);
    });

    it("enqueue one job however many look at once", async () => {
      const others = [
        await open({ ...options, file: store.file }),
        await open({ ...options, file: store.file }),
      ];
      await upsert();
      now += 30 * minute;
      const looks = [store, ...others].flatMap((each) => [
        each.automations.enqueueDue(),
        each.jobs.list({ limit: 1 }),
      ]);
      await Promise.all(looks);
      const claims = await Promise.all([store, ...others].map((each) => claim(each)));
      expect(claims.filter((claimed) => claimed !== null)).toHaveLength(1);
      expect(await jobs()).toHaveLength(1);
    });

    it("enqueue all that are due, however many", async () => {
      for (let i = 0; i < 230; i++) await upsert({ name: `n${i}` });
      now += 30 * minute;
      expect(await store.automations.enqueueDue()).toBe(230);
      expect(await store.automations.enqueueDue()).toBe(0);
    });

    it("rest while they are disabled, and count from when they are enabled again", async () => {
      await upsert();
      expect(await upsert({ enabled: false })).toMatchObject({ enabled: false, nextRunAt: null });
      now += 300 * minute;
      expect(await store.automations.enqueueDue()).toBe(0);
      expect(await upsert()).toMatchObject({ enabled: true, nextRunAt: now + 30 * minute });
      expect(await store.automations.enqueueDue()).toBe(0);
    });

    it("keep a time that is due when only their prompt changes", async () => {
      const { nextRunAt } = await upsert();
      now += 31 * minute;
      expect(await upsert({ prompt: "other" })).toMatchObject({ nextRunAt });
      expect((await claim())?.job.prompt).toBe("other");
    });

    it("stand in nobody's way when their schedule can no longer be read", async () => {
      const first = await upsert({ schedule: "every 30" });
      const broken = await open({
        ...options,
        file: store.file,
        nextRun: () => {
          throw new RangeError("the time zone is gone");
        },
      });
      now += 30 * minute;
      expect((await claim(broken))?.job.automationId).toBe(first.id);
      expect(await listed()).toMatchObject([{ enabled: true, nextRunAt: null }]);
    });

    it("are deleted by id, and leave their jobs", async () => {
      const automation = await upsert();
      now += 30 * minute;
      await store.automations.enqueueDue();
      expect(await store.automations.delete(automation.id, by)).toMatchObject({ id: automation.id });
      expect(await listed()).toEqual([]);
      expect(await jobs()).toHaveLength(1);
      await expect(store.automations.delete(automation.id, by)).rejects.toMatchObject({ code: "not_found" });
    });

    it("are listed newest first, by directory, in pages", async () => {
      const a = await upsert({ name: "a" });
      const b = await upsert({ name: "b", workspace: null });
      const c = await upsert({ name: "c" });
      const ids = async (filter: object) =>
        (await store.automations.list({ limit: 10, ...filter })).items.map(({ id }) => id);
      expect(await ids({})).toEqual([c.id, b.id, a.id]);
      expect(await ids({ after: c })).toEqual([b.id, a.id]);
      expect(await ids({ directory: workspace.directory })).toEqual([c.id, a.id]);
      expect((await store.automations.list({ limit: 2 })).more).toBe(true);
    });
  });
}
