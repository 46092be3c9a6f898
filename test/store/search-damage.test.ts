// A damaged index is no damaged store: everything goes on, search answers from the log, and a rebuild mends it.
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

const by = { origin: "tool" as const, client: "test" };
const asked = {
  text: "brass gears",
  mode: "any" as const,
  scope: { kind: "all" as const },
  limit: 5,
  offset: 0,
};

const ways: Record<string, string> = {
  "every block is garbled": "UPDATE search_a_data SET block = randomblob(length(block))",
  "every block is cut": "UPDATE search_a_data SET block = substr(block, 1, length(block) / 2)",
  "every block is empty": "UPDATE search_a_data SET block = zeroblob(0)",
  "the pages are garbled": "UPDATE search_a_data SET block = randomblob(length(block)) WHERE id > 10",
  "the list of segments is garbled":
    "UPDATE search_a_data SET block = randomblob(length(block)) WHERE id = 10",
  "the pages are gone": "DELETE FROM search_a_data WHERE id > 10",
  "all blocks are gone": "DELETE FROM search_a_data",
  "its sizes are gone": "DELETE FROM search_a_docsize",
  "its settings are gone": "DELETE FROM search_a_config",
  "its settings are of another version": "UPDATE search_a_config SET v = 99 WHERE k = 'version'",
  "its list of pages is gone": "DELETE FROM search_a_idx",
  "a table of it is gone": "DROP TABLE search_a_data",
  "the whole table is gone": "DROP TABLE search_a",
};

async function damage(store: Store, sql: string): Promise<void> {
  const db = new Database(store.file);
  db.unsafeMode(true);
  db.exec(sql);
  db.close();
}

describe("a damaged search index", () => {
  for (const [way, sql] of Object.entries(ways)) {
    it(`holds up nothing, and is mended by a rebuild: ${way}`, async () => {
      const store = await openTestStore();
      const { id } = (await store.createSession(newSession())).record;
      const action = {
        callId: "c",
        toolName: "Bash",
        title: null,
        input: undefined,
        output: undefined,
        error: null,
      };
      await store.appendEvent(
        newEvent(id, { content: "brass gears", actions: [{ ...action, status: "running" }] }),
      );
      for (let index = 0; index < 20; index += 1)
        await store.appendEvent(newEvent(id, { content: `gears ${index}` }));
      const { id: other } = (await store.createSession(newSession())).record;
      await store.appendEvent(newEvent(other, { content: "gears elsewhere" }));
      expect((await store.search.search(asked)).degraded).toBe(false);
      await damage(store, sql);

      const found = await store.search.search(asked);
      expect(found.hits[0]?.seq).toBe(1);
      await store.appendEvent(newEvent(id, { content: "brass gears, again" }));
      const move = {
        sessionId: id,
        callId: "c",
        status: "completed" as const,
        title: undefined,
        error: undefined,
      };
      await store.updateAction({ ...move, output: "a lathe" });
      await store.deleteSession(other, false, by);
      expect(await store.purgeDeletedSessions()).toBe(1);
      await store.search.catchUp();
      expect((await store.search.search({ ...asked, text: "brass again" })).hits[0]?.seq).toBe(22);

      await store.search.rebuild();
      expect(await store.search.state()).toMatchObject({ broken: null, behind: 0 });
      const lathe = await store.search.search({ ...asked, text: "lathe" });
      expect(lathe).toMatchObject({ degraded: false, hits: [{ seq: 1 }] });
      expect((await store.search.search({ ...asked, text: "elsewhere" })).hits).toEqual([]);
      expect(await store.search.check()).toBeNull();

      await store.search.catchUp();
      await store.search.rebuild();
      expect(await store.search.state()).toMatchObject({ broken: null, behind: 0 });
      expect(await store.search.search({ ...asked, text: "lathe" })).toMatchObject({ degraded: false });
      expect(await store.search.check()).toBeNull();
    });
  }

  for (const [way, sql] of Object.entries({
    "its list of pages is gone": "DELETE FROM search_a_idx",
    "its sizes are gone": "DELETE FROM search_a_docsize",
    "a size is gone": "DELETE FROM search_a_docsize WHERE id = (SELECT min(id) FROM search_a_docsize)",
    "it is ahead of the log": "UPDATE search_slots SET event_id = 999999",
  })) {
    it(`is told of: ${way}`, async () => {
      const store = await openTestStore();
      const { id } = (await store.createSession(newSession())).record;
      const events = Array.from({ length: 500 }, (_, index) =>
        newEvent(id, { content: `gear${index} lemur${index}` }),
      );
      await store.appendEvents(id, events);
      await store.search.catchUp();
      expect(await store.search.check()).toBeNull();
      await damage(store, sql);
      expect(await store.search.check()).not.toBeNull();
    });
  }

  it("that is ahead of the log is found out when it is to follow", async () => {
    const store = await openTestStore();
    const { id } = (await store.createSession(newSession())).record;
    await store.appendEvent(newEvent(id, { content: "brass gears" }));
    await store.search.catchUp();
    await damage(store, "UPDATE search_slots SET event_id = 999999");
    await store.appendEvent(newEvent(id, { content: "brass gears, again" }));
    await store.search.catchUp();
    const { degraded, hits } = await store.search.search(asked);
    expect(degraded).toBe(true);
    expect(hits).toHaveLength(2);
  });
});
