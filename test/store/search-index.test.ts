// The search index against the log: whatever happened, in whatever order and however often the work was cut short, it
// gives the hits that one made anew gives.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { rulesVersion } from "../../src/recall/version.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";
import { OpenSearch, type ReadSlice, smallest } from "./open-search.ts";

const by = { origin: "tool" as const, client: "test" };
const words = ["brass", "gear", "engine", "loom", "card", "歯車", "mark_crashed_runs"];

const text = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 })
  .map((chosen) => chosen.join(" "));
// Of several passages.
const longText = fc
  .tuple(text, fc.integer({ min: 40, max: 90 }))
  .map(([said, times]) => `${said}. `.repeat(times));
const append = fc.record({
  step: fc.constant("append" as const),
  session: fc.nat(3),
  text: fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: longText }),
  called: fc.boolean(),
});
const answer = fc.record({
  step: fc.constant("answer" as const),
  pick: fc.nat(50),
  text: fc.oneof(text, longText),
});
const slice = fc.record({ step: fc.constant("slice" as const), small: fc.boolean() });
/** A process reads a slice, others go on, and it comes to write it later, or never. */
const readEarly = fc.record({ step: fc.constant("read early" as const), small: fc.boolean() });
const writeLate = fc.record({ step: fc.constant("write late" as const) });
const deletion = fc.record({ step: fc.constant("delete" as const), session: fc.nat(3) });
const rebuild = fc.record({ step: fc.constant("rebuild" as const) });

const anyStep = fc.oneof(
  { weight: 8, arbitrary: append },
  { weight: 4, arbitrary: answer },
  { weight: 8, arbitrary: slice },
  { weight: 3, arbitrary: readEarly },
  { weight: 3, arbitrary: writeLate },
  { weight: 1, arbitrary: deletion },
  { weight: 1, arbitrary: rebuild },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly store: Store;
  readonly index: OpenSearch;
  readonly #sessions: string[];
  readonly #calls: { sessionId: string; callId: string }[] = [];
  #early: ReadSlice | undefined;

  private constructor(store: Store, sessions: string[]) {
    this.store = store;
    this.index = new OpenSearch(store.file);
    this.#sessions = sessions;
  }

  static async make(): Promise<World> {
    const store = await openTestStore();
    const sessions: string[] = [];
    for (let index = 0; index < 4; index += 1)
      sessions.push((await store.createSession(newSession())).record.id);
    return new World(store, sessions);
  }

  async do(step: Step): Promise<void> {
    if (step.step === "append") await this.#append(step);
    else if (step.step === "answer") await this.#answer(step);
    else if (step.step === "slice") this.index.step(step.small ? smallest : undefined);
    else if (step.step === "read early") this.#early = this.index.read(step.small ? smallest : undefined);
    else if (step.step === "write late") {
      if (this.#early) this.index.write(this.#early);
    } else if (step.step === "delete") {
      await this.store.deleteSession(this.#sessions[step.session] ?? "", false, by).catch(() => {});
    } else this.index.beginRebuild();
  }

  async #append({ session, text: content, called }: Extract<Step, { step: "append" }>): Promise<void> {
    const sessionId = this.#sessions[session] ?? "";
    const callId = `call-${this.#calls.length}`;
    const action = {
      toolName: "Bash",
      title: null,
      status: "running" as const,
      output: undefined,
      error: null,
    };
    const actions = called ? [{ ...action, callId, input: { command: content } }] : [];
    // A deleted session takes no event.
    await this.store.appendEvent(newEvent(sessionId, { content, actions })).catch(() => {});
    if (called) this.#calls.push({ sessionId, callId });
  }

  async #answer({ pick, text: output }: Extract<Step, { step: "answer" }>): Promise<void> {
    const call = this.#calls[pick % Math.max(this.#calls.length, 1)];
    if (call === undefined) return;
    const move = { ...call, status: "completed" as const, title: undefined, error: undefined, output };
    await this.store.updateAction(move).catch(() => {});
  }

  async finish(): Promise<void> {
    await this.store.purgeDeletedSessions();
    while (this.index.step()) {}
  }

  async hits(): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const asked of [...words, "brass gear", "an engine of cards, or the loom", "歯車 markCrashedRuns"]) {
      const query = {
        text: asked,
        mode: "any" as const,
        scope: { kind: "all" as const },
        limit: 100,
        offset: 0,
      };
      found.push(await this.store.search.search(query));
    }
    return found;
  }

  async close(): Promise<void> {
    this.index.close();
    await this.store.close();
  }
}

describe("the search index", () => {
  it("gives, however it came about, the hits of one made anew", async () => {
    const steps = fc.array(anyStep, { maxLength: 60, size: "max" });
    const property = fc.asyncProperty(steps, async (given) => {
      const world = await World.make();
      for (const step of given) await world.do(step);
      await world.finish();
      world.index.check();
      const [rows, hits] = [world.index.rows(), await world.hits()];
      await world.store.search.rebuild();
      expect(world.index.rows()).toEqual(rows);
      expect(await world.hits()).toEqual(hits);
      await world.close();
    });
    await fc.assert(property, { numRuns: 40 });
  }, 120_000);

  it("takes up an output that came between the reading of a slice and its writing", async () => {
    const world = await World.make();
    await world.do({ step: "append", session: 0, text: "brass", called: true });
    await world.do({ step: "read early", small: false });
    await world.do({ step: "answer", pick: 0, text: "gear" });
    await world.do({ step: "write late" });
    await world.finish();
    const query = { mode: "any" as const, scope: { kind: "all" as const }, limit: 10, offset: 0 };
    expect((await world.store.search.search({ ...query, text: "gear" })).hits).toHaveLength(1);
    await world.close();
  });

  it("takes it up in a rebuild too, when another process has dealt with it for the old table alone", async () => {
    const world = await World.make();
    await world.do({ step: "append", session: 0, text: "brass", called: true });
    await world.finish();
    await world.do({ step: "rebuild" });
    await world.do({ step: "read early", small: false });
    await world.do({ step: "answer", pick: 0, text: "gear" });
    await world.do({ step: "slice", small: false });
    await world.do({ step: "write late" });
    await world.finish();
    const query = { mode: "any" as const, scope: { kind: "all" as const }, limit: 10, offset: 0 };
    expect((await world.store.search.search({ ...query, text: "gear" })).hits).toHaveLength(1);
    await world.close();
  });

  it("is left alone by an older program, whose search is degraded", async () => {
    const world = await World.make();
    await world.do({ step: "append", session: 0, text: "brass", called: false });
    await world.finish();
    world.index.db.exec("UPDATE search_slots SET version = version + 1");
    await world.do({ step: "append", session: 0, text: "gear", called: false });
    expect(world.index.read()).toBeUndefined();
    const query = { mode: "any" as const, scope: { kind: "all" as const }, limit: 10, offset: 0 };
    expect(await world.store.search.search({ ...query, text: "gear" })).toMatchObject({
      degraded: true,
      unindexed: 1,
    });
    expect((await world.store.search.search({ ...query, text: "gear" })).hits).toHaveLength(1);
    await expect(world.store.search.rebuild()).rejects.toMatchObject({ code: "invalid_state" });
    await world.close();
  });

  it("is made anew by a newer program, and searched by its old table meanwhile", async () => {
    const world = await World.make();
    await world.do({ step: "append", session: 0, text: "brass", called: false });
    await world.finish();
    world.index.db.exec("UPDATE search_slots SET version = version - 1");
    const query = {
      text: "brass",
      mode: "any" as const,
      scope: { kind: "all" as const },
      limit: 10,
      offset: 0,
    };
    expect(await world.store.search.search(query)).toMatchObject({ degraded: false, hits: [{ seq: 1 }] });
    expect(await world.store.search.catchUp()).toBe(0);
    expect(world.index.slots.all()).toMatchObject([{ slot: "b", role: "active", version: rulesVersion }]);
    expect((await world.store.search.search(query)).hits).toHaveLength(1);
    await world.close();
  });
});
