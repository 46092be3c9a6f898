// What every Store promises about the facts that a session is resumed from.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction } from "../../src/db/records.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../open-test-store.ts";
import type { OpenStore } from "./contract.ts";

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
