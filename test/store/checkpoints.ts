// What every Store promises of checkpoints.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewCheckpoint, Restore } from "../../src/db/checkpoints.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const by = { idempotencyKey: null, origin: "tool" as const, client: "test" };

export function checkpointContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    let now: number;
    let sessionId: string;

    const save = async (overrides: Partial<NewCheckpoint> = {}) => {
      const given = { sessionId, label: null, state: undefined, gitHead: null, ...by };
      return store.checkpoints.save({ ...given, ...overrides });
    };
    const restore = (checkpointId: string, overrides: Partial<Restore> = {}) =>
      store.checkpoints.restore({ checkpointId, title: null, ...by, ...overrides });
    const todo = (content: string) => ({ id: null, content, status: "pending", priority: "medium" }) as const;

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({ now: () => now });
      sessionId = (await store.createSession(newSession({ userId: "ada" }))).record.id;
      for (const content of ["one", "two"]) await store.appendEvent(newEvent(sessionId, { content }));
    });

    it("keeps where the session stood, and restores it in a fork", async () => {
      const { todos } = await store.updateTodos(sessionId, [todo("a"), todo("b")]);
      const state = { step: 3, files: ["a.ts"], nothing: null };
      now += 1_000;
      const { record: checkpoint } = await save({ label: "before", state, gitHead: "a1".repeat(20) });
      expect(checkpoint).toEqual({
        id: expect.stringMatching(/^chk_/),
        sessionId,
        label: "before",
        seq: 2,
        todoCount: 2,
        stateChars: JSON.stringify(state).length,
        gitHead: "a1".repeat(20),
        origin: "tool",
        client: "test",
        lossy: false,
        createdAt: now,
      });
      await store.appendEvent(newEvent(sessionId, { content: "three" }));
      await store.updateTodos(sessionId, [todo("c")]);

      const { record: restored } = await restore(checkpoint.id, { title: "again" });
      expect(restored).toMatchObject({ checkpoint, todos, state });
      expect(restored.session).toMatchObject({
        title: "again",
        userId: "ada",
        forkedFromSessionId: sessionId,
        forkedAtSeq: 2,
        lastSeq: 2,
      });
      expect(await store.getTodos(restored.session.id)).toEqual({ todos, version: 1 });
      const { items } = await store.getHistory({
        sessionId: restored.session.id,
        order: "asc",
        orderBy: "seq",
        limit: 10,
      });
      expect(items.map(({ content }) => content)).toEqual(["one", "two"]);
      expect((await store.getTodos(sessionId)).todos).toMatchObject([{ content: "c" }]);
    });

    it("restores into a new session each time, and into the same for a key", async () => {
      const { record: checkpoint } = await save();
      const { record: a } = await restore(checkpoint.id);
      const { record: b } = await restore(checkpoint.id);
      expect(a.session.id).not.toBe(b.session.id);
      const keyed = await restore(checkpoint.id, { idempotencyKey: "k" });
      expect(keyed.duplicate).toBe(false);
      expect(await restore(checkpoint.id, { idempotencyKey: "k" })).toEqual({ ...keyed, duplicate: true });
      const wrong = restore(checkpoint.id, { idempotencyKey: "k", title: "other" });
      await expect(wrong).rejects.toMatchObject({ code: "conflict" });
    });

    it("works on forks and from an empty session", async () => {
      const { record: checkpoint } = await save();
      const { record: restored } = await restore(checkpoint.id);
      await store.appendEvent(newEvent(restored.session.id));
      const { record: second } = await save({ sessionId: restored.session.id });
      expect(second.seq).toBe(3);
      expect((await restore(second.id)).record.session).toMatchObject({ forkedAtSeq: 3 });
      const { record: empty } = await store.createSession(newSession());
      const { record: start } = await save({ sessionId: empty.id });
      expect(await restore(start.id)).toMatchObject({
        record: { session: { eventCount: 0 }, todos: [], state: undefined },
      });
    });

    it("returns the first checkpoint to a repeat of its key, and refuses other content", async () => {
      const first = await save({ idempotencyKey: "k", state: { a: 1, b: 2 } });
      await store.appendEvent(newEvent(sessionId));
      const repeat = await save({ idempotencyKey: "k", state: { b: 2, a: 1 }, gitHead: "b2".repeat(20) });
      expect(repeat).toEqual({ record: first.record, duplicate: true });
      const other = save({ idempotencyKey: "k", state: { a: 2 } });
      await expect(other).rejects.toMatchObject({ code: "conflict" });
    });

    it("lists the newest first, in pages that miss and repeat none", async () => {
      const ids: string[] = [];
      for (let i = 0; i < 7; i++) ids.push((await save({ label: `${i}`, state: "漢字😀" })).record.id);
      const seen: string[] = [];
      let after: { id: string } | undefined;
      for (let more = true; more; ) {
        const page = await store.checkpoints.list({ sessionId, limit: 3, after });
        seen.push(...page.items.map(({ id }) => id));
        expect(page.items[0]).toMatchObject({ stateChars: '"漢字😀"'.length, todoCount: 0 });
        after = page.items.at(-1);
        more = page.more;
      }
      expect(seen).toEqual(ids.toReversed());
    });

    it("knows neither a session nor a checkpoint that is not there", async () => {
      await expect(save({ sessionId: "sess_none" })).rejects.toMatchObject({ code: "not_found" });
      await expect(restore("chk_none")).rejects.toMatchObject({ code: "not_found" });
      const list = store.checkpoints.list({ sessionId: "sess_none", limit: 1 });
      await expect(list).rejects.toMatchObject({ code: "not_found" });
    });

    it("counts as activity of the session", async () => {
      now += 1_000;
      await save();
      expect(await store.getSession(sessionId)).toMatchObject({ updatedAt: now });
    });
  });
}
