// What every Store promises about changing and deleting sessions.
import Database from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const by = { origin: "tool" as const, client: "test" };
const missing = { code: "not_found" };
const action = {
  callId: null,
  toolName: "Read",
  title: null,
  status: "pending" as const,
  input: undefined,
  output: undefined,
  error: null,
};

export function sessionLifeContract(name: string, open: OpenStore): void {
  let store: Store;
  let now: number;
  beforeEach(async () => {
    now = Date.UTC(2026, 10, 21);
    store = await open({ now: () => now });
  });

  const create = async (overrides = {}) => (await store.createSession(newSession(overrides))).record;
  const historyOf = (sessionId: string) =>
    store.getHistory({ sessionId, order: "asc", orderBy: "seq", limit: 10 });
  const audited = async () => (await store.audit.list({ limit: 100 })).items;

  describe(`${name}: updateSession`, () => {
    it("sets what is given, clears what is null, and leaves the rest", async () => {
      const before = await create({ title: "Note G", agent: "planner", context: "mills" });
      now += 1_000;
      const patch = { title: "Note H", agent: null, state: "archived", providerSessionId: "abc" } as const;
      const after = await store.updateSession(before.id, patch, by);
      expect(after).toEqual({ ...before, ...patch, updatedAt: now, lastAccessedAt: now });
      expect(await store.getSession(before.id)).toEqual(after);
      expect((await store.listSessions({ state: "archived", limit: 10 })).items).toEqual([after]);
    });

    it("merges metadata as RFC 7396 says", async () => {
      const metadata = { a: 1, b: { c: [1, null], d: "x" }, gone: true };
      const { id } = await create({ metadata });
      const patch = JSON.parse(
        '{"b":{"c":[null],"e":{"f":null}},"gone":null,"none":null,"__proto__":{"p":1}}',
      );
      const after = await store.updateSession(id, { metadata: patch }, by);
      expect(JSON.stringify(after.metadata)).toBe(
        '{"a":1,"b":{"c":[null],"d":"x","e":{}},"__proto__":{"p":1}}',
      );
      expect(await store.getSession(id)).toEqual(after);
      expect((await store.updateSession(id, { metadata: null }, by)).metadata).toBeNull();
      expect((await store.updateSession(id, { metadata: { k: [] } }, by)).metadata).toEqual({ k: [] });
    });

    it("leaves the session as it is when nothing changes, and an audit entry without fields", async () => {
      const before = await create({ title: "a\ud800", metadata: { a: { b: 1, c: 2 } } });
      now += 1_000;
      const same = { title: "a\ud800", context: null, metadata: { a: { c: 2, b: 1 }, z: null } };
      expect(await store.updateSession(before.id, same, by)).toEqual(before);
      expect(await store.updateSession(before.id, {}, by)).toEqual(before);
      expect(await store.getSession(before.id)).toEqual(before);
      const entry = { tool: "update_session", sessionId: before.id, details: { fields: [] } };
      expect(await audited()).toMatchObject([entry, entry]);
    });

    it("refuses metadata that grow beyond their limit, and a session that is not there", async () => {
      const before = await create({ metadata: { a: "x".repeat(40_000) } });
      const patch = { title: "new", metadata: { b: "x".repeat(40_000) } };
      await expect(store.updateSession(before.id, patch, by)).rejects.toMatchObject({ code: "too_large" });
      expect(await store.getSession(before.id)).toEqual(before);
      await expect(store.updateSession("sess_none", { title: "x" }, by)).rejects.toMatchObject(missing);
    });

    it("repairs and flags a lone surrogate", async () => {
      const { id } = await create();
      expect(await store.updateSession(id, { context: "a\udc00" }, by)).toMatchObject({
        context: "a\ufffd",
        lossy: true,
      });
    });
  });

  describe(`${name}: deleteSession`, () => {
    it("tells what it deleted, and nothing of it is seen again", async () => {
      const { id, projectId } = await create({ title: "secret", idempotencyKey: "k" });
      const { record: run } = await store.startRun({
        sessionId: id,
        workspace: null,
        pid: 1,
        command: null,
        args: [],
        prompt: null,
        idempotencyKey: null,
        ...by,
      });
      await store.appendEvent(newEvent(id, { actions: [action, action], idempotencyKey: "e" }));
      await store.appendEvent(newEvent(id));
      await store.updateTodos(id, [{ id: null, content: "x", status: "pending", priority: "low" }]);

      const deleted = await store.deleteSession(id, false, by);
      expect(deleted).toEqual({ sessions: 1, events: 2, actions: 2, todos: 1, checkpoints: 0, ids: [id] });

      const unseen = async () => {
        await expect(store.getSession(id)).rejects.toMatchObject(missing);
        await expect(store.getEvent(id, 1)).rejects.toMatchObject(missing);
        await expect(historyOf(id)).rejects.toMatchObject(missing);
        await expect(store.getTodos(id)).rejects.toMatchObject(missing);
        await expect(store.updateTodos(id, [])).rejects.toMatchObject(missing);
        await expect(store.updateSession(id, { title: "x" }, by)).rejects.toMatchObject(missing);
        await expect(store.appendEvent(newEvent(id))).rejects.toMatchObject(missing);
        await expect(store.appendEvent(newEvent(id, { idempotencyKey: "e" }))).rejects.toMatchObject(missing);
        await expect(store.createSession(newSession({ parentSessionId: id }))).rejects.toMatchObject(missing);
        await expect(store.deleteSession(id, true, by)).rejects.toMatchObject(missing);
        expect((await store.listSessions({ limit: 10 })).items).toEqual([]);
        await expect(create({ title: "secret", idempotencyKey: "k" })).rejects.toMatchObject({
          code: "conflict",
        });
        expect(await store.latestRun(id)).toMatchObject({ id: run.id, sessionId: id, projectId });
      };
      await unseen();
      expect(await store.purgeDeletedSessions()).toBe(1);
      await unseen();
      expect(await store.purgeDeletedSessions()).toBe(0);
    });

    it("is refused to a session with subagents, unless they go too", async () => {
      const { id } = await create();
      const child = await create({ parentSessionId: id });
      const grandchild = await create({ parentSessionId: child.id });
      const other = await create();
      for (const sessionId of [id, child.id, grandchild.id, other.id]) {
        await store.appendEvent(newEvent(sessionId, { actions: [action] }));
      }
      const refused = store.deleteSession(id, false, by);
      await expect(refused).rejects.toMatchObject({
        code: "conflict",
        hint: expect.stringMatching(/cascade/),
      });
      await expect(refused).rejects.toThrow(new RegExp(`2 subagents \\(${child.id}, ${grandchild.id}\\)`));
      expect((await historyOf(id)).items).toHaveLength(1);
      expect(await audited()).toEqual([]);

      const deleted = await store.deleteSession(id, true, by);
      const ids = [id, child.id, grandchild.id];
      expect(deleted).toEqual({ sessions: 3, events: 3, actions: 3, todos: 0, checkpoints: 0, ids });
      expect((await store.listSessions({ limit: 10 })).items.map((session) => session.id)).toEqual([
        other.id,
      ]);
      await store.purgeDeletedSessions();
      expect((await historyOf(other.id)).items).toHaveLength(1);
    });

    it("lets the parent go once its subagents are gone", async () => {
      const { id } = await create();
      const child = await create({ parentSessionId: id });
      await store.deleteSession(child.id, false, by);
      expect((await store.deleteSession(id, false, by)).ids).toEqual([id]);
    });

    it("happens once, whoever else tries at the same time", async () => {
      const { id } = await create();
      const second = await open({ file: store.file });
      const tries = [store, second, store, second].map((each) => each.deleteSession(id, false, by));
      const settled = await Promise.allSettled(tries);
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });

  describe(`${name}: purgeDeletedSessions`, () => {
    it("finishes what another process began, and leaves nothing of it but its name", async () => {
      const { id, createdAt } = await create({
        title: "secret",
        agent: "secret",
        provider: "claude-code",
        providerSessionId: "abc",
        metadata: { secret: true },
      });
      const texts = Array.from({ length: 300 }, () => newEvent(id, { content: "secret", actions: [action] }));
      await Promise.all(texts.map((event) => store.appendEvent(event)));
      await store.deleteSession(id, false, by);
      // Closed before the first pause is over: nothing is purged yet.
      await store.close();

      const next = await open({ file: store.file, now: () => now });
      expect(await next.purgeDeletedSessions()).toBe(1);
      await next.close();
      const db = new Database(store.file, { readonly: true });
      for (const table of ["events", "actions", "todos", "checkpoints", "lineage"]) {
        expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
      }
      const tombstone = db.prepare("SELECT * FROM sessions").get() as Record<string, unknown>;
      db.close();
      expect(tombstone).toMatchObject({
        id,
        provider: "claude-code",
        provider_session_id: "abc",
        created_at: createdAt,
        deleted_at: now,
        purged_at: now,
      });
      expect(JSON.stringify(tombstone)).not.toContain("secret");
      expect(JSON.stringify(tombstone)).not.toContain(workspace.directory);
    });

    it("purges what is deleted while it is on its way", async () => {
      const ids = [];
      for (let i = 0; i < 5; i++) ids.push((await create()).id);
      for (const id of ids) await store.deleteSession(id, false, by);
      expect(await store.purgeDeletedSessions()).toBe(5);
    });
  });
}
