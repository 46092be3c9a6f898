// What every Store promises about the audit log.
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newSession } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const by = { origin: "hook" as const, client: "somebody" };

export function auditContract(name: string, open: OpenStore): void {
  describe(`${name}: the audit log`, () => {
    let store: Store;
    let now: number;
    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({ now: () => now });
    });

    const create = async (overrides = {}) => (await store.createSession(newSession(overrides))).record.id;

    it("tells who changed which fields, never to what", async () => {
      const sessionId = await create();
      await store.updateSession(sessionId, { title: "secret", metadata: { secret: 1 } }, by);
      const { items } = await store.audit.list({ limit: 10 });
      expect(items).toEqual([
        {
          id: 1,
          at: now,
          ...by,
          tool: "update_session",
          sessionId,
          subjectId: sessionId,
          details: { fields: ["title", "metadata"] },
        },
      ]);
    });

    it("has an entry for each session of a cascade, the one with the sums last", async () => {
      const sessionId = await create();
      const child = await create({ parentSessionId: sessionId });
      await store.deleteSession(sessionId, true, by);
      const { items } = await store.audit.list({ tool: "delete_session", limit: 10 });
      const sums = { sessions: 2, events: 0, actions: 0, todos: 0, checkpoints: 0, ids: [sessionId, child] };
      expect(items).toMatchObject([
        { sessionId, details: sums },
        { sessionId: child, details: { deleted_with: sessionId } },
      ]);
    });

    it("lists newest first, by every filter, in pages", async () => {
      const ids = [await create(), await create()];
      for (let i = 0; i < 6; i++) {
        now += 1_000;
        await store.updateSession(ids[i % 2] ?? "", { title: `${i}` }, by);
      }
      await store.deleteSession(ids[1] ?? "", false, by);
      const found = async (filter: object) =>
        (await store.audit.list({ limit: 10, ...filter })).items.map(({ id }) => id);
      expect(await found({})).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(await found({ sessionId: ids[1] })).toEqual([7, 6, 4, 2]);
      expect(await found({ tool: "update_session", sessionId: ids[0] })).toEqual([5, 3, 1]);
      expect(await found({ since: now - 1_000 })).toEqual([7, 6, 5]);
      expect(await found({ tool: "no_such_tool" })).toEqual([]);
      const first = await store.audit.list({ limit: 3 });
      expect(first).toMatchObject({ more: true, items: [{ id: 7 }, { id: 6 }, { id: 5 }] });
      expect(await found({ after: first.items.at(-1), limit: 4 })).toEqual([4, 3, 2, 1]);
    });
  });
}
