// What every Store promises of turns: which events they are, and in which state they stand.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Event, NewEvent } from "../../src/db/records.ts";
import type { Store } from "../../src/db/store.ts";
import type { TurnQuery } from "../../src/db/turns.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";
import { newFork } from "./forks.ts";

const call = {
  callId: null,
  toolName: "Read",
  title: null,
  input: undefined,
  output: undefined,
  error: null,
};

/** The rule as a reader would follow it, event by event. */
function turnsOf(events: readonly Event[]): number[][] {
  const turns = new Map<string, number[]>();
  let current = "none";
  for (const { seq, author, type, turnId } of events) {
    const named = turnId === null ? null : `id ${turnId}`;
    if (author === "user" && type === "message") current = named ?? `prompt ${seq}`;
    const turn = named ?? current;
    turns.set(turn, [...(turns.get(turn) ?? []), seq]);
  }
  return [...turns.values()];
}

export function turnContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    let now: number;
    let sessionId: string;

    const add = (overrides: Partial<NewEvent> = {}) => store.appendEvent(newEvent(sessionId, overrides));
    const prompt = (overrides: Partial<NewEvent> = {}) => add({ author: "user", ...overrides });
    const answer = (overrides: Partial<NewEvent> = {}) => add({ author: "assistant", ...overrides });
    const list = (query: Partial<TurnQuery> = {}) =>
      store.listTurns({ sessionId, order: "asc", limit: 100, ...query });
    const seqsOf = async (query: Partial<TurnQuery> = {}) =>
      (await list(query)).items.map(({ events }) => events.map(({ seq }) => seq));
    const state = async () => (await store.latestTurn(sessionId))?.state;
    const startRun = async () => {
      const given = { workspace, pid: 1, command: null, args: [], prompt: null, idempotencyKey: null };
      const { record } = await store.startRun({ ...given, sessionId, origin: "tool", client: "test" });
      return record.id;
    };
    const finishRun = (runId: string, status: "completed" | "failed" | "crashed") =>
      store.finishRun({ runId, status, exitCode: null, error: null, endedBy: "tool" });

    beforeEach(async () => {
      now = Date.UTC(2026, 10, 21);
      store = await open({ now: () => now });
      sessionId = (await store.createSession(newSession())).record.id;
    });

    describe("its events", () => {
      it("are those that name it, and those behind a prompt that name none", async () => {
        await add({ type: "status", author: "system" });
        await prompt();
        await answer();
        await prompt({ turnId: "a" });
        await answer();
        await answer({ turnId: "b" });
        await add({ type: "note", author: "user" });
        await prompt({ turnId: "b" });
        await answer();
        await answer({ turnId: "a" });
        const turns = [[1], [2, 3], [4, 5, 7, 10], [6, 8, 9]];
        expect(await seqsOf()).toEqual(turns);
        expect(await seqsOf({ order: "desc" })).toEqual(turns.toReversed());
        expect(await seqsOf({ turnId: "a" })).toEqual([[4, 5, 7, 10]]);
        expect(await seqsOf({ afterSeq: 2, beforeSeq: 6 })).toEqual([[4, 5, 7, 10]]);
        expect(await seqsOf({ types: ["status", "note"] })).toEqual([[1], [], [7], []]);
        expect(await store.latestTurn(sessionId)).toMatchObject({ turnId: "a", firstSeq: 4, lastSeq: 10 });
        expect(await store.latestTurn((await store.createSession(newSession())).record.id)).toBeNull();
      });

      it("are told as they would be event by event, in forks too", async () => {
        const event = fc.record({
          author: fc.constantFrom("user", "assistant"),
          type: fc.constantFrom("message" as const, "tool_call" as const),
          turnId: fc.constantFrom(null, null, "a", "b", "c"),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(event, { minLength: 1, maxLength: 12 }),
            fc.nat(),
            async (events, cut) => {
              sessionId = (await store.createSession(newSession())).record.id;
              for (const each of events) await add(each);
              const atSeq = cut % (events.length + 1);
              const { record: fork } = await store.forkSession(newFork(sessionId, { atSeq }));
              for (const each of events.toReversed()) await store.appendEvent(newEvent(fork.id, each));
              for (const id of [sessionId, fork.id]) {
                const query = { sessionId: id, order: "asc", orderBy: "seq", limit: 100 } as const;
                const expected = turnsOf((await store.getHistory(query)).items);
                expect(await seqsOf({ sessionId: id })).toEqual(expected);
                const { items } = await list({ sessionId: id });
                const told = items.map(({ turn }) => [turn.firstSeq, turn.lastSeq, turn.eventCount]);
                expect(told).toEqual(expected.map((seqs) => [seqs[0], seqs.at(-1), seqs.length]));
                const latest = await store.latestTurn(id);
                const last = Math.max(...expected.flat());
                expect(latest).toEqual(items.find(({ turn }) => turn.lastSeq === last)?.turn);
              }
            },
          ),
          { numRuns: 60 },
        );
      });

      it("come in pages that miss and repeat none", async () => {
        for (let i = 0; i < 10; i++) {
          await prompt();
          await answer();
        }
        for (const order of ["asc", "desc"] as const) {
          const seen: number[][] = [];
          let after: { firstSeq: number } | undefined;
          for (let more = true; more; ) {
            const page = await list({ order, limit: 3, after });
            seen.push(...page.items.map(({ events }) => events.map(({ seq }) => seq)));
            after = page.items.at(-1)?.turn;
            more = page.more;
          }
          const all = Array.from({ length: 10 }, (_, i) => [2 * i + 1, 2 * i + 2]);
          expect(seen).toEqual(order === "asc" ? all : all.reverse());
        }
      });

      it("fill no memory: a long turn shows its first, and says so", async () => {
        await prompt();
        await store.appendEvents(
          sessionId,
          Array.from({ length: 400 }, () => newEvent(sessionId, { author: "assistant" })),
        );
        await prompt();
        await store.appendEvents(
          sessionId,
          Array.from({ length: 600 }, () => newEvent(sessionId, { author: "assistant" })),
        );
        await prompt();
        const first = await list();
        expect(first.items).toMatchObject([{ turn: { eventCount: 401 }, more: false }]);
        expect(first.more).toBe(true);
        const second = await list({ after: first.items.at(-1)?.turn });
        expect(second.items).toMatchObject([{ turn: { eventCount: 601, lastSeq: 1002 }, more: true }]);
        expect(second.items[0]?.events).toHaveLength(500);
        const third = await list({ after: second.items.at(-1)?.turn });
        expect(third).toMatchObject({ items: [{ turn: { firstSeq: 1003 } }], more: false });
      });

      it("end a page early where their texts are long", async () => {
        const content = "x".repeat(1024 * 1024);
        for (let i = 0; i < 7; i++) await prompt({ content });
        const { items, more } = await list();
        expect([items.length, more]).toEqual([5, true]);
      });
    });

    describe("its sums", () => {
      it("are over all of its events", async () => {
        const tokens = { input: 10, output: 1, reasoning: null, cacheRead: 2, cacheWrite: null };
        await prompt({ createdAt: now });
        await answer({ createdAt: now + 2_000, tokens, costUsd: 0.5, type: "tool_call" });
        await answer({ createdAt: now + 5_000, tokens, costUsd: 0.25 });
        expect((await list()).items[0]?.turn).toEqual({
          turnId: null,
          state: "completed",
          firstSeq: 1,
          lastSeq: 3,
          eventCount: 3,
          tokens: { input: 20, output: 2, reasoning: null, cacheRead: 4, cacheWrite: null },
          costUsd: 0.75,
          runId: null,
          startedAt: now,
          endedAt: now + 5_000,
          partial: false,
        });
      });

      it("of the latest turn are found however long it is, within limits", async () => {
        const many = (count: number) =>
          store.appendEvents(
            sessionId,
            Array.from({ length: count }, () => newEvent(sessionId, { author: "assistant", costUsd: 1 })),
          );
        await prompt({ turnId: "a" });
        await many(60);
        for (const total of [61, 100, 550, 1_000]) {
          const { eventCount } = await store.getSession(sessionId);
          for (let left = total - eventCount; left > 0; left -= 500) await many(Math.min(left, 500));
          const turn = { turnId: "a", firstSeq: 1, lastSeq: total, eventCount: total, partial: false };
          expect(await store.latestTurn(sessionId)).toMatchObject({ ...turn, costUsd: total - 1 });
        }
        for (let i = 0; i < 8; i++) await many(500);
        const latest = await store.latestTurn(sessionId);
        expect(latest).toMatchObject({ partial: true, lastSeq: 5_000, eventCount: 2_048, firstSeq: 2_953 });
        expect((await list({ limit: 1 })).items[0]?.turn).toMatchObject({
          partial: false,
          eventCount: 5_000,
        });
      });
    });

    describe("its state", () => {
      it("is completed by an answer behind the last prompt", async () => {
        await prompt();
        expect(await state()).toBe("in_progress");
        await add({ author: "assistant", type: "reasoning" });
        await add({ author: "tool", content: "3 files" });
        expect(await state()).toBe("in_progress");
        await answer();
        expect(await state()).toBe("completed");
        await add({ author: "system", type: "status" });
        expect(await state()).toBe("completed");
        await prompt({ turnId: "a" });
        await answer({ turnId: "a" });
        await prompt({ turnId: "a", content: "and?" });
        expect(await state()).toBe("in_progress");
        await add({ turnId: "a", author: "planner", type: "result" });
        expect(await state()).toBe("completed");
      });

      it("is not completed by a reply that waits for a tool", async () => {
        await prompt();
        await answer({ finish: "tool_use" });
        expect(await state()).toBe("in_progress");
        const action = { toolName: "Bash", title: null, input: {}, output: undefined, error: null };
        await answer({ actions: [{ ...action, callId: "c", status: "pending" }] });
        expect(await state()).toBe("in_progress");
        const move = { sessionId, callId: "c", title: undefined, error: undefined, output: "done" };
        await store.updateAction({ ...move, status: "completed" });
        expect(await state()).toBe("completed");
      });

      it("is completed by a finish, whatever its event is", async () => {
        await prompt();
        await add({ author: "assistant", type: "tool_call", finish: "end_turn" });
        expect(await state()).toBe("completed");
      });

      it.each<[string, Partial<NewEvent>]>([
        ["an error event", { type: "error", author: "system" }],
        ["an event with an error", { error: "overloaded" }],
        ["an event that finished so", { finish: "error" }],
      ])("is failed while its last word is %s", async (_what, overrides) => {
        await prompt();
        await answer();
        await add({ author: "assistant", ...overrides });
        expect(await state()).toBe("failed");
        await add({ author: "system", type: "status" });
        expect(await state()).toBe("failed");
        await answer();
        expect(await state()).toBe("completed");
      });

      it("is interrupted by a later turn that left it without an answer", async () => {
        await prompt();
        await prompt();
        await answer();
        const states = (await list()).items.map(({ turn }) => turn.state);
        expect(states).toEqual(["interrupted", "completed"]);
        expect((await list()).items[0]?.turn.endedAt).toBe(now);
      });

      it.each([
        ["crashed", "interrupted"],
        ["completed", "interrupted"],
        ["failed", "failed"],
      ] as const)("follows its run: %s is %s", async (ended, expected) => {
        const runId = await startRun();
        await prompt({ runId });
        const other = await startRun();
        expect(await state()).toBe("in_progress");
        await finishRun(other, "crashed");
        expect(await state()).toBe("in_progress");
        await finishRun(runId, ended);
        expect(await state()).toBe(expected);
        expect(await store.latestTurn(sessionId)).toMatchObject({ runId, endedAt: now });
        await answer({ runId });
        expect(await state()).toBe("completed");
      });

      it("is interrupted where its run crashed behind tool calls that had ended", async () => {
        const runId = await startRun();
        await prompt();
        const actions = [{ ...call, status: "completed" as const }];
        await answer({ content: "I will look at it", actions });
        expect(await state()).toBe("completed");
        now += 1_000;
        await finishRun(runId, "crashed");
        expect(await state()).toBe("interrupted");
        await answer({ content: "done", actions, finish: "stop" });
        expect(await state()).toBe("completed");
      });

      it("stays interrupted by the crash of the run that it names when the next turn begins", async () => {
        const runId = await startRun();
        await prompt({ runId });
        await answer({ runId, actions: [{ ...call, status: "completed" }] });
        await finishRun(runId, "crashed");
        expect(await state()).toBe("interrupted");
        now += 1_000;
        await prompt();
        expect((await list()).items.map(({ turn }) => turn.state)).toEqual(["interrupted", "in_progress"]);
      });

      it("follows the session's latest run where its events name none", async () => {
        const runId = await startRun();
        await prompt();
        now += 1_000;
        await finishRun(runId, "crashed");
        expect(await state()).toBe("interrupted");
        now += 1_000;
        await prompt();
        expect(await state()).toBe("in_progress");
      });
    });
  });
}
