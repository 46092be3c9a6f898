// What every Store promises, whatever keeps it: a suite as a function of `open`.
import { beforeEach, describe, expect, it } from "vitest";
import type { ProcessIdentity, Verdict } from "../../src/db/process.ts";
import type { NewTodo } from "../../src/db/records.ts";
import type { Store, StoreOptions } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";

export type OpenStore = (overrides: Partial<StoreOptions>) => Promise<Store>;

const todo = (content: string, overrides: Partial<NewTodo> = {}): NewTodo => ({
  id: null,
  content,
  status: "pending",
  priority: "medium",
  ...overrides,
});

const newRun = (overrides = {}) => ({
  sessionId: null,
  workspace,
  pid: 4711,
  command: "claude",
  args: ["--resume"],
  prompt: "run the tests",
  idempotencyKey: null,
  origin: "tool" as const,
  client: "test",
  ...overrides,
});

const historyOf = (sessionId: string) => ({
  sessionId,
  order: "asc" as const,
  orderBy: "seq" as const,
  limit: 50,
});

export function storeContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    let now: number;
    let verdicts: Map<number, Verdict>;

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      verdicts = new Map();
      store = await open({
        now: () => now,
        prober: {
          identify: async (pid): Promise<ProcessIdentity> => ({
            pid,
            machineId: "machine",
            bootId: "boot",
            pidNamespace: null,
            startToken: "1",
          }),
          probe: async ({ pid }) => verdicts.get(pid) ?? { state: "alive" },
        },
      });
    });

    describe("sessions", () => {
      it("returns what was created, and the same when asked for it", async () => {
        const given = newSession({
          userId: "ada",
          title: "Note G",
          agent: "planner",
          provider: "claude-code",
          providerSessionId: "abc",
          context: "mills",
          metadata: { nested: { list: [1, null, "x"] }, __proto__: null },
        });
        const { record, duplicate } = await store.createSession(given);
        expect(duplicate).toBe(false);
        expect(record.id).toMatch(/^sess_[0-9a-z]{26}$/);
        expect(record).toMatchObject({
          appName: "test",
          userId: "ada",
          title: "Note G",
          agent: "planner",
          context: "mills",
          state: "active",
          eventCount: 0,
          lastSeq: 0,
          directory: workspace.directory,
          gitBranch: "main",
          createdAt: now,
          updatedAt: now,
        });
        expect(record.metadata).toEqual(given.metadata);
        expect(await store.getSession(record.id)).toEqual(record);
      });

      it("gives sessions of one project directory one project", async () => {
        const { record: a } = await store.createSession(newSession());
        const { record: b } = await store.createSession(
          newSession({ workspace: { ...workspace, directory: "/home/ada/worktree" } }),
        );
        const { record: other } = await store.createSession(
          newSession({ workspace: { ...workspace, projectDirectory: "/elsewhere" } }),
        );
        expect(b.projectId).toBe(a.projectId);
        expect(other.projectId).not.toBe(a.projectId);
      });

      it("shows a session to its owner alone, when an owner is named", async () => {
        const { record } = await store.createSession(newSession({ userId: "ada" }));
        await expect(store.getSession(record.id, { userId: "ada", appName: "test" })).resolves.toBeDefined();
        await expect(store.getSession(record.id, { userId: "eve" })).rejects.toMatchObject({
          code: "not_found",
        });
        await expect(store.getSession(record.id, { appName: "other" })).rejects.toMatchObject({
          code: "not_found",
        });
      });

      it("returns the first session to a repeat of its key, per app and user", async () => {
        const given = newSession({ idempotencyKey: "k", title: "first", metadata: { a: 1, b: 2 } });
        const first = await store.createSession(given);
        const repeat = await store.createSession({ ...given, metadata: { b: 2, a: 1 } });
        expect(repeat).toEqual({ record: first.record, duplicate: true });
        await expect(store.createSession({ ...given, title: "second" })).rejects.toMatchObject({
          code: "conflict",
        });
        const otherUser = await store.createSession({ ...given, userId: "eve" });
        expect(otherUser.record.id).not.toBe(first.record.id);
      });

      it("refuses a parent that is not there, and stores nothing", async () => {
        const orphan = newSession({ parentSessionId: "sess_none" });
        await expect(store.createSession(orphan)).rejects.toMatchObject({ code: "not_found" });
        expect((await store.listSessions({ limit: 10 })).items).toEqual([]);
      });

      it("lists by latest activity, in pages that miss and repeat none", async () => {
        const ids: string[] = [];
        for (let i = 0; i < 7; i++) {
          now += i % 2; // pairs share a time, so that the id has to decide
          ids.push((await store.createSession(newSession({ title: `s${i}` }))).record.id);
        }
        now += 1;
        await store.appendEvent(newEvent(ids[2] as string));
        const seen: string[] = [];
        let after: { updatedAt: number; id: string } | undefined;
        for (let page = 0; page < 10; page++) {
          const { items, more } = await store.listSessions({ limit: 3, after });
          seen.push(...items.map(({ id }) => id));
          after = items.at(-1);
          if (!more) break;
        }
        expect(seen[0]).toBe(ids[2]);
        expect(seen.toSorted()).toEqual(ids.toSorted());
      });

      it("filters the list before it is limited", async () => {
        const { record } = await store.createSession(
          newSession({ userId: "ada", title: "100% done_\\", agent: "x", provider: "codex" }),
        );
        now += 10;
        for (let i = 0; i < 5; i++) {
          await store.createSession(
            newSession({ title: "100 done", workspace: { ...workspace, directory: "/b" } }),
          );
        }
        const only = async (filter: object) =>
          (await store.listSessions({ limit: 1, ...filter })).items.map(({ id }) => id);
        expect(await only({ titleContains: "0% DONE_\\" })).toEqual([record.id]);
        expect(await only({ userId: "ada" })).toEqual([record.id]);
        expect(await only({ agent: "x", provider: "codex" })).toEqual([record.id]);
        expect(await only({ directory: workspace.directory })).toEqual([record.id]);
        expect(await only({ updatedBefore: now - 10 })).toEqual([record.id]);
        expect(await only({ updatedAfter: now + 1 })).toEqual([]);
        expect(await only({ appName: "none" })).toEqual([]);
        expect(await only({ state: "archived" })).toEqual([]);
      });
    });

    describe("events", () => {
      let sessionId: string;
      beforeEach(async () => {
        sessionId = (await store.createSession(newSession())).record.id;
      });

      it("numbers events 1, 2, 3 … and keeps every part of them", async () => {
        const { record: run } = await store.startRun(newRun({ sessionId }));
        const given = newEvent(sessionId, {
          type: "tool_call",
          author: "planner",
          content: "reading",
          reasoning: "because",
          agent: "planner",
          branch: "planner.coder",
          turnId: "turn",
          messageId: "message",
          runId: run.id,
          finish: "tool_use",
          error: "none",
          tokens: { input: 1, output: 2, reasoning: 3, cacheRead: 4, cacheWrite: 5 },
          costUsd: 0.25,
          longRunningToolIds: ["a", "b"],
          metadata: { k: ["v"] },
          raw: { provider: true },
          createdAt: now - 5_000,
          actions: [
            {
              callId: "call",
              toolName: "Read",
              title: "Read a file",
              status: "completed",
              input: { path: "main.go" },
              output: "package main",
              error: null,
            },
            {
              callId: null,
              toolName: "Bash",
              title: null,
              status: "pending",
              input: undefined,
              output: undefined,
              error: null,
            },
          ],
        });
        const first = await store.appendEvent(given);
        const second = await store.appendEvent(newEvent(sessionId));
        expect([first.record.seq, second.record.seq]).toEqual([1, 2]);
        const { idempotencyKey: _key, actions, ...rest } = given;
        expect(first.record).toMatchObject(rest);
        expect(first.record.actions[0]).toMatchObject(actions[0] ?? {});
        expect(first.record.actions[1]?.callId).toMatch(/^call_/);
        expect(await store.getEvent(sessionId, 1)).toEqual(first.record);
        const { items } = await store.getHistory(historyOf(sessionId));
        expect(items).toEqual([first.record, second.record]);
      });

      it("counts events, tokens and cost in the session", async () => {
        const tokens = { input: 10, output: 5, reasoning: null, cacheRead: null, cacheWrite: null };
        await store.appendEvent(newEvent(sessionId, { tokens, costUsd: 0.5 }));
        now += 1_000;
        await store.appendEvent(newEvent(sessionId, { tokens, costUsd: 0.25 }));
        await store.appendEvent(newEvent(sessionId));
        expect(await store.getSession(sessionId)).toMatchObject({
          eventCount: 3,
          lastSeq: 3,
          tokens: { input: 20, output: 10, reasoning: null, cacheRead: null, cacheWrite: null },
          costUsd: 0.75,
          updatedAt: now,
          lastAccessedAt: now,
        });
      });

      it("returns the first event to a repeat of its key, and refuses other content", async () => {
        const given = newEvent(sessionId, { idempotencyKey: "k", content: "once" });
        const first = await store.appendEvent(given);
        now += 60_000;
        expect(await store.appendEvent(given)).toEqual({ record: first.record, duplicate: true });
        await expect(store.appendEvent({ ...given, content: "twice" })).rejects.toMatchObject({
          code: "conflict",
        });
        expect((await store.getHistory(historyOf(sessionId))).eventCount).toBe(1);
        const { record: other } = await store.createSession(newSession());
        expect((await store.appendEvent({ ...given, sessionId: other.id })).duplicate).toBe(false);
      });

      it("leaves no gap behind a refused event", async () => {
        await expect(store.appendEvent(newEvent(sessionId, { runId: "run_none" }))).rejects.toMatchObject({
          code: "not_found",
        });
        await expect(store.appendEvent(newEvent("sess_none"))).rejects.toMatchObject({ code: "not_found" });
        expect((await store.appendEvent(newEvent(sessionId))).record.seq).toBe(1);
      });

      it("keeps calls in the order in which they were made without waiting", async () => {
        const contents = Array.from({ length: 50 }, (_, i) => `event ${i}`);
        await Promise.all(contents.map((content) => store.appendEvent(newEvent(sessionId, { content }))));
        const { items } = await store.getHistory(historyOf(sessionId));
        expect(items.map(({ content }) => content)).toEqual(contents);
      });

      it("filters and orders a history before it is limited", async () => {
        for (let i = 1; i <= 20; i++) {
          await store.appendEvent(
            newEvent(sessionId, {
              author: i % 5 === 0 ? "user" : "assistant",
              type: i % 2 === 0 ? "tool_call" : "message",
              branch: i > 10 ? "a.b" : null,
              turnId: `turn${Math.ceil(i / 4)}`,
              createdAt: now - i * 1_000, // arrived in the opposite order
            }),
          );
        }
        const seqs = async (filter: object) =>
          (await store.getHistory({ ...historyOf(sessionId), ...filter })).items.map(({ seq }) => seq);
        expect(await seqs({ authors: ["user"], limit: 2 })).toEqual([5, 10]);
        expect(await seqs({ authors: ["user", "nobody"], types: ["tool_call"] })).toEqual([10, 20]);
        expect(await seqs({ branch: "a.b", limit: 2 })).toEqual([11, 12]);
        expect(await seqs({ turnId: "turn2" })).toEqual([5, 6, 7, 8]);
        expect(await seqs({ afterSeq: 17 })).toEqual([18, 19, 20]);
        expect(await seqs({ beforeSeq: 3 })).toEqual([1, 2]);
        expect(await seqs({ order: "desc", limit: 2 })).toEqual([20, 19]);
        expect(await seqs({ since: now - 3_000 })).toEqual([1, 2, 3]);
        expect(await seqs({ until: now - 19_000 })).toEqual([19, 20]);
        expect(await seqs({ orderBy: "createdAt", limit: 3 })).toEqual([20, 19, 18]);
        expect(await seqs({ orderBy: "createdAt", order: "desc", limit: 3 })).toEqual([1, 2, 3]);
      });

      it.each(["seq", "createdAt"] as const)(
        "pages by %s without missing or repeating one",
        async (orderBy) => {
          for (let i = 0; i < 150; i++) {
            await store.appendEvent(newEvent(sessionId, { createdAt: now + (i % 7) }));
          }
          for (const order of ["asc", "desc"] as const) {
            const seen: number[] = [];
            let after: { seq: number; createdAt: number } | undefined;
            let more = true;
            while (more) {
              const page = await store.getHistory({ sessionId, order, orderBy, limit: 70, after });
              seen.push(...page.items.map(({ seq }) => seq));
              after = page.items.at(-1);
              more = page.more;
            }
            expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
          }
        },
      );

      it("ends a page early rather than filling the memory", async () => {
        const content = "x".repeat(1024 * 1024);
        for (let i = 0; i < 10; i++) await store.appendEvent(newEvent(sessionId, { content }));
        const page = await store.getHistory({ ...historyOf(sessionId), limit: 500 });
        expect(page.items).toHaveLength(5);
        expect(page.more).toBe(true);
        const input = JSON.parse(`[${"[],".repeat(200_000)}[]]`);
        const action = {
          callId: null,
          toolName: "t",
          title: null,
          status: "completed" as const,
          error: null,
        };
        const actions = Array.from({ length: 10 }, () => ({ ...action, input, output: undefined }));
        for (let i = 0; i < 3; i++) await store.appendEvent(newEvent(sessionId, { actions }));
        const rest = await store.getHistory({ ...historyOf(sessionId), afterSeq: 10 });
        expect(rest.items.map((event) => [event.seq, event.actions.length])).toEqual([[11, 10]]);
        expect(rest.more).toBe(true);
      });

      it("finds an author whose name had to be repaired", async () => {
        await store.appendEvent(newEvent(sessionId, { author: "a\ud800b" }));
        const page = await store.getHistory({ ...historyOf(sessionId), authors: ["a\ud800b"] });
        expect(page.items).toHaveLength(1);
      });

      it("does not take one JSON value for another under the same key", async () => {
        const first = newEvent(sessionId, { raw: { a: 1 }, idempotencyKey: "k" });
        await store.appendEvent(first);
        await expect(store.appendEvent({ ...first, raw: [["a", 1]] })).rejects.toMatchObject({
          code: "conflict",
        });
      });

      it("tells an event that is not there from a session that is not there", async () => {
        await expect(store.getEvent(sessionId, 1)).rejects.toThrow(/has no event 1/);
        await expect(store.getEvent("sess_none", 1)).rejects.toThrow(/no session/);
        await expect(store.getHistory(historyOf("sess_none"))).rejects.toMatchObject({ code: "not_found" });
      });

      it("keeps NUL, and repairs and flags a lone surrogate", async () => {
        const { record: nul } = await store.appendEvent(newEvent(sessionId, { content: "a\0b" }));
        expect(nul).toMatchObject({ content: "a\0b", lossy: false });
        const { record: lossy } = await store.appendEvent(newEvent(sessionId, { content: "a\ud800b" }));
        expect(lossy).toMatchObject({ content: "a\ufffdb", lossy: true });
        const { record: inJson } = await store.appendEvent(
          newEvent(sessionId, { metadata: { "\ud800": "\udfff" } }),
        );
        expect(inJson).toMatchObject({ metadata: { "\ud800": "\udfff" }, lossy: false });
        const { items } = await store.getHistory(historyOf(sessionId));
        expect(items).toEqual([nul, lossy, inJson]);
      });
    });

    describe("todos", () => {
      let sessionId: string;
      beforeEach(async () => {
        sessionId = (await store.createSession(newSession())).record.id;
      });

      it("replaces the list in order, and counts its versions", async () => {
        expect(await store.getTodos(sessionId)).toEqual({ todos: [], version: 0 });
        const first = await store.updateTodos(sessionId, [todo("a"), todo("b", { priority: "high" })]);
        expect(first.version).toBe(1);
        expect(first.todos.map(({ content }) => content)).toEqual(["a", "b"]);
        const [a, b] = first.todos;
        now += 1_000;
        const second = await store.updateTodos(sessionId, [
          { id: b?.id ?? "", content: "b", status: "completed", priority: "high" },
          { id: a?.id ?? "", content: "a", status: "pending", priority: "medium" },
        ]);
        expect(second.todos.map(({ id }) => id)).toEqual([b?.id, a?.id]);
        expect(second.todos[0]).toMatchObject({ createdAt: now - 1_000, updatedAt: now });
        expect(second.todos[1]).toMatchObject({ createdAt: now - 1_000, updatedAt: now - 1_000 });
        expect(await store.getTodos(sessionId)).toEqual(second);
      });

      it("changes nothing when the list is equal", async () => {
        const first = await store.updateTodos(sessionId, [todo("a"), todo("a"), todo("b")]);
        const session = await store.getSession(sessionId);
        now += 1_000;
        expect(await store.updateTodos(sessionId, [todo("a"), todo("a"), todo("b")])).toEqual(first);
        expect(await store.getSession(sessionId)).toEqual(session);
      });

      it("refuses a stale version and an id given twice, and keeps the list", async () => {
        const first = await store.updateTodos(sessionId, [todo("a")], 0);
        await expect(store.updateTodos(sessionId, [], 0)).rejects.toMatchObject({ code: "conflict" });
        const twice = [todo("a", { id: "1" }), todo("b", { id: "1" })];
        await expect(store.updateTodos(sessionId, twice)).rejects.toMatchObject({ code: "invalid_input" });
        expect(await store.getTodos(sessionId)).toEqual(first);
      });
    });

    describe("runs", () => {
      it("returns the first run to a repeat of its key, also from another host's process", async () => {
        const given = newRun({ idempotencyKey: "k", pidFound: true });
        const { record } = await store.startRun(given);
        const again = await store.startRun({ ...given, pid: 815 });
        expect(again).toEqual({ record, duplicate: true });
        const other = store.startRun({ ...given, command: "codex" });
        await expect(other).rejects.toMatchObject({ code: "conflict" });
      });

      it("starts in a session's directory, ends once, and takes a repeat of its end", async () => {
        const { record: session } = await store.createSession(newSession());
        const { record: run } = await store.startRun(newRun({ sessionId: session.id, workspace: null }));
        expect(run).toMatchObject({ status: "running", directory: session.directory, args: ["--resume"] });
        expect(run.projectId).toBe(session.projectId);
        now += 1_000;
        const end = { runId: run.id, status: "failed", exitCode: 1, error: "boom", endedBy: "tool" } as const;
        const ended = await store.finishRun(end);
        expect(ended).toMatchObject({ status: "failed", exitCode: 1, error: "boom", endedAt: now });
        expect(await store.finishRun(end)).toEqual(ended);
        await expect(store.finishRun({ ...end, status: "completed" })).rejects.toMatchObject({
          code: "invalid_state",
        });
        await expect(store.finishRun({ ...end, runId: "run_none" })).rejects.toMatchObject({
          code: "not_found",
        });
      });

      it("keeps keys per session, and per directory without one", async () => {
        const { record: session } = await store.createSession(newSession());
        const alone = newRun({ idempotencyKey: "k" });
        const first = await store.startRun(alone);
        expect(await store.startRun(alone)).toEqual({ record: first.record, duplicate: true });
        await expect(store.startRun({ ...alone, prompt: "other" })).rejects.toMatchObject({
          code: "conflict",
        });
        expect((await store.startRun({ ...alone, sessionId: session.id })).duplicate).toBe(false);
      });

      it("lists newest first, by every filter", async () => {
        const { record: session } = await store.createSession(newSession());
        const { record: a } = await store.startRun(newRun({ pid: 1 }));
        const { record: b } = await store.startRun(newRun({ pid: 2, sessionId: session.id }));
        const ids = async (filter: object) =>
          (await store.listRuns({ limit: 10, ...filter })).items.map(({ id }) => id);
        expect(await ids({})).toEqual([b.id, a.id]);
        expect(await ids({ after: b })).toEqual([a.id]);
        expect(await ids({ pid: 1 })).toEqual([a.id]);
        expect(await ids({ sessionId: session.id })).toEqual([b.id]);
        expect(await ids({ status: "completed" })).toEqual([]);
        expect(await ids({ directory: workspace.directory })).toEqual([b.id, a.id]);
        expect(await store.latestRun(session.id)).toEqual(b);
      });

      it("marks only what is proven dead, with the evidence", async () => {
        const pids = [1, 2, 3, 4];
        const started = [];
        for (const pid of pids) started.push((await store.startRun(newRun({ pid }))).record);
        const [alive, crashed, ended, unknown] = started;
        verdicts.set(2, { state: "dead", evidence: "no process has pid 2" });
        verdicts.set(3, { state: "dead", evidence: "no process has pid 3" });
        verdicts.set(4, { state: "unknown", evidence: "recorded on another machine" });
        await store.markDisconnected([ended?.id ?? "", alive?.id ?? ""]);

        const told = await store.markCrashedRuns({ dryRun: true });
        expect(told.crashed).toMatchObject([{ id: crashed?.id, status: "running" }]);
        expect(told.crashed[0]?.evidence).toContain("no process has pid 2");
        expect((await store.listRuns({ status: "running", limit: 10 })).items).toHaveLength(4);

        const sweep = await store.markCrashedRuns();
        expect(sweep).toMatchObject({ alive: 1, checked: 4 });
        expect(sweep.crashed).toMatchObject([{ id: crashed?.id, status: "crashed", endedBy: "sweep" }]);
        expect(sweep.crashed[0]?.evidence).toContain("no process has pid 2");
        expect(sweep.ended).toMatchObject([{ id: ended?.id, status: "ended" }]);
        expect(sweep.unknown).toMatchObject([{ run: { id: unknown?.id, status: "running" } }]);
        expect(await store.markCrashedRuns()).toMatchObject({ crashed: [], ended: [], checked: 2 });
      });

      it("leaves a run alone that ends while it is probed", async () => {
        const { record: run } = await store.startRun(newRun({ pid: 5 }));
        const slow = store.markCrashedRuns.bind(store);
        verdicts.set(5, { state: "dead", evidence: "gone" });
        const finished = store.finishRun({
          runId: run.id,
          status: "completed",
          exitCode: 0,
          error: null,
          endedBy: "tool",
        });
        const sweep = await slow();
        expect((await finished).status).toBe("completed");
        expect(sweep.crashed).toEqual([]);
      });
    });
  });
}
