// What every Store promises about projects and the runs in them.
import { beforeEach, describe, expect, it } from "vitest";
import type { Workspace } from "../../src/db/records.ts";
import type { Store } from "../../src/db/store.ts";
import { newJob, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const by = { origin: "tool" as const, client: "test" };

const at = (directory: string, overrides = {}) => ({
  ...workspace,
  directory,
  projectDirectory: directory,
  ...overrides,
});

const from = (previousDirectory: string, stillExists = false) => ({ previousDirectory, stillExists, ...by });

export function projectsContract(name: string, open: OpenStore): void {
  describe(`${name}: projects`, () => {
    let store: Store;
    let now: number;
    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({
        now: () => now,
        prober: {
          identify: async (pid) => ({
            pid,
            machineId: "machine",
            bootId: null,
            pidNamespace: null,
            startToken: null,
          }),
          probe: async () => ({ state: "alive" }),
        },
      });
    });

    const start = async (directory: string, pid = 1) => {
      now += 1_000;
      const run = {
        sessionId: null,
        workspace: at(directory),
        pid,
        command: null,
        args: [],
        prompt: null,
        idempotencyKey: null,
        ...by,
      };
      return (await store.startRun(run)).record;
    };
    const finish = (runId: string, status: "completed" | "failed" | "crashed" = "completed") =>
      store.finishRun({ runId, status, exitCode: null, error: null, endedBy: "tool" });
    const enqueue = async (workspace: Workspace) => (await store.jobs.enqueue(newJob({ workspace }))).record;
    const schedule = (workspace: Workspace, name = "nightly") =>
      store.automations.upsert({
        name,
        workspace,
        schedule: "0 9 * * *",
        timeZone: "UTC",
        prompt: "p",
        enabled: true,
        ...by,
      });
    const create = async (directory: string) =>
      (await store.createSession(newSession({ workspace: at(directory) }))).record;

    it("makes a project once, and changes what is given", async () => {
      const made = await store.projects.upsert(at("/a", { gitRemote: "r" }), {
        name: "A",
        command: "claude",
      });
      expect(made).toMatchObject({
        project: {
          directory: "/a",
          name: "A",
          command: "claude",
          prompt: null,
          gitRemote: "r",
          lastRunAt: null,
        },
        latestRun: null,
        runCounts: { running: 0, completed: 0, failed: 0, crashed: 0, ended: 0 },
      });
      now += 1_000;
      expect(await store.projects.upsert(at("/a"), { name: "A" })).toEqual(made);
      const { lossy: _lossy, ...changed } = await store.projects.upsert(at("/a"), {
        name: null,
        prompt: "test it",
      });
      expect(changed.project).toEqual({ ...made.project, name: null, prompt: "test it", updatedAt: now });
      expect(await store.projects.get({ id: made.project.id })).toEqual(changed);
      expect(await store.projects.get({ directory: "/a" })).toEqual(changed);
      expect((await create("/a")).projectId).toBe(made.project.id);
    });

    it("says of what came that a text had to be repaired, each time", async () => {
      for (let i = 0; i < 2; i++) {
        const { project, lossy } = await store.projects.upsert(at("/a"), { prompt: "half \ud83d" });
        expect({ prompt: project.prompt, lossy }).toEqual({ prompt: "half \ufffd", lossy: true });
      }
      expect((await store.projects.upsert(at("/a"), { name: "A" })).lossy).toBe(false);
    });

    it("takes a worktree for its main checkout", async () => {
      const { project } = await store.projects.upsert(at("/main"), {});
      const worktree = await store.projects.upsert({ ...at("/main"), directory: "/worktree" }, {});
      expect(worktree.project).toEqual(project);
    });

    it("counts runs by status, and knows the latest", async () => {
      for (const status of ["completed", "completed", "failed", "crashed"] as const) {
        await finish((await start("/a")).id, status);
      }
      const running = await start("/a");
      expect(await store.projects.get({ directory: "/a" })).toMatchObject({
        project: { lastRunAt: now },
        latestRun: { id: running.id },
        runCounts: { running: 1, completed: 2, failed: 1, crashed: 1, ended: 0 },
      });
    });

    it("lists by the last run, in pages that miss and repeat none", async () => {
      for (const directory of ["/a", "/b", "/c", "/d", "/e"]) await store.projects.upsert(at(directory), {});
      for (const directory of ["/d", "/b", "/d", "/a"]) await start(directory);
      const seen: string[] = [];
      let after: { lastRunAt: number | null; id: string } | undefined;
      for (let more = true; more; ) {
        const page = await store.projects.list({ limit: 2, after });
        seen.push(...page.items.map(({ project }) => project.directory));
        after = page.items.at(-1)?.project;
        more = page.more;
      }
      expect(seen).toEqual(["/a", "/d", "/b", "/e", "/c"]);
      const [, second] = (await store.projects.list({ limit: 10 })).items;
      expect(second).toMatchObject({ runCounts: { running: 2 }, project: { directory: "/d" } });
    });

    describe("that moved", () => {
      it("keeps its id, its sessions and its runs, which are in the new directory", async () => {
        const session = await create("/old");
        const run = { ...(await start("/old")), directory: "/new" };
        const moved = await store.projects.upsert(at("/new"), { name: "N" }, from("/old"));
        expect(moved.project).toMatchObject({ id: session.projectId, directory: "/new", name: "N" });
        expect(moved.latestRun).toEqual(run);
        expect(await store.getSession(session.id)).toEqual({ ...session, directory: "/new" });
        expect((await create("/new")).projectId).toBe(session.projectId);
        expect(await store.projects.upsert(at("/new"), {}, from("/old"))).toEqual(moved);
        await expect(store.projects.get({ directory: "/old" })).rejects.toMatchObject({ code: "not_found" });
      });

      it("takes along what is below its directory, and nothing else", async () => {
        const inProject = (directory: string) => at(directory, { projectDirectory: "/old" });
        for (const directory of ["/old", "/old/sub", "/older", "/worktree"]) {
          await store.createSession(newSession({ workspace: inProject(directory) }));
        }
        const job = await enqueue(inProject("/old/sub"));
        const other = await enqueue(at("/old-other"));
        const automation = await schedule(inProject("/old"));
        const { project } = await store.projects.upsert(at("/new"), {}, from("/old"));
        const { items } = await store.listSessions({ limit: 10 });
        const directories = items.map(({ directory }) => directory).sort();
        expect(directories).toEqual(["/new", "/new/sub", "/older", "/worktree"]);
        expect((await store.jobs.list({ limit: 10 })).items).toEqual([
          other,
          { ...job, directory: "/new/sub" },
        ]);
        expect(await schedule(at("/new"))).toEqual({
          ...automation,
          directory: "/new",
          projectId: project.id,
        });
      });

      it("brings its work along, also where it takes in another project", async () => {
        const ofProject = async () => [
          (await store.jobs.list({ limit: 1 })).items[0]?.projectId,
          (await store.automations.list({ limit: 1 })).items[0]?.projectId,
        ];
        const used = await create("/old");
        await enqueue(at("/new"));
        await schedule(at("/new"));
        await store.projects.upsert(at("/new"), {}, from("/old"));
        expect(await ofProject()).toEqual([used.projectId, used.projectId]);

        await enqueue(at("/before"));
        await schedule(at("/before"), "hourly");
        const { project } = await store.projects.upsert(at("/new"), {}, from("/before"));
        expect(await ofProject()).toEqual([project.id, project.id]);
        expect((await store.jobs.list({ workspace: at("/new"), limit: 10 })).items).toHaveLength(2);
      });

      it("leaves an automation where it was whose name is taken in the new directory", async () => {
        await create("/old");
        for (const directory of ["/old", "/new"]) await schedule(at(directory));
        await store.projects.upsert(at("/new"), {}, from("/old"));
        const { items } = await store.automations.list({ limit: 10 });
        expect(items.map(({ directory }) => directory).sort()).toEqual(["/new", "/old"]);
      });

      it("takes the place of one that was never used", async () => {
        const { projectId } = await create("/old");
        await store.projects.upsert(at("/new"), {});
        expect((await store.projects.upsert(at("/new"), {}, from("/old"))).project.id).toBe(projectId);
        expect((await store.projects.list({ limit: 10 })).items).toHaveLength(1);
      });

      it("is joined by all that was recorded in the new directory before, and by the settings given there", async () => {
        const old = await create("/old");
        await store.projects.upsert(at("/old"), { name: "old", command: "claude" });
        await start("/old");
        const session = await create("/new");
        const deleted = await create("/new");
        await store.deleteSession(deleted.id, false, by);
        await store.projects.upsert(at("/new"), { name: "new" });
        const run = await start("/new");
        const job = await enqueue(at("/new"));
        const automation = await schedule(at("/new"));
        const { project, latestRun, runCounts } = await store.projects.upsert(
          at("/new"),
          { prompt: "p" },
          from("/old"),
        );
        const settings = { name: "new", command: "claude", prompt: "p", lastRunAt: run.startedAt };
        expect(project).toMatchObject({ id: old.projectId, directory: "/new", ...settings });
        expect(latestRun?.id).toBe(run.id);
        expect(runCounts.running).toBe(2);
        expect((await store.projects.list({ limit: 10 })).items).toHaveLength(1);
        const { items: sessions } = await store.listSessions({ directory: "/new", limit: 10 });
        expect(sessions.map(({ id }) => id).sort()).toEqual([old.id, session.id]);
        const joined = [...sessions, ...(await store.jobs.list({ limit: 10 })).items];
        expect(new Set(joined.map(({ projectId }) => projectId))).toEqual(new Set([project.id]));
        expect((await store.automations.list({ limit: 10 })).items).toMatchObject([
          { id: automation.id, projectId: project.id },
        ]);
        expect((await store.jobs.list({ limit: 10 })).items).toMatchObject([{ id: job.id }]);
        const counts = { sessions: 1, runs: 1, jobs: 1, automations: 1 };
        expect((await store.audit.list({ tool: "upsert_project", limit: 10 })).items).toMatchObject([
          { ...by, subjectId: project.id, details: { merged_project_id: session.projectId, ...counts } },
        ]);
        const stats = await store.stats.get({ projectDirectory: "/new", limit: 10 });
        expect(stats).toMatchObject({ sessions: 2, runs: { running: 2 } });
        await store.purgeDeletedSessions();
      });

      it("is refused while its directory exists, and where there was none", async () => {
        await create("/old");
        for (const directory of ["/new", "/used"]) {
          const still = store.projects.upsert(at(directory), {}, from("/old", true));
          await expect(still).rejects.toMatchObject({
            code: "conflict",
            message: expect.stringContaining("/old"),
          });
          await create("/used");
        }
        const none = store.projects.upsert(at("/other"), {}, from("/nowhere"));
        await expect(none).rejects.toMatchObject({ code: "not_found" });
        const { items } = await store.projects.list({ limit: 10 });
        expect(items.map(({ project }) => project.directory).sort()).toEqual(["/old", "/used"]);
      });
    });

    it("is deleted with its runs, and without its sessions", async () => {
      const session = await create("/a");
      const gone = await create("/a");
      await store.deleteSession(gone.id, false, by);
      const run = await start("/a");
      const other = await start("/b");
      const id = session.projectId ?? "";
      expect(await store.projects.delete({ directory: "/a" }, by)).toEqual({ id, runs: 1, sessions: 1 });
      expect(await store.getSession(session.id)).toEqual({ ...session, projectId: null });
      expect((await store.listRuns({ limit: 10 })).items).toEqual([other]);
      await expect(finish(run.id)).rejects.toMatchObject({ code: "not_found" });
      await expect(store.projects.delete({ id }, by)).rejects.toMatchObject({ code: "not_found" });
      expect((await store.audit.list({ tool: "delete_project", limit: 10 })).items).toMatchObject([
        { sessionId: null, subjectId: id, details: { runs: 1, sessions_kept: 1 } },
      ]);
      expect((await create("/a")).projectId).not.toBe(id);
    });

    it("leaves no job and no automation that names it when it is deleted", async () => {
      await enqueue(at("/a"));
      const { id } = await schedule(at("/a"));
      await store.projects.delete({ directory: "/a" }, by);
      expect((await store.jobs.list({ limit: 10 })).items).toMatchObject([
        { projectId: null, directory: "/a" },
      ]);
      expect((await store.automations.list({ limit: 10 })).items).toMatchObject([{ id, projectId: null }]);
      const again = await schedule(at("/a"));
      expect(again).toMatchObject({
        id,
        projectId: (await store.projects.get({ directory: "/a" })).project.id,
      });
    });

    it("tells its runs from others, in whichever directory", async () => {
      const run = await start("/a");
      await start("/b");
      expect((await store.listRuns({ projectId: run.projectId, limit: 10 })).items).toEqual([run]);
    });

    it("loses a run that has ended, and no other", async () => {
      const first = await start("/a");
      const second = await start("/a");
      const refused = store.projects.deleteRun(second.id, by);
      await expect(refused).rejects.toMatchObject({ code: "invalid_state" });
      await finish(second.id);
      await store.projects.deleteRun(second.id, by);
      expect(await store.projects.get({ directory: "/a" })).toMatchObject({
        project: { lastRunAt: first.startedAt },
        latestRun: { id: first.id },
        runCounts: { running: 1, completed: 0 },
      });
      const again = store.projects.deleteRun(second.id, by);
      await expect(again).rejects.toMatchObject({ code: "not_found" });
      expect((await store.audit.list({ limit: 10 })).items).toMatchObject([
        { tool: "delete_run", subjectId: second.id, details: { status: "completed" } },
      ]);
    });

    it("finds a run by its id, or the latest of a pid on this machine", async () => {
      const first = await start("/a", 7);
      const second = await start("/b", 7);
      expect(await store.getRun({ id: first.id })).toEqual(first);
      expect(await store.getRun({ pid: 7 })).toEqual(second);
      await expect(store.getRun({ pid: 8 })).rejects.toMatchObject({ code: "not_found" });
      const elsewhere = await open({ file: store.file });
      await expect(elsewhere.getRun({ pid: 7 })).rejects.toMatchObject({ code: "not_found" });
    });
  });
}
