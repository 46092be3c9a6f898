// What every Store promises of histories that move and fork.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction, NewEvent, NewFork } from "../../src/db/records.ts";
import type { HistoryQuery, Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

export const newFork = (sessionId: string, overrides: Partial<NewFork> = {}): NewFork => ({
  sessionId,
  atSeq: null,
  title: null,
  idempotencyKey: null,
  origin: "tool",
  client: "test",
  ...overrides,
});

const newAction = (overrides: Partial<NewAction> = {}): NewAction => ({
  callId: "call",
  toolName: "Bash",
  title: null,
  status: "pending",
  input: { command: "make" },
  output: undefined,
  error: null,
  ...overrides,
});

export function forkContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    let now: number;
    let sessionId: string;

    const append = (id: string, overrides: Partial<NewEvent> = {}) =>
      store.appendEvent(newEvent(id, overrides));
    const fork = async (id: string, overrides: Partial<NewFork> = {}) =>
      (await store.forkSession(newFork(id, overrides))).record;
    const history = async (id: string, query: Partial<HistoryQuery> = {}) =>
      (await store.getHistory({ sessionId: id, order: "asc", orderBy: "seq", limit: 500, ...query })).items;

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({ now: () => now });
      const given = newSession({ userId: "ada", agent: "planner", title: "Note G", context: "mills" });
      sessionId = (await store.createSession({ ...given, metadata: { a: 1 } })).record.id;
    });

    describe("forks", () => {
      it("are sessions of their own that begin with the other's history", async () => {
        const tokens = { input: 10, output: 5, reasoning: null, cacheRead: null, cacheWrite: null };
        for (const content of ["one", "two", "three"])
          await append(sessionId, { content, tokens, costUsd: 1 });
        now += 1_000;
        const forked = await fork(sessionId, { atSeq: 2 });
        expect(forked).toEqual({
          ...(await store.getSession(sessionId)),
          id: forked.id,
          forkedFromSessionId: sessionId,
          forkedAtSeq: 2,
          lastSeq: 2,
          eventCount: 2,
          tokens: { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null },
          costUsd: null,
          createdAt: now,
          updatedAt: now,
          lastAccessedAt: now,
        });
        expect(await store.getSession(forked.id)).toEqual(forked);
        expect((await append(forked.id, { content: "own", tokens })).record.seq).toBe(3);
        expect(await store.getSession(forked.id)).toMatchObject({
          eventCount: 3,
          lastSeq: 3,
          tokens: { input: 10, output: 5 },
        });
        expect((await history(forked.id)).map((event) => [event.content, event.originSessionId])).toEqual([
          ["one", sessionId],
          ["two", sessionId],
          ["own", null],
        ]);
        expect((await history(sessionId)).map(({ content }) => content)).toEqual(["one", "two", "three"]);
      });

      it("show a shared event as their own, and name whose it is", async () => {
        const { record: event } = await append(sessionId, { actions: [newAction()], metadata: { b: [2] } });
        const forked = await fork(sessionId);
        const shown = { ...event, sessionId: forked.id, originSessionId: sessionId };
        expect(await store.getEvent(forked.id, 1)).toEqual(shown);
        expect(await history(forked.id)).toEqual([shown]);
        await append(sessionId);
        await expect(store.getEvent(forked.id, 2)).rejects.toMatchObject({ code: "not_found" });
      });

      it("copy the todos, which then go apart", async () => {
        const pending = { id: null, content: "a", status: "pending", priority: "high" } as const;
        const { todos } = await store.updateTodos(sessionId, [pending, { ...pending, content: "b" }]);
        const forked = await fork(sessionId);
        expect(await store.getTodos(forked.id)).toEqual({ todos, version: 1 });
        await store.updateTodos(forked.id, []);
        expect((await store.getTodos(sessionId)).todos).toEqual(todos);
        const { record: empty } = await store.createSession(newSession());
        expect(await store.getTodos((await fork(empty.id)).id)).toEqual({ todos: [], version: 0 });
      });

      it("may begin with nothing, and with no more than there is", async () => {
        await append(sessionId);
        const empty = await fork(sessionId, { atSeq: 0, title: "anew" });
        expect(empty).toMatchObject({ forkedAtSeq: 0, eventCount: 0, title: "anew" });
        expect(await history(empty.id)).toEqual([]);
        expect((await append(empty.id)).record.seq).toBe(1);
        expect(await history((await fork(empty.id)).id)).toHaveLength(1);
        for (const atSeq of [-1, 2]) {
          await expect(fork(sessionId, { atSeq })).rejects.toMatchObject({ code: "invalid_input" });
        }
        await expect(fork("sess_none")).rejects.toMatchObject({ code: "not_found" });
      });

      it("are made once for a key of an app and user, also when the session has grown since", async () => {
        await append(sessionId);
        const asked = newFork(sessionId, { idempotencyKey: "k" });
        const first = await store.forkSession(asked);
        await append(sessionId);
        expect(await store.forkSession(asked)).toEqual({ record: first.record, duplicate: true });
        for (const other of [{ title: "x" }, { atSeq: 1 }]) {
          const wrong = store.forkSession({ ...asked, ...other });
          await expect(wrong).rejects.toMatchObject({ code: "conflict" });
        }
        const sameKey = newSession({ userId: "ada", idempotencyKey: "k" });
        await expect(store.createSession(sameKey)).rejects.toMatchObject({ code: "conflict" });
      });

      it("keep keys of events to themselves", async () => {
        await append(sessionId, { idempotencyKey: "k" });
        const forked = await fork(sessionId);
        const own = await append(forked.id, { idempotencyKey: "k" });
        expect(own).toMatchObject({ duplicate: false, record: { seq: 2 } });
      });

      it("read right ten deep, by any filter, in any order, page by page", async () => {
        let id = sessionId;
        for (let depth = 0; depth < 10; depth++) {
          for (let i = 0; i < 7; i++) {
            const author = i % 2 ? "user" : "bot";
            await append(id, {
              content: `${depth}.${i}`,
              author,
              createdAt: now + ((i * 5) % 7),
              turnId: `t${i}`,
            });
          }
          // Inside of the ancestor's own part, at its end and beyond it.
          id = await fork(id, { atSeq: (await store.getSession(id)).lastSeq - (depth % 3) * 4 }).then(
            (f) => f.id,
          );
        }
        const all = await history(id);
        expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
        const filters = [
          {},
          { authors: ["bot"] },
          { turnId: "t3" },
          { afterSeq: 5, beforeSeq: 21 },
          { since: now + 2, until: now + 4 },
        ];
        for (const filter of filters) {
          for (const orderBy of ["seq", "createdAt"] as const) {
            for (const order of ["asc", "desc"] as const) {
              const whole = await history(id, { ...filter, order, orderBy });
              const seen: number[] = [];
              let after: { seq: number; createdAt: number } | undefined;
              for (let more = true; more; ) {
                const query = { sessionId: id, ...filter, order, orderBy, limit: 3, after };
                const page = await store.getHistory(query);
                seen.push(...page.items.map(({ seq }) => seq));
                after = page.items.at(-1);
                more = page.more;
              }
              expect(seen).toEqual(whole.map(({ seq }) => seq));
              expect(new Set(seen).size).toBe(seen.length);
              const sorted = whole.toSorted((a, b) =>
                orderBy === "seq" ? a.seq - b.seq : a.createdAt - b.createdAt || a.seq - b.seq,
              );
              expect(whole).toEqual(order === "asc" ? sorted : sorted.reverse());
            }
          }
        }
      });

      it("are what copying the lists would give", async () => {
        const step = fc.oneof(
          {
            weight: 3,
            arbitrary: fc.record({ kind: fc.constant("append" as const), at: fc.nat(), many: fc.nat(6) }),
          },
          {
            weight: 1,
            arbitrary: fc.record({ kind: fc.constant("fork" as const), at: fc.nat(), seq: fc.nat() }),
          },
        );
        let made = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
            const { record: first } = await store.createSession(newSession());
            const lists = new Map<string, string[]>([[first.id, []]]);
            for (const each of steps) {
              const [id, list] = [...lists][each.at % lists.size] ?? [first.id, []];
              if (each.kind === "fork") {
                const atSeq = each.seq % (list.length + 1);
                lists.set((await fork(id, { atSeq })).id, list.slice(0, atSeq));
              } else {
                for (let i = 0; i < each.many; i++) {
                  list.push(`event ${made++}`);
                  await append(id, { content: list.at(-1) ?? null, createdAt: now + (made % 5) });
                }
              }
            }
            for (const [id, list] of lists) {
              const shown = await history(id);
              expect(shown.map(({ content }) => content)).toEqual(list);
              expect(await store.getSession(id)).toMatchObject({
                eventCount: list.length,
                lastSeq: list.length,
              });
              const byTime = await history(id, { orderBy: "createdAt", order: "desc" });
              const sorted = shown.toSorted((a, b) => b.createdAt - a.createdAt || b.seq - a.seq);
              expect(byTime).toEqual(sorted);
              const some = shown[Math.floor(list.length / 2)];
              if (some) expect(await store.getEvent(id, some.seq)).toEqual(some);
            }
          }),
          { numRuns: 25 },
        );
      });
    });

    describe("actions", () => {
      const move = (id: string, overrides: object) =>
        store.updateAction({
          sessionId: id,
          callId: "call",
          status: "running",
          title: undefined,
          output: undefined,
          error: undefined,
          ...overrides,
        });

      it("go from pending to running to their end, with the times of each", async () => {
        await append(sessionId, { actions: [newAction({ callId: "other" }), newAction()] });
        await append(sessionId);
        now += 1_000;
        const running = await move(sessionId, { title: "Building" });
        expect(running).toMatchObject({
          seq: 1,
          position: 1,
          action: { status: "running", title: "Building", startedAt: now, endedAt: null },
        });
        now += 2_000;
        const ended = await move(sessionId, { status: "completed", output: ["ok"] });
        expect(ended.action).toEqual({
          ...running.action,
          status: "completed",
          output: ["ok"],
          endedAt: now,
        });
        const { actions } = await store.getEvent(sessionId, 1);
        expect(actions[1]).toEqual(ended.action);
        expect(actions[0]).toMatchObject({ callId: "other", status: "pending" });
        expect(await store.getSession(sessionId)).toMatchObject({ updatedAt: now, lastAccessedAt: now });
      });

      it("take a repeat, and nothing that goes back or changes an end", async () => {
        await append(sessionId, { actions: [newAction({ status: "running" })] });
        await expect(move(sessionId, { status: "pending" })).rejects.toMatchObject({ code: "invalid_state" });
        const ended = await move(sessionId, { status: "error", error: "boom" });
        now += 5_000;
        expect(await move(sessionId, { status: "error", error: "boom" })).toEqual(ended);
        expect((await store.getSession(sessionId)).updatedAt).toBe(now - 5_000);
        for (const other of [
          { status: "completed" },
          { status: "running" },
          { status: "error", error: "other" },
          { status: "error", error: "boom", output: 1 },
        ]) {
          await expect(move(sessionId, other)).rejects.toMatchObject({ code: "invalid_state" });
        }
        expect((await store.getEvent(sessionId, 1)).actions).toEqual([ended.action]);
      });

      it("are found by the newest event that has the call", async () => {
        await append(sessionId, { actions: [newAction()] });
        await append(sessionId, { actions: [newAction()] });
        await append(sessionId);
        expect((await move(sessionId, {})).seq).toBe(2);
        await expect(move(sessionId, { callId: "none" })).rejects.toMatchObject({ code: "not_found" });
        await expect(move("sess_none", {})).rejects.toMatchObject({ code: "not_found" });
      });

      it("flag their event when a text had to be repaired", async () => {
        await append(sessionId, { actions: [newAction()] });
        const { action } = await move(sessionId, { status: "error", error: "\ud800" });
        expect(action.error).toBe("\ufffd");
        expect(await store.getEvent(sessionId, 1)).toMatchObject({ lossy: true });
      });

      it("move through their owner when a fork shares them", async () => {
        await append(sessionId, { actions: [newAction()] });
        const middle = await fork(sessionId);
        const forked = await fork(middle.id);
        const refused = move(forked.id, {});
        await expect(refused).rejects.toMatchObject({
          code: "conflict",
          hint: expect.stringContaining(sessionId),
        });
        await move(sessionId, {});
        expect((await store.getEvent(forked.id, 1)).actions).toMatchObject([{ status: "running" }]);
        await append(forked.id, { actions: [newAction()] });
        expect((await move(forked.id, {})).seq).toBe(2);
        // What the owner did behind the fork point is not the fork's.
        await append(sessionId, { actions: [newAction({ callId: "later" })] });
        await expect(move(middle.id, { callId: "later" })).rejects.toMatchObject({ code: "not_found" });
      });
    });

    describe("many events at once", () => {
      it("are numbered in order, and a key is stored once", async () => {
        await append(sessionId, { idempotencyKey: "a", content: "a" });
        const keyed = (key: string) => newEvent(sessionId, { idempotencyKey: key, content: key });
        const given = [newEvent(sessionId), keyed("a"), keyed("b"), keyed("b"), newEvent(sessionId)];
        expect(await store.appendEvents(sessionId, given)).toEqual([
          { seq: 2, duplicate: false },
          { seq: 1, duplicate: true },
          { seq: 3, duplicate: false },
          { seq: 3, duplicate: true },
          { seq: 4, duplicate: false },
        ]);
        expect(await store.getSession(sessionId)).toMatchObject({ eventCount: 4, lastSeq: 4 });
      });

      it("are all refused for one of them, which is named", async () => {
        const given = [newEvent(sessionId), newEvent(sessionId, { runId: "run_none" })];
        const refused = store.appendEvents(sessionId, given);
        await expect(refused).rejects.toMatchObject({ code: "not_found", message: /^events\.1: .*run_none/ });
        await expect(store.appendEvents("sess_none", given)).rejects.toThrow(/^There is no session/);
        expect(await store.getSession(sessionId)).toMatchObject({ eventCount: 0, lastSeq: 0 });
        expect((await append(sessionId)).record.seq).toBe(1);
      });
    });
  });
}
