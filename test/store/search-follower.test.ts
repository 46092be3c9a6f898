// When the search index follows the log, and what it does not wait for.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";
import { OpenSearch } from "./open-search.ts";

const asked = { text: "gears", mode: "any" as const, scope: { kind: "all" as const }, limit: 5, offset: 0 };

async function openWithSession(log = { info() {}, warn: vi.fn() }): Promise<[Store, string, typeof log]> {
  const store = await openTestStore({ log });
  return [store, (await store.createSession(newSession())).record.id, log];
}

async function behind(store: Store): Promise<number> {
  return (await store.search.state()).behind;
}

describe("the search index", () => {
  it("follows when nothing was written for a moment", async () => {
    const [store, id] = await openWithSession();
    await store.appendEvent(newEvent(id));
    await sleep(100);
    expect(await behind(store)).toBe(1);
    await vi.waitFor(async () => expect(await behind(store)).toBe(0), { timeout: 5_000 });
  });

  it("follows after two hundred events, however quickly they come", async () => {
    const [store, id] = await openWithSession();
    const events = Array.from({ length: 100 }, () => newEvent(id));
    await store.appendEvents(id, events);
    const second = store.appendEvents(id, events);
    expect(await behind(store)).toBe(200);
    await second;
    await vi.waitFor(async () => expect(await behind(store)).toBe(0), { timeout: 5_000, interval: 1 });
  });

  it("follows what a purge has removed", async () => {
    const [store, id] = await openWithSession();
    await store.appendEvent(newEvent(id));
    await store.search.catchUp();
    const index = new OpenSearch(store.file);
    expect(index.rows()).toHaveLength(1);
    await store.deleteSession(id, false, { origin: "tool", client: null });
    await vi.waitFor(() => expect(index.rows()).toEqual([]), { timeout: 5_000 });
    index.close();
  });

  it("goes on with what the last process did not come to", async () => {
    const [store, id, log] = await openWithSession();
    await store.appendEvents(
      id,
      Array.from({ length: 500 }, () => newEvent(id, { content: "gears ".repeat(300) })),
    );
    // In the middle of it, without waiting.
    await sleep(5);
    await store.close();
    await sleep(300);
    expect(log.warn).not.toHaveBeenCalled();
    const next = await openTestStore({ file: store.file });
    expect(await next.search.catchUp()).toBe(0);
    expect(await next.search.search(asked)).toMatchObject({ unindexed: 0, degraded: false });
  });

  it("holds up no search for longer than its patience, and the search says what it could not look at", async () => {
    const [store, id] = await openWithSession();
    await store.appendEvent(newEvent(id, { content: "gears" }));
    expect((await store.search.search(asked)).hits).toHaveLength(1);
    await store.appendEvent(newEvent(id, { content: "more gears" }));
    const other = new OpenSearch(store.file);
    other.db.exec("BEGIN IMMEDIATE");
    const found = await store.search.search(asked);
    other.db.exec("COMMIT");
    other.close();
    expect(found).toMatchObject({ unindexed: 1, degraded: false, hits: [{ seq: 1 }] });
    expect((await store.search.search(asked)).hits).toHaveLength(2);
  });
});
