// What every Store promises of search.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction, NewEvent } from "../../src/db/records.ts";
import type { SearchQuery } from "../../src/db/search.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../open-test-store.ts";
import type { OpenStore } from "./contract.ts";

const elsewhere = { ...workspace, directory: "/elsewhere", projectDirectory: "/elsewhere" };
const by = { origin: "tool" as const, client: "test" };

const call = (overrides: Partial<NewAction> = {}): NewAction => ({
  callId: "call",
  toolName: "Bash",
  title: null,
  status: "running",
  input: undefined,
  output: undefined,
  error: null,
  ...overrides,
});

export function searchContract(open: OpenStore): void {
  describe("search", () => {
    let store: Store;
    const create = async (overrides = {}) => (await store.createSession(newSession(overrides))).record.id;
    const add = async (sessionId: string, event: Partial<NewEvent> | string) =>
      (await store.appendEvent(newEvent(sessionId, typeof event === "string" ? { content: event } : event)))
        .record.seq;
    const search = (text: string, query: Partial<SearchQuery> = {}) =>
      store.search.search({ text, mode: "any", scope: { kind: "all" }, limit: 10, offset: 0, ...query });
    const found = async (text: string, query: Partial<SearchQuery> = {}) =>
      (await search(text, query)).hits.map(({ seq }) => seq);

    beforeEach(async () => {
      store = await open({});
    });

    it("finds what was just said, by any of its words", async () => {
      const id = await create({ title: "Engines" });
      await add(id, "The difference engine needs brass gears.");
      await add(id, "Nothing to see here.");
      const result = await search("where did we get the gears from?");
      expect(result).toMatchObject({ more: false, unindexed: 0, degraded: false, scope: { kind: "all" } });
      const hit = { sessionId: id, seq: 1, title: "Engines", before: null, after: { seq: 2 } };
      expect(result.hits[0]).toMatchObject(hit);
      expect(result.hits[0]?.snippet).toContain("gears");
    });

    it("finds a call by its tool, its input and its output, also one that came later", async () => {
      const id = await create();
      await add(id, { content: null, actions: [call({ input: { command: "cargo build" } })] });
      expect(await found("cargo")).toEqual([1]);
      expect(await found("linker")).toEqual([]);
      const move = { sessionId: id, callId: "call", status: "error" as const, title: undefined };
      await store.updateAction({ ...move, output: undefined, error: "linker not found" });
      expect(await found("linker")).toEqual([1]);
      expect(await found("cargo", { toolName: "Bash" })).toEqual([1]);
      expect(await found("cargo", { toolName: "Read" })).toEqual([]);
    });

    it("finds nothing of a deleted session, at once and afterwards", async () => {
      const id = await create();
      await add(id, "gears");
      expect(await found("gears")).toEqual([1]);
      await store.deleteSession(id, false, by);
      expect(await found("gears")).toEqual([]);
      await store.purgeDeletedSessions();
      expect(await found("gears")).toEqual([]);
    });

    it("looks where it is told to", async () => {
      const [here, there] = [await create(), await create({ workspace: elsewhere })];
      await add(here, "gears");
      await add(there, "more gears");
      const project = (directory: string) =>
        search("gears", {
          scope: { kind: "project", of: { workspace: { directory, projectDirectory: directory } } },
        });
      expect((await project(workspace.directory)).hits).toMatchObject([{ sessionId: here }]);
      expect(await project("/nowhere")).toMatchObject({ hits: [], scope: { isKnown: false } });
      const ofSession = await search("gears", { scope: { kind: "project", of: { sessionId: there } } });
      expect(ofSession.hits).toMatchObject([{ sessionId: there }]);
      expect((await search("gears", { scope: { kind: "session", sessionId: here } })).hits).toHaveLength(1);
      const lost = search("gears", { scope: { kind: "session", sessionId: "sess_none" } });
      await expect(lost).rejects.toMatchObject({ code: "not_found" });
    });

    it("rebuilds to the same hits", async () => {
      const id = await create();
      for (let index = 0; index < 30; index += 1) await add(id, `gear ${index} ${"brass ".repeat(index)}`);
      const grown = await search("brass gear", { limit: 100 });
      await store.search.rebuild();
      expect(await search("brass gear", { limit: 100 })).toEqual(grown);
      expect(await store.search.state()).toMatchObject({ watermark: 30, behind: 0, broken: null });
    });
  });
}
