// What every Store promises of what hosts recorded.
import { beforeEach, describe, expect, it } from "vitest";
import type {
  CaptureBatch,
  CapturedEvent,
  CapturedJob,
  CapturedOutcome,
  CapturedRecord,
  CapturedRun,
  CapturedSession,
} from "../../src/db/captures.ts";
import { namedSession } from "../../src/db/sqlite/captured-events.ts";
import type { Store } from "../../src/db/store.ts";
import { newSession, plainEvent, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const now = Date.UTC(2026, 10, 21);
const then = Date.UTC(2026, 9, 1);
const by = { origin: "tool" as const, client: null };

const session = (providerSessionId: string, said: Partial<CapturedSession> = {}): CapturedSession => ({
  ...namedSession(providerSessionId),
  createdAt: then,
  ...said,
});

const event = (key: string, said: Partial<CapturedEvent> = {}): CapturedEvent => ({
  kind: "event",
  providerSessionId: "s",
  key,
  ...plainEvent,
  content: key,
  createdAt: then,
  ...said,
});

const call = (callId: string, toolName = "Bash") => ({
  callId,
  toolName,
  title: null,
  status: "pending" as const,
  input: { command: "ls" },
  output: undefined,
  error: null,
  startedAt: then,
  endedAt: null,
});

const outcome = (callId: string, said: Partial<CapturedOutcome> = {}): CapturedOutcome => ({
  kind: "outcome",
  providerSessionId: "s",
  callId,
  status: "completed",
  title: null,
  output: "done",
  error: null,
  endedAt: then + 5,
  ...said,
});

const run = (status: CapturedRun["status"]): CapturedRun => ({
  kind: "run",
  key: "r",
  providerSessionId: null,
  workspace,
  pid: 1,
  command: "claude",
  args: ["-p"],
  prompt: null,
  status,
  exitCode: null,
  error: null,
  startedAt: then,
  endedAt: null,
});

const job = (status: CapturedJob["status"]): CapturedJob => ({
  kind: "job",
  key: "j",
  providerSessionId: null,
  workspace,
  prompt: "run the tests",
  promptId: null,
  messageId: null,
  model: null,
  allowedTools: null,
  status,
  priority: 0,
  attempts: 1,
  maxAttempts: 3,
  result: undefined,
  error: null,
  runAfter: null,
  createdAt: then,
  startedAt: null,
  endedAt: null,
});

export function capturesContract(name: string, open: OpenStore): void {
  describe(`captures in ${name}`, () => {
    let store: Store;

    const batch = (records: CapturedRecord[], said: Partial<CaptureBatch> = {}): CaptureBatch => ({
      provider: "codex",
      origin: "import",
      client: "test",
      workspace,
      includeDeleted: false,
      isOwnTool: (toolName) => toolName.startsWith("mcp__backstory__"),
      source: null,
      records,
      ...said,
    });
    const take = (...records: CapturedRecord[]) => store.captures.take(batch(records));
    const find = async (providerSessionId: string) => {
      const { items } = await store.listSessions({ limit: 100 });
      const found = items.filter((each) => each.providerSessionId === providerSessionId);
      expect(found).toHaveLength(1);
      return found[0] as (typeof items)[number];
    };
    const history = async () => {
      const { id: sessionId } = await find("s");
      return (await store.getHistory({ sessionId, order: "asc", orderBy: "seq", limit: 100 })).items;
    };

    beforeEach(async () => {
      store = await open({ now: () => now });
    });

    it("fill in what was not known of a session, and move a title that is the host's own", async () => {
      await take(session("s", { title: "first words", metadata: { model: "a", source: "exec" } }));
      await take(
        session("s", {
          title: "A title",
          agent: "planner",
          metadata: { model: "b", source: "cli", version: "1" },
        }),
      );
      const { id } = await find("s");
      expect(await store.getSession(id)).toMatchObject({
        title: "A title",
        agent: "planner",
        // With what the session goes on moves with the host; what else was known stays.
        metadata: { model: "b", source: "exec", version: "1" },
        createdAt: then,
        updatedAt: then,
      });
      await store.updateSession(id, { title: "Mine" }, by);
      await take(session("s", { title: "Another title", state: "archived" }));
      expect(await store.getSession(id)).toMatchObject({ title: "Mine", state: "archived" });
    });

    it("leave the metadata of a tool's session as it is, and fill in beside it", async () => {
      const asked = newSession({ provider: "codex", providerSessionId: "s", metadata: { model: "mine" } });
      const { record } = await store.createSession(asked);
      await take(session("s", { metadata: { model: "b", version: "1" } }));
      expect((await store.getSession(record.id)).metadata).toEqual({ model: "mine", version: "1" });
    });

    it("put a session under its parent, whichever came first", async () => {
      await take(session("late", { parentProviderSessionId: "parent" }));
      expect((await find("late")).parentSessionId).toBeNull();
      await take(session("parent"), session("early", { parentProviderSessionId: "parent" }));
      const { id } = await find("parent");
      expect((await find("late")).parentSessionId).toBe(id);
      expect((await find("early")).parentSessionId).toBe(id);
    });

    it("keep a session of another provider, or another user, apart", async () => {
      await take(session("s"));
      await store.captures.take(batch([session("s")], { provider: "gemini" }));
      const asked = newSession({ provider: "codex", providerSessionId: "s", userId: "ada", appName: "mill" });
      const { record, duplicate } = await store.createSession(asked);
      expect(duplicate).toBe(true);
      expect(await store.getSession(record.id, { userId: "ada", appName: "mill" })).toMatchObject({
        id: record.id,
      });
      const other = await store.createSession({ ...asked, userId: "charles" });
      expect(other.duplicate).toBe(false);
    });

    it("refuse a provider's id that another session has, and name that session", async () => {
      await take(session("s"));
      const { id } = await find("s");
      const { record } = await store.createSession(newSession({ provider: "codex" }));
      await expect(store.updateSession(record.id, { providerSessionId: "s" }, by)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining(id),
      });
      await store.updateSession(record.id, { providerSessionId: "t" }, by);
      expect((await store.captures.openSession(session("t"), batch([]))).session?.id).toBe(record.id);
    });

    it("store an event once, by its host's key, and never take a caller's key for it", async () => {
      expect((await take(session("s"), event("1"), event("1"), event("2"))).sessions).toMatchObject([
        { events: 2, duplicates: 1, created: true },
      ]);
      expect((await take(event("2"), event("3"))).sessions).toMatchObject([
        { events: 1, duplicates: 1, created: false },
      ]);
      expect((await history()).map(({ content, seq }) => [content, seq])).toEqual([
        ["1", 1],
        ["2", 2],
        ["3", 3],
      ]);
    });

    it("leave no session newer than its last event", async () => {
      await take(session("s"), event("1", { createdAt: then + 10 }), event("2", { createdAt: null }));
      const { id } = await find("s");
      expect(await store.getSession(id)).toMatchObject({ updatedAt: then + 10, lastAccessedAt: then });
      expect((await history())[1]?.createdAt).toBe(then + 10);
      const live = await store.createSession(newSession());
      expect((await store.listSessions({ limit: 1 })).items[0]?.id).toBe(live.record.id);
    });

    it("move an action on, also of an earlier batch, and one that has ended no more", async () => {
      await take(session("s"), event("1", { actions: [call("c"), call("d")] }));
      await take(outcome("c"), outcome("d", { status: "error", output: undefined, error: "no" }));
      await take(outcome("c", { output: "again" }));
      expect((await history())[0]?.actions).toMatchObject([
        { status: "completed", output: "done", startedAt: then, endedAt: then + 5 },
        { status: "error", error: "no" },
      ]);
      expect(await history()).toHaveLength(1);
    });

    it("keep the outcome of an unknown call, and give it to the call when that comes", async () => {
      await take(session("s"), outcome("c"));
      await take(outcome("c"));
      expect(await history()).toMatchObject([
        { type: "tool_result", actions: [{ callId: "c", output: "done" }] },
      ]);
      await take(event("1", { actions: [call("c")] }));
      expect((await history())[1]?.actions).toMatchObject([
        { toolName: "Bash", status: "completed", output: "done" },
      ]);
    });

    it("keep calls of our own tools without what they said", async () => {
      const own = call("c", "mcp__backstory__add_event");
      await take(session("s"), event("1", { actions: [own] }), outcome("c"));
      expect((await history())[0]?.actions).toMatchObject([
        { status: "completed", input: undefined, output: undefined },
      ]);
    });

    it("take the host's todos, but not over a tool's, nor an older list", async () => {
      const todos = (content: string, at: number): CapturedRecord => ({
        kind: "todos",
        providerSessionId: "s",
        todos: [{ content, status: "pending", priority: "medium" }],
        at,
      });
      await take(session("s"), todos("plan", then), todos("better plan", then + 1), todos("plan", then));
      const { id } = await find("s");
      expect((await store.getTodos(id)).todos.map(({ content }) => content)).toEqual(["better plan"]);
      expect((await store.getSession(id)).updatedAt).toBe(then + 1);
      await store.updateTodos(id, [{ id: null, content: "mine", status: "pending", priority: "high" }]);
      await take(todos("their plan", then + 2));
      expect((await store.getTodos(id)).todos.map(({ content }) => content)).toEqual(["mine"]);
    });

    it("take a run that is no more, whatever its process", async () => {
      expect(await take(run("running"))).toMatchObject({ runs: 1 });
      const [ended] = (await store.listRuns({ limit: 10 })).items;
      expect(ended).toMatchObject({ status: "ended", startedAt: then, origin: "import" });
      expect(await store.markCrashedRuns()).toMatchObject({ checked: 0 });
      expect(await take(run("completed"), run("completed"))).toMatchObject({ runs: 1 });
      expect((await store.listRuns({ limit: 10 })).items).toMatchObject([
        { id: ended?.id, status: "completed" },
      ]);
    });

    it("hand out no job, and start no automation, that the host still has", async () => {
      const automation = {
        kind: "automation" as const,
        name: "nightly",
        workspace,
        timeZone: "UTC",
        prompt: "test",
      };
      const daily = { ...automation, schedule: "0 3 * * *" };
      const taken = await take(job("pending"), daily, daily, {
        ...automation,
        name: "bad",
        schedule: "whenever",
      });
      expect(taken).toMatchObject({ jobs: 1, automations: 1 });
      expect(await store.jobs.claim({ worker: "w", runId: null, leaseSeconds: 60 })).toBeNull();
      expect((await store.automations.list({ limit: 10 })).items).toMatchObject([
        { enabled: false, nextRunAt: null },
      ]);
      await take(job("completed"));
      expect((await store.jobs.list({ limit: 10 })).items).toMatchObject([{ status: "completed" }]);
    });

    it("are stored all or not at all, with how far their source was read", async () => {
      const source = {
        host: "codex",
        path: "/x",
        kind: "jsonl",
        size: 1,
        modifiedAt: 2,
        position: { offset: 1 },
        excluded: [],
        events: 1,
        skipped: 0,
      };
      await store.captures.take(batch([session("s"), event("1")], { source }));
      expect(await store.captures.getSource("codex", "/x")).toMatchObject(source);
      const broken = {
        ...event("3"),
        createdAt: "never" as unknown as number,
        author: null as unknown as string,
      };
      const next = { ...source, position: { offset: 2 } };
      await expect(store.captures.take(batch([event("2"), broken], { source: next }))).rejects.toMatchObject({
        code: expect.any(String),
      });
      expect(await history()).toHaveLength(1);
      expect(await store.captures.getSource("codex", "/x")).toMatchObject({ position: { offset: 1 } });
    });
  });
}
