// What every Store promises about jobs.
import { beforeEach, describe, expect, it } from "vitest";
import type { FinishedJob, JobClaim, NewJob } from "../../src/db/jobs.ts";
import type { Verdict } from "../../src/db/process.ts";
import type { Store } from "../../src/db/store.ts";
import { newJob, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const at = (directory: string) => ({ ...workspace, directory, projectDirectory: directory });

const newRun = {
  sessionId: null,
  workspace,
  pid: 4711,
  command: null,
  args: [],
  prompt: null,
  idempotencyKey: null,
  origin: "tool" as const,
  client: "test",
};

const by = { origin: "tool" as const, client: "test" };

export function jobsContract(open: OpenStore): void {
  describe("jobs", () => {
    let store: Store;
    let now: number;
    let verdict: Verdict;

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      verdict = { state: "alive" };
      store = await open({
        now: () => now,
        prober: {
          identify: async (pid) => ({
            pid,
            machineId: "machine",
            bootId: "boot",
            pidNamespace: null,
            startToken: "1",
          }),
          probe: async () => verdict,
        },
      });
    });

    const enqueue = async (overrides: Partial<NewJob> = {}) =>
      (await store.jobs.enqueue(newJob(overrides))).record;
    const claim = (overrides: Partial<JobClaim> = {}) =>
      store.jobs.claim({ worker: "ada", runId: null, leaseSeconds: 300, ...overrides });
    const claimOne = async (overrides: Partial<JobClaim> = {}) => {
      const claimed = await claim(overrides);
      if (claimed === null) throw new Error("no job was handed out");
      return { ...claimed, lease: { jobId: claimed.job.id, leaseToken: claimed.leaseToken } };
    };
    const finish = (
      { jobId, leaseToken }: Pick<FinishedJob, "jobId" | "leaseToken">,
      outcome: Partial<FinishedJob>,
    ) =>
      store.jobs.finish({
        jobId,
        leaseToken,
        status: "completed",
        result: undefined,
        error: null,
        ...outcome,
      });
    const jobOf = async (jobId: string) => (await store.jobs.list({ jobId, limit: 1 })).items[0];
    const code = (expected: string) => ({ code: expected });

    it("returns what was enqueued, bound to its session, its directory or neither", async () => {
      const { record: session } = await store.createSession(newSession());
      const given = newJob({
        sessionId: session.id,
        promptId: "p",
        messageId: "m",
        allowedTools: ["Read", "Bash"],
        model: "large",
        priority: 7,
        maxAttempts: 1,
      });
      const { record: ofSession, duplicate } = await store.jobs.enqueue(given);
      expect(duplicate).toBe(false);
      expect(ofSession.id).toMatch(/^job_[0-9a-z]{26}$/);
      const { idempotencyKey: _key, workspace: _workspace, runAfter: _runAfter, ...said } = given;
      expect(ofSession).toMatchObject({
        ...said,
        directory: session.directory,
        projectId: session.projectId,
        status: "pending",
        attempts: 0,
        runAfter: now,
        createdAt: now,
      });
      expect(await enqueue({ workspace })).toMatchObject({
        sessionId: null,
        directory: workspace.directory,
        projectId: session.projectId,
        allowedTools: null,
      });
      expect(await enqueue({ allowedTools: [] })).toMatchObject({
        sessionId: null,
        directory: null,
        projectId: null,
        allowedTools: [],
      });
      expect(await jobOf(ofSession.id)).toEqual(ofSession);
      await expect(enqueue({ sessionId: "sess_none" })).rejects.toMatchObject(code("not_found"));
    });

    it("keeps keys per session, else per directory, else once for all", async () => {
      const { record: session } = await store.createSession(newSession());
      const scopes = [{ sessionId: session.id }, { workspace }, {}];
      for (const scope of scopes) {
        const given = newJob({ ...scope, idempotencyKey: "k" });
        const first = await store.jobs.enqueue(given);
        expect(first.duplicate).toBe(false);
        now += 1_000;
        expect(await store.jobs.enqueue(given)).toEqual({ record: first.record, duplicate: true });
        await expect(store.jobs.enqueue({ ...given, prompt: "other" })).rejects.toMatchObject(
          code("conflict"),
        );
      }
      expect((await store.jobs.list({ limit: 10 })).items).toHaveLength(3);
    });

    it("hands out the highest priority first, then the oldest, each once", async () => {
      const ids = [];
      for (const priority of [0, 5, -1, 5, 0]) ids.push((await enqueue({ priority })).id);
      const claimed = [];
      for (let i = 0; i < 6; i++) claimed.push((await claim())?.job.id);
      expect(claimed).toEqual([ids[1], ids[3], ids[0], ids[4], ids[2], undefined]);
    });

    it("counts the attempt and gives a lease", async () => {
      const { record: run } = await store.startRun(newRun);
      const { id } = await enqueue();
      now += 1_000;
      const { job, leaseToken } = await claimOne({ runId: run.id, leaseSeconds: 60 });
      expect(leaseToken).toMatch(/^lease_/);
      expect(job).toMatchObject({
        id,
        status: "processing",
        attempts: 1,
        worker: "ada",
        runId: run.id,
        startedAt: now,
        leaseExpiresAt: now + 60_000,
      });
      expect(await jobOf(id)).toEqual(job);
    });

    it("hands out and lists what was enqueued anywhere in the project of a directory", async () => {
      const inProject = (directory: string) => ({ ...workspace, directory });
      const ofMain = await enqueue({ workspace });
      const ofWorktree = await enqueue({ workspace: inProject("/worktree") });
      await enqueue({ workspace: at("/other") });
      const here = { workspace: inProject(`${workspace.directory}/sub`) };
      const listed = (await store.jobs.list({ ...here, limit: 10 })).items.map(({ id }) => id);
      expect(listed).toEqual([ofWorktree.id, ofMain.id]);
      expect((await claimOne(here)).job.id).toBe(ofMain.id);
      expect((await claimOne({ workspace })).job.id).toBe(ofWorktree.id);
      expect(await claim(here)).toBeNull();
      await store.projects.delete({ directory: "/other" }, by);
      expect(await claim({ workspace: at("/other/sub") })).toBeNull();
      expect(await claim({ workspace: at("/other") })).not.toBeNull();
    });

    it("hands out by session and by directory", async () => {
      const { record: session } = await store.createSession(newSession());
      const { record: elsewhere } = await store.createSession(
        newSession({ workspace: { ...workspace, directory: "/b", projectDirectory: "/b" } }),
      );
      const unbound = await enqueue({ priority: 9 });
      const there = await enqueue({ sessionId: elsewhere.id });
      const low = await enqueue({ workspace });
      const high = await enqueue({ sessionId: session.id, priority: 1 });
      expect(await claim({ workspace: at("/none") })).toBeNull();
      expect(await claim({ sessionId: session.id, workspace: at("/b") })).toBeNull();
      expect((await claimOne({ workspace })).job.id).toBe(high.id);
      expect((await claimOne({ workspace })).job.id).toBe(low.id);
      expect((await claimOne({ sessionId: elsewhere.id })).job.id).toBe(there.id);
      expect(await claim({ sessionId: elsewhere.id })).toBeNull();
      expect((await claimOne()).job.id).toBe(unbound.id);
    });

    it("holds a job back until its time, and none of higher priority behind others", async () => {
      const ready = await enqueue();
      const later = await enqueue({ runAfter: now + 10_000, priority: 1 });
      const past = await enqueue({ runAfter: Date.UTC(1815, 11, 10), priority: -1 });
      expect((await claimOne()).job.id).toBe(ready.id);
      now += 9_999;
      expect((await claimOne()).job.id).toBe(past.id);
      expect(await claim()).toBeNull();
      now += 1;
      expect((await claimOne()).job.id).toBe(later.id);
    });

    it("overlooks no job of a higher priority, however many come due at once", async () => {
      for (let i = 0; i < 1_100; i++) await enqueue({ runAfter: now + 1 + i });
      const best = await enqueue({ runAfter: now + 2_000, priority: 1 });
      await enqueue();
      now += 2_000;
      expect((await claimOne()).job.id).toBe(best.id);
    });

    it("refuses a session that is not there or was deleted", async () => {
      const { record: session } = await store.createSession(newSession());
      await enqueue({ sessionId: session.id });
      await expect(claim({ sessionId: "sess_none" })).rejects.toMatchObject(code("not_found"));
      await store.deleteSession(session.id, false, by);
      await expect(claim({ sessionId: session.id })).rejects.toMatchObject(code("not_found"));
      expect(await claim()).not.toBeNull();
    });

    it("refuses a run that is not there or has ended", async () => {
      await enqueue();
      await expect(claim({ runId: "run_none" })).rejects.toMatchObject(code("not_found"));
      const { record: run } = await store.startRun(newRun);
      const end = { runId: run.id, exitCode: 0, error: null, endedBy: "tool" } as const;
      await store.finishRun({ ...end, status: "completed" });
      await expect(claim({ runId: run.id })).rejects.toMatchObject(code("invalid_state"));
      expect(await claim()).not.toBeNull();
    });

    describe("a lease", () => {
      it("gives the job back when it has run out, until the attempts are spent", async () => {
        const { id } = await enqueue({ maxAttempts: 2 });
        const first = await claimOne({ leaseSeconds: 10 });
        now += 9_999;
        expect(await claim()).toBeNull();
        now += 1;
        const second = await claimOne({ leaseSeconds: 10, worker: "eve" });
        expect(second.job).toMatchObject({ id, attempts: 2, worker: "eve" });
        expect(second.leaseToken).not.toBe(first.leaseToken);
        now += 10_000;
        expect(await claim()).toBeNull();
        expect(await jobOf(id)).toMatchObject({ status: "failed", attempts: 2, endedAt: now });
        expect((await jobOf(id))?.error).toContain("lease");
      });

      it("gives the job back that a clock which was ahead has leased", async () => {
        const { id } = await enqueue();
        now += 90_000_000;
        await claimOne({ leaseSeconds: 86_400 });
        now -= 90_000_000;
        expect((await claimOne()).job).toMatchObject({ id, attempts: 2, leaseExpiresAt: now + 300_000 });
      });

      it("is renewed by its holder alone", async () => {
        await enqueue();
        const { lease } = await claimOne({ leaseSeconds: 10 });
        now += 9_000;
        expect(await store.jobs.renew({ ...lease, leaseSeconds: 10 })).toMatchObject({
          status: "processing",
          attempts: 1,
          leaseExpiresAt: now + 10_000,
        });
        now += 9_000;
        expect(await claim()).toBeNull();
        const stranger = { ...lease, leaseToken: "lease_none", leaseSeconds: 10 };
        await expect(store.jobs.renew(stranger)).rejects.toMatchObject({
          ...code("conflict"),
          message: expect.stringContaining("claimed once, with another token"),
        });
        await expect(store.jobs.renew({ ...stranger, jobId: "job_none" })).rejects.toMatchObject(
          code("not_found"),
        );
      });

      it("counts late as long as nobody else has claimed the job", async () => {
        const a = await enqueue({ maxAttempts: 1 });
        const b = await enqueue({ maxAttempts: 1, priority: -1 });
        const c = await enqueue({ priority: -2 });
        const d = await enqueue({ priority: -3 });
        const held = [];
        for (let i = 0; i < 4; i++) held.push((await claimOne({ leaseSeconds: 1 })).lease);
        const [late, renewed, given, taken] = held as [FinishedJob, FinishedJob, FinishedJob, FinishedJob];
        now += 1_000;
        expect(await claim({ workspace: at("/none") })).toBeNull();
        const statuses = async () =>
          (await store.jobs.list({ limit: 4 })).items.toReversed().map(({ status }) => status);
        expect(await statuses()).toEqual(["failed", "failed", "pending", "pending"]);
        expect(await finish(late, { result: 1 })).toMatchObject({ id: a.id, status: "completed", result: 1 });
        expect(await store.jobs.renew({ ...renewed, leaseSeconds: 9 })).toMatchObject({
          id: b.id,
          status: "processing",
          endedAt: null,
        });
        expect(await finish(given, {})).toMatchObject({ id: c.id, status: "completed" });
        expect((await claimOne()).job.id).toBe(d.id);
        await expect(finish(taken, {})).rejects.toMatchObject(code("conflict"));
        await expect(store.jobs.renew({ ...taken, leaseSeconds: 9 })).rejects.toMatchObject(code("conflict"));
        expect(await statuses()).toEqual(["completed", "processing", "completed", "processing"]);
      });

      it.each([
        ["crashed", false],
        ["ended", true],
      ])("ends with a run that a sweep finds %s", async (_status, letGo) => {
        const { record: run } = await store.startRun(newRun);
        const { id } = await enqueue({ maxAttempts: 2 });
        const other = await enqueue({ priority: -1 });
        await claimOne({ runId: run.id });
        await claimOne();
        if (letGo) await store.markDisconnected([run.id]);
        verdict = { state: "dead", evidence: "gone" };
        await store.markCrashedRuns({ dryRun: true });
        expect(await claim()).toBeNull();
        await store.markCrashedRuns();
        expect((await claimOne()).job).toMatchObject({ id, attempts: 2 });
        expect(await jobOf(other.id)).toMatchObject({ status: "processing" });
      });

      it("ends with a run that is said to have crashed, and fails when the attempts are spent", async () => {
        const { record: run } = await store.startRun(newRun);
        const { id } = await enqueue({ maxAttempts: 1 });
        await claimOne({ runId: run.id });
        const end = { runId: run.id, exitCode: null, error: null, endedBy: "tool" } as const;
        await store.finishRun({ ...end, status: "crashed" });
        expect(await jobOf(id)).toMatchObject({ status: "failed", endedAt: now });
        expect((await jobOf(id))?.error).toContain(run.id);
      });
    });

    describe("an attempt", () => {
      it("is the last one of a job that was forgotten, and keeps what its worker says out", async () => {
        const { record: session } = await store.createSession(newSession());
        for (const prompt of ["one", "two"]) await enqueue({ sessionId: session.id, prompt });
        const [fails, lapses] = [await claimOne(), await claimOne({ leaseSeconds: 10 })];
        await store.forgetting.forget({ sessionId: session.id }, by);
        const failed = { status: "failed", error: "one", result: "one" } as const;
        const ended = { status: "failed", attempts: 1, prompt: "", error: null, result: undefined };
        expect(await finish(fails.lease, failed)).toMatchObject(ended);
        expect(await finish(fails.lease, failed)).toMatchObject(ended);
        now += 86_400_000;
        expect(await claim()).toBeNull();
        expect(await jobOf(lapses.job.id)).toMatchObject({ status: "cancelled", prompt: "", endedAt: now });
        expect(await finish(lapses.lease, { result: "two" })).toMatchObject({ result: undefined });
      });

      it("that failed comes back later and later, and ends as failed", async () => {
        const { id } = await enqueue({ maxAttempts: 12 });
        let last = 0;
        for (let attempt = 1; attempt < 12; attempt++) {
          const { lease } = await claimOne();
          const job = await finish(lease, { status: "failed", error: `attempt ${attempt}` });
          expect(job).toMatchObject({ status: "pending", attempts: attempt, error: `attempt ${attempt}` });
          expect(job.endedAt).toBeNull();
          const delay = job.runAfter - now;
          expect(delay).toBeLessThanOrEqual(3_600_000);
          if (delay < 3_600_000 * 0.8) expect(delay).toBeGreaterThan(last);
          else expect(attempt).toBeGreaterThanOrEqual(9);
          last = delay;
          now += delay - 1;
          expect(await claim()).toBeNull();
          now += 1;
        }
        const { lease } = await claimOne();
        const job = await finish(lease, { status: "failed", error: "boom", result: { log: [1] } });
        expect(job).toMatchObject({ id, status: "failed", attempts: 12, error: "boom", endedAt: now });
        expect(job.result).toEqual({ log: [1] });
        expect(await claim()).toBeNull();
      });

      it("does not bring jobs that failed together back together", async () => {
        const delays = new Set<number>();
        for (let i = 0; i < 10; i++) {
          await enqueue();
          delays.add((await finish((await claimOne()).lease, { status: "failed" })).runAfter);
        }
        expect(delays.size).toBeGreaterThan(5);
      });

      it("is finished once, and takes a repeat of its outcome", async () => {
        await enqueue({ maxAttempts: 2 });
        const outcomes: Partial<FinishedJob>[] = [
          { status: "failed", error: "boom\ud800" },
          { status: "completed", result: { a: 1, b: [null] } },
        ];
        for (const said of outcomes) {
          const { lease } = await claimOne();
          const ended = await finish(lease, said);
          now += 3_600_000;
          expect(await finish(lease, said)).toEqual(ended);
          const others: Partial<FinishedJob>[] = [
            { ...said, status: said.status === "failed" ? "completed" : "failed" },
            { ...said, result: 2 },
            { ...said, error: "other" },
          ];
          for (const other of others) {
            await expect(finish(lease, other)).rejects.toMatchObject(code("invalid_state"));
          }
          await expect(store.jobs.renew({ ...lease, leaseSeconds: 9 })).rejects.toMatchObject(
            code("invalid_state"),
          );
          expect(await jobOf(lease.jobId)).toEqual(ended);
        }
      });

      it("is not finished by anybody else", async () => {
        const { id } = await enqueue();
        await expect(finish({ jobId: id, leaseToken: "x" }, {})).rejects.toMatchObject(code("conflict"));
        const { lease } = await claimOne();
        const stranger = { ...lease, leaseToken: "x" };
        await expect(finish(stranger, {})).rejects.toMatchObject(code("conflict"));
        await finish(lease, {});
        await expect(finish(stranger, {})).rejects.toMatchObject(code("conflict"));
        await expect(finish({ ...lease, jobId: "job_none" }, {})).rejects.toMatchObject(code("not_found"));
      });
    });

    describe("cancel", () => {
      it("takes a pending job out of the queue", async () => {
        const { id } = await enqueue();
        const cancelled = await store.jobs.cancel(id, by);
        expect(cancelled).toMatchObject({ status: "cancelled", endedAt: now });
        now += 1;
        expect(await store.jobs.cancel(id, by)).toEqual(cancelled);
        expect(await claim()).toBeNull();
        await expect(store.jobs.cancel("job_none", by)).rejects.toMatchObject(code("not_found"));
      });

      it("takes a job from its worker, who learns of it", async () => {
        const { id } = await enqueue();
        const { lease } = await claimOne({ leaseSeconds: 1 });
        await store.jobs.cancel(id, by);
        now += 5_000;
        expect(await claim()).toBeNull();
        expect(await store.jobs.renew({ ...lease, leaseSeconds: 9 })).toMatchObject({ status: "cancelled" });
        await expect(finish(lease, {})).rejects.toMatchObject(code("invalid_state"));
        expect(await jobOf(id)).toMatchObject({ status: "cancelled" });
      });

      it("is refused for a job that has ended", async () => {
        const { id } = await enqueue();
        await finish((await claimOne()).lease, {});
        await expect(store.jobs.cancel(id, by)).rejects.toMatchObject(code("invalid_state"));
      });
    });

    it("lists newest first, by every filter, in pages", async () => {
      const { record: session } = await store.createSession(newSession());
      const a = await enqueue();
      const b = await enqueue({ sessionId: session.id });
      const c = await enqueue({ workspace: at("/b") });
      await store.jobs.cancel(c.id, by);
      const ids = async (filter: object) =>
        (await store.jobs.list({ limit: 10, ...filter })).items.map(({ id }) => id);
      expect(await ids({})).toEqual([c.id, b.id, a.id]);
      expect(await ids({ after: b })).toEqual([a.id]);
      expect(await ids({ jobId: b.id })).toEqual([b.id]);
      expect(await ids({ sessionId: session.id })).toEqual([b.id]);
      for (const filter of [{ jobId: "job_none" }, { sessionId: "sess_none" }])
        await expect(ids(filter)).rejects.toMatchObject(code("not_found"));
      expect(await ids({ workspace: at("/b") })).toEqual([c.id]);
      expect(await ids({ status: "cancelled" })).toEqual([c.id]);
      expect(await ids({ status: "pending", workspace })).toEqual([b.id]);
      expect((await store.jobs.list({ limit: 2 })).more).toBe(true);
      expect((await store.jobs.list({ limit: 3 })).more).toBe(false);
    });

    it("tells of a session whether somebody works for it", async () => {
      const { record: session } = await store.createSession(newSession());
      const { record: idle } = await store.createSession(newSession());
      const work = async () => (await store.jobs.workOf([session.id, idle.id])).get(session.id);
      const nothing = { isWorking: false, currentJobId: null, lastJobStatus: null };
      expect(await work()).toEqual(nothing);
      const first = await enqueue({ sessionId: session.id });
      expect(await work()).toEqual({ ...nothing, lastJobStatus: "pending" });
      const { lease } = await claimOne();
      const working = { isWorking: true, currentJobId: first.id, lastJobStatus: "processing" };
      expect(await work()).toEqual(working);
      await enqueue({ sessionId: session.id });
      expect(await work()).toEqual({ ...working, lastJobStatus: "pending" });
      await finish(lease, {});
      await claimOne();
      expect(await work()).toMatchObject({ isWorking: true, lastJobStatus: "processing" });
      expect((await store.jobs.workOf([session.id, idle.id])).get(idle.id)).toEqual(nothing);
      expect(await store.jobs.workOf([])).toEqual(new Map());
    });

    it("repairs and flags a text that UTF-8 cannot hold", async () => {
      const job = await enqueue({ prompt: "a\ud800b" });
      expect(job).toMatchObject({ prompt: "a\ufffdb", lossy: true });
      expect(await jobOf(job.id)).toEqual(job);
    });
  });
}
