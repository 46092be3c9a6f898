// What every Store promises about the facts that a session is resumed from.
import { beforeEach, describe, expect, it } from "vitest";
import type { Asker } from "../../src/db/facts.ts";
import type { NewAction } from "../../src/db/records.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";
import { newFork } from "./forks.ts";

const call = (toolName: string, status: NewAction["status"]): NewAction => ({
  callId: null,
  toolName,
  title: null,
  status,
  input: { path: toolName },
  output: undefined,
  error: null,
});

export function factsContract(name: string, open: OpenStore): void {
  describe(`${name}: facts`, () => {
    let store: Store;
    let now: number;

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({ now: () => now });
    });

    const create = async (overrides: Parameters<typeof newSession>[0] = {}) =>
      (await store.createSession(newSession(overrides))).record.id;
    const add = (id: string, overrides: Parameters<typeof newEvent>[1] = {}) =>
      store.appendEvent(newEvent(id, overrides));

    it("finds the last request, the last answer and what weighs more than the flow of events", async () => {
      const id = await create({ title: "Note G" });
      await add(id, { content: "first" });
      await add(id, { author: "planner", type: "decision", content: "use a mill" });
      await add(id, { content: "second", actions: [] });
      await add(id, {
        author: "planner",
        content: "done",
        actions: [call("Read", "completed"), call("Bash", "running")],
      });
      await add(id, { author: "tool", type: "tool_result", content: "output" });
      await add(id, { author: "system", content: "a reminder" });
      await add(id, { author: "planner", content: " " });
      await store.updateTodos(id, [{ id: null, content: "carry", status: "pending", priority: "high" }]);
      const facts = await store.getFacts({ sessionId: id });
      expect(facts).toMatchObject({
        session: { id, title: "Note G" },
        project: { directory: workspace.projectDirectory },
        firstRequest: { seq: 1 },
        lastRequest: { seq: 3 },
        lastAnswer: { seq: 4, author: "planner" },
        decisions: [{ seq: 2 }],
        unfinishedActions: [
          { seq: 4, toolName: "Bash", status: "running", author: "planner", origin: "tool" },
        ],
        todos: [{ content: "carry" }],
        runs: [],
        otherCandidates: [],
      });
      expect(facts.lastEvents.map(({ seq }) => seq)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    });

    it("finds them behind many later events, too", async () => {
      const id = await create();
      await add(id, { content: "the request" });
      await add(id, { author: "bot", content: "the answer", actions: [call("Bash", "pending")] });
      await add(id, { author: "bot", type: "note", content: "a note" });
      for (let i = 0; i < 300; i++) await add(id, { author: "tool", type: "tool_result" });
      const facts = await store.getFacts({ sessionId: id });
      expect(facts).toMatchObject({
        lastRequest: { seq: 1 },
        lastAnswer: { seq: 2 },
        decisions: [{ seq: 3 }],
        unfinishedActions: [{ seq: 2 }],
      });
      expect(facts.lastEvents).toHaveLength(200);
    });

    it("finds the first and the last request wherever they stand, in a fork too", async () => {
      const id = await create();
      const output = newEvent(id, { author: "tool", type: "tool_result", content: "output" });
      const addOutputs = async (count: number) => {
        for (let left = count; left > 0; left -= 500) {
          await store.appendEvents(id, Array(Math.min(left, 500)).fill(output));
        }
      };
      await addOutputs(200);
      await add(id, { content: "the first request" });
      await add(id, { content: "the last request" });
      await add(id, { content: " " });
      await addOutputs(3_500);
      const requests = { firstRequest: { seq: 201 }, lastRequest: { seq: 202 } };
      expect(await store.getFacts({ sessionId: id })).toMatchObject(requests);
      const provenance = { origin: "tool", client: null } as const;
      const fork = { sessionId: id, atSeq: 3_000, title: null, idempotencyKey: null, ...provenance };
      const { record } = await store.forkSession(fork);
      expect(await store.getFacts({ sessionId: record.id })).toMatchObject(requests);
    });

    it("finds decisions and notes wherever they stand, in a fork too, and counts them", async () => {
      const id = await create();
      for (let i = 1; i <= 25; i++) {
        await add(id, { author: "bot", type: i % 2 ? "decision" : "note", content: `note ${i}` });
      }
      const output = newEvent(id, { author: "tool", type: "tool_result", content: "output" });
      for (let i = 0; i < 7; i++) await store.appendEvents(id, Array(500).fill(output));
      const latest = Array.from({ length: 20 }, (_, i) => `note ${25 - i}`);
      const facts = await store.getFacts({ sessionId: id });
      expect(facts.decisions.map(({ content }) => content)).toEqual(latest);
      expect(facts.decisionCount).toBe(25);
      const { record } = await store.forkSession(newFork(id));
      await add(record.id, { author: "bot", type: "note", content: "the fork's" });
      const ofFork = await store.getFacts({ sessionId: record.id });
      const expected = ["the fork's", ...latest.slice(0, 19)];
      expect(ofFork.decisions.map(({ content }) => content)).toEqual(expected);
      expect(ofFork.decisionCount).toBe(26);
    });

    it("finds the last answer behind thousands of events, whatever else was said in them", async () => {
      const id = await create();
      await add(id, { author: "bot", content: "the answer" });
      const said = newEvent(id, { author: "tool", content: "a message that answers nothing" });
      for (let i = 0; i < 8; i++) await store.appendEvents(id, Array(500).fill(said));
      expect(await store.getFacts({ sessionId: id })).toMatchObject({ lastAnswer: { seq: 1 } });
    });

    it("counts the unfinished tool calls that it does not tell", async () => {
      const id = await create();
      for (let i = 0; i < 6; i++) await add(id, { actions: Array(10).fill(call("Bash", "running")) });
      const facts = await store.getFacts({ sessionId: id });
      expect([facts.unfinishedActions.length, facts.unfinishedCount]).toEqual([50, 60]);
      const { record } = await store.forkSession(newFork(id));
      expect((await store.getFacts({ sessionId: record.id })).unfinishedCount).toBe(60);
    });

    it("knows a session without an event", async () => {
      const facts = await store.getFacts({ sessionId: await create() });
      expect(facts).toMatchObject({
        firstRequest: null,
        lastRequest: null,
        lastAnswer: null,
        lastEvents: [],
      });
    });

    it("takes the session of the latest activity in a directory, and tells the others", async () => {
      const older = await create();
      now += 1;
      const newer = await create();
      now += 1;
      await add(newer);
      now += 1;
      await add(older);
      const { session, otherCandidates } = await store.getFacts({ workspace });
      expect([session.id, ...otherCandidates.map(({ id }) => id)]).toEqual([older, newer]);
    });

    it("passes over a session without events and a subagent's", async () => {
      const wanted = await create();
      await add(wanted);
      now += 1;
      await add(await create({ parentSessionId: wanted }));
      await create();
      const { session, otherCandidates } = await store.getFacts({ workspace });
      expect([session.id, otherCandidates]).toEqual([wanted, []]);
    });

    it("passes over forks of a subagent's session, and forks of those", async () => {
      const wanted = await create();
      await add(wanted);
      now += 1;
      const subagent = await create({ parentSessionId: wanted });
      await add(subagent);
      const { record: fork } = await store.forkSession(newFork(subagent));
      const { record: empty } = await store.forkSession(newFork(subagent, { atSeq: 0 }));
      const { record: again } = await store.forkSession(newFork(fork.id));
      for (const { id } of [fork, empty, again]) await add(id);
      const { session, otherCandidates } = await store.getFacts({ workspace });
      expect([session.id, otherCandidates]).toEqual([wanted, []]);
      const { record: theirs } = await store.forkSession(newFork(wanted));
      expect((await store.getFacts({ workspace })).session.id).toBe(theirs.id);
    });

    describe("asked by a host that is in a session already", () => {
      const host = { pid: 42, machineId: "m", bootId: "b", pidNamespace: "n", startToken: "s" };
      const nobody: Asker = { createdSessionIds: [], host: null, providerSessionId: null };
      const asked = async (asker: Partial<Asker>) => {
        const facts = await store.getFacts({ workspace, asker: { ...nobody, ...asker } });
        return [facts.session, ...facts.otherCandidates].map(({ id }) => id);
      };
      const startRun = async (sessionId: string, pid = host.pid) => {
        const given = { workspace: null, pid, command: null, args: [], prompt: null, idempotencyKey: null };
        await store.startRun({ ...given, sessionId, origin: "tool", client: "test" });
      };
      let earlier: string;
      let own: string;

      beforeEach(async () => {
        earlier = await create();
        await add(earlier);
        now += 1;
        own = await create({ providerSessionId: "theirs" });
        await add(own);
      });

      it("takes the latest of all where nothing is the asker's", async () => {
        await startRun(own, 43);
        const other = { ...host, startToken: "another process" };
        expect(await asked({ host: other, providerSessionId: "another" })).toEqual([own, earlier]);
      });

      it("puts what it has just made behind the others, in whichever way that is known", async () => {
        expect(await asked({ createdSessionIds: [own] })).toEqual([earlier, own]);
        expect(await asked({ providerSessionId: "theirs" })).toEqual([earlier, own]);
        await startRun(own);
        expect(await asked({ host })).toEqual([earlier, own]);
      });

      it("tells the host's present session from those that it was in before", async () => {
        await startRun(earlier);
        await startRun(own);
        expect(await asked({ host, createdSessionIds: [earlier, own] })).toEqual([earlier, own]);
      });

      it("takes the latest of its own where there are no others", async () => {
        expect(await asked({ createdSessionIds: [earlier, own] })).toEqual([own, earlier]);
      });
    });

    it("takes the directory itself before the rest of its project", async () => {
      const here = await create();
      await add(here);
      now += 1;
      const beside = await create({ workspace: { ...workspace, directory: "/home/ada/worktree" } });
      await add(beside);
      await add(
        await create({
          workspace: { ...workspace, projectDirectory: "/elsewhere", directory: "/elsewhere" },
        }),
      );
      const { session, otherCandidates } = await store.getFacts({ workspace });
      expect([session.id, ...otherCandidates.map(({ id }) => id)]).toEqual([here, beside]);
      const elsewhere = { directory: "/home/ada/third", projectDirectory: workspace.projectDirectory };
      expect((await store.getFacts({ workspace: elsewhere })).session.id).toBe(beside);
    });

    it("says not_found of a session or a directory that is not there", async () => {
      await create();
      await expect(store.getFacts({ sessionId: "sess_none" })).rejects.toMatchObject({ code: "not_found" });
      const nothing = store.getFacts({ workspace });
      await expect(nothing).rejects.toMatchObject({
        code: "not_found",
        hint: expect.stringContaining("create_session"),
      });
    });
  });

  describe(`${name}: reading notes`, () => {
    it("notes an access once a minute, and nothing else with it", async () => {
      let now = Date.UTC(2026, 10, 21);
      const store = await open({ now: () => now });
      const { record } = await store.createSession(newSession());
      const accessed = async () => {
        await store.touchSession(record.id);
        return (await store.getSession(record.id)).lastAccessedAt;
      };
      now += 59_999;
      expect(await accessed()).toBe(record.createdAt);
      now += 1;
      expect(await accessed()).toBe(record.createdAt + 60_000);
      expect(await store.getSession(record.id)).toEqual({ ...record, lastAccessedAt: now });
      await store.touchSession("sess_none");
    });

    it("lists the ids that begin so, newest first", async () => {
      const store = await open({});
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.push((await store.createSession(newSession())).record.id);
      ids.sort().reverse();
      expect(await store.listSessionIds("sess_", 3)).toEqual({ items: ids.slice(0, 3), more: true });
      expect(await store.listSessionIds("", 9)).toEqual({ items: ids, more: false });
      expect(await store.listSessionIds(ids[2] ?? "", 9)).toEqual({ items: [ids[2]], more: false });
      for (const none of ["%", "SESS_", "sess_~"]) {
        expect((await store.listSessionIds(none, 9)).items).toEqual([]);
      }
    });
  });
}
