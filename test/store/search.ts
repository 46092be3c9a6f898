// What every Store promises of search.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction, NewEvent } from "../../src/db/records.ts";
import type { SearchQuery } from "../../src/db/search.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
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

    it("looks for a project where it is now, and for what one left behind that was deleted", async () => {
      const [here, there] = [await create(), await create({ workspace: elsewhere })];
      await add(here, "gears");
      await add(there, "gears of another place");
      const at = (directory: string) => ({ ...workspace, directory, projectDirectory: directory });
      const sessionsIn = async (directory: string) => {
        const scope = { kind: "project" as const, of: { workspace: at(directory) } };
        return (await search("gears", { scope })).hits.map(({ sessionId }) => sessionId).toSorted();
      };
      expect(await sessionsIn(workspace.directory)).toEqual([here]);
      const nothing = { name: undefined, command: undefined, prompt: undefined };
      const moved = { previousDirectory: workspace.directory, stillExists: false, ...by };
      await store.projects.upsert(at("/moved"), nothing, moved);
      expect(await sessionsIn("/moved")).toEqual([here]);
      expect(await found("gears", { directory: "/moved" })).toEqual([1]);
      expect(await found("gears", { directory: workspace.directory })).toEqual([]);
      await store.projects.upsert(at("/elsewhere"), nothing, { ...moved, previousDirectory: "/moved" });
      expect(await sessionsIn("/elsewhere")).toEqual([here, there].toSorted());
      await store.projects.delete({ directory: "/elsewhere" }, by);
      expect(await sessionsIn("/elsewhere")).toEqual([here, there].toSorted());
      await store.projects.upsert(at("/elsewhere"), nothing);
      expect(await sessionsIn("/elsewhere")).toEqual([here, there].toSorted());
    });

    it("filters before the limit, also where what is asked for is rare and came out of order", async () => {
      const id = await create({ appName: "host", userId: "ada" });
      await add(id, {
        content: "gears",
        createdAt: Date.UTC(2031, 1, 3),
        actions: [call({ toolName: "rare" })],
      });
      await add(id, {
        content: "gears",
        author: "planner",
        type: "note",
        createdAt: Date.UTC(1999, 4, 5, 6),
      });
      await add(id, { content: "gears", createdAt: Date.UTC(1970, 0, 1) });
      await add(id, { content: "gears", createdAt: Date.UTC(2100, 0, 1) });
      const other = await create({ workspace: elsewhere });
      const events = Array.from({ length: 500 }, () => newEvent(other, { content: "gears" }));
      for (let index = 0; index < 4; index += 1) await store.appendEvents(other, events);
      await store.search.catchUp();
      expect(await found("gears", { toolName: "rare" })).toEqual([1]);
      expect(await found("gears", { authors: ["planner", "nobody"] })).toEqual([2]);
      expect(await found("gears", { types: ["note"] })).toEqual([2]);
      expect(await found("gears", { since: Date.UTC(1999, 4, 5), until: Date.UTC(1999, 4, 5, 6) })).toEqual([
        2,
      ]);
      expect(
        await found("gears", { since: Date.UTC(1999, 4, 5, 7), until: Date.UTC(1999, 4, 5, 8) }),
      ).toEqual([]);
      expect(await found("gears", { until: Date.UTC(1980, 0, 1) })).toEqual([3]);
      expect(await found("gears", { since: Date.UTC(2031, 0, 1) })).toEqual([4, 1]);
      expect(await found("gears", { since: 5, until: 4 })).toEqual([]);
      for (const owner of [{ appName: "host" }, { userId: "ada" }, { directory: workspace.directory }]) {
        expect((await found("gears", owner)).toSorted()).toEqual([1, 2, 3, 4]);
      }
      expect(await found("gears", { userId: "nobody" })).toEqual([]);
    });

    it("looks in a fork's history: what it shares up to the cut, and its own", async () => {
      const source = await create();
      await add(source, "shared gears");
      await add(source, "gears behind the cut");
      const made = { title: null, idempotencyKey: null, ...by };
      const { record: fork } = await store.forkSession({ ...made, sessionId: source, atSeq: 1 });
      await add(fork.id, "the fork's gears");
      const { record: deep } = await store.forkSession({ ...made, sessionId: fork.id, atSeq: null });
      const { hits } = await search("gears", { scope: { kind: "session", sessionId: deep.id } });
      const places = hits.map(({ sessionId, seq }) => ({ sessionId, seq }));
      expect(places).toHaveLength(2);
      expect(places).toContainEqual({ sessionId: source, seq: 1 });
      expect(places).toContainEqual({ sessionId: fork.id, seq: 2 });
      const own = hits.find(({ sessionId }) => sessionId === fork.id);
      expect(own?.before).toMatchObject({ seq: 1, text: "shared gears" });
      const shared = hits.find(({ sessionId }) => sessionId === source);
      expect(shared?.after).toMatchObject({ seq: 2, text: "the fork's gears" });
    });

    it("asks for every word, or for all in a row, wherever in the event they are", async () => {
      const id = await create();
      const filler = "Nothing of interest here. ".repeat(80);
      await add(id, `brass ${filler} gears`);
      await add(id, "gears of brass");
      await add(id, "brass alone");
      await add(id, "Our brass gears.");
      expect((await found("brass gears", { mode: "all" })).toSorted()).toEqual([1, 2, 4]);
      expect(await found("brass gears", { mode: "phrase" })).toEqual([4]);
      expect(await found("brass wheels", { mode: "all" })).toEqual([]);
    });

    it("finds what stands in a row once among thousands that have its words apart", async () => {
      const id = await create();
      await add(id, "the brass gears of old");
      const events = Array.from({ length: 500 }, (_, index) =>
        newEvent(id, { content: `gears ${index} of brass` }),
      );
      for (let index = 0; index < 7; index += 1) await store.appendEvents(id, events);
      await store.search.catchUp();
      for (const [text, mode] of [
        ["brass gears", "phrase"],
        ['"brass gears"', "any"],
      ] as const) {
        const result = await search(text, { mode });
        // A slow machine may say that it had no time.
        if (!result.isPartial) expect(result.hits[0]?.seq, mode).toBe(1);
      }
    });

    it("finds what has two common words together, however long ago, in a project too", async () => {
      const id = await create();
      await add(id, "the wheel broke the spring");
      const events = Array.from({ length: 500 }, (_, index) =>
        newEvent(id, { content: `${index % 2 ? "wheel" : "spring"} ${index} is fine` }),
      );
      for (let index = 0; index < 4; index += 1) await store.appendEvents(id, events);
      await store.search.catchUp();
      const inProject: Partial<SearchQuery> = { scope: { kind: "project", of: { sessionId: id } } };
      for (const query of [{}, inProject]) expect((await found("wheel spring", query))[0]).toBe(1);
    });

    it("filters before the limit, also where almost all events pass", async () => {
      const id = await create();
      const by = (author: string, content: string, count: number) =>
        Array.from({ length: count }, () => newEvent(id, { author, content }));
      await store.appendEvents(id, by("assistant", "a spring", 3));
      for (let index = 0; index < 42; index += 1)
        await store.appendEvents(id, by("assistant", "all is well", 500));
      for (let index = 0; index < 7; index += 1)
        await store.appendEvents(id, by("user", "the wheel broke the spring", 500));
      await store.search.catchUp();
      expect(await found("wheel spring", { authors: ["assistant"] })).toEqual([3, 2, 1]);
      expect((await search("wheel spring", { authors: ["user"] })).hits[0]?.author).toBe("user");
    });

    it("shows page after page, whatever comes in between", async () => {
      const id = await create();
      for (let index = 0; index < 25; index += 1) await add(id, `gear ${"brass ".repeat(index)}`);
      const first = await search("gear", { limit: 10 });
      const seen = first.hits.map(({ seq }) => seq);
      await add(id, "gear gear gear");
      for (let offset = 10, more = first.more; more; offset += 10) {
        const page = await search("gear", { limit: 10, offset, snapshot: first.snapshot });
        seen.push(...page.hits.map(({ seq }) => seq));
        more = page.more;
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    });

    it("ranks every page as the first, however much is added behind it", async () => {
      const id = await create();
      for (let index = 0; index < 40; index += 1) {
        const about = index % 3 ? "gear" : "brass gear";
        await add(id, `${about} ${"filler ".repeat((index * 7) % 60)}`);
      }
      await store.search.catchUp();
      const whole = (await search("brass gear", { limit: 100 })).hits.map(({ seq }) => seq);
      const first = await search("brass gear", { limit: 10 });
      const seen = first.hits.map(({ seq }) => seq);
      for (let { more } = first; more; ) {
        const events = Array.from({ length: 300 }, () =>
          newEvent(id, { content: "quite another thing ".repeat(30) }),
        );
        await store.appendEvents(id, events);
        await store.search.catchUp();
        const page = await search("brass gear", { limit: 10, offset: seen.length, snapshot: first.snapshot });
        seen.push(...page.hits.map(({ seq }) => seq));
        more = page.more;
      }
      expect(seen).toEqual(whole);
    });

    it("shows the best of each session", async () => {
      const [one, other] = [await create(), await create()];
      for (const id of [one, other, one]) await add(id, "gears");
      const { hits } = await search("gears", { groupBy: "session" });
      expect(hits.map(({ sessionId }) => sessionId).toSorted()).toEqual([one, other].toSorted());
    });

    it("shows a session among others that say the word a hundred times", async () => {
      const [quiet, busy] = [await create(), await create()];
      await add(quiet, "gears");
      const events = Array.from({ length: 400 }, (_, index) => newEvent(busy, { content: `gears ${index}` }));
      await store.appendEvents(busy, events);
      await store.search.catchUp();
      const { hits } = await search("gears", { groupBy: "session" });
      expect(hits.map(({ sessionId }) => sessionId).toSorted()).toEqual([quiet, busy].toSorted());
    });

    it("finds the beginning and the end of a megabyte", async () => {
      const id = await create();
      await add(id, `cogwheel ${"brass gears ".repeat(87_000)} flywheel`);
      await store.search.catchUp();
      expect(await found("cogwheel")).toEqual([1]);
      expect(await found("flywheel")).toEqual([1]);
    });

    it("takes any string", async () => {
      const id = await create();
      await add(id, "gears AND wheels");
      const odd = [
        "",
        " ",
        "\0",
        "\ud800",
        "*",
        '"',
        "NEAR(",
        "col: x",
        "-x",
        "the of and",
        "!?",
        "(",
        "a AND",
        "^b",
      ];
      for (const text of odd) {
        for (const mode of ["any", "all", "phrase"] as const) {
          expect(await search(text, { mode })).toMatchObject({ degraded: false, more: false });
        }
      }
      expect(await found('NEAR("gears" -wheels)*')).toEqual([1]);
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
