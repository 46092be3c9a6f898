// What has long been left alone, what keeps it, and the space it leaves.
import { statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newJob, newSession, workspace } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";

const by = { origin: "cli", client: "test" } as const;
const day = 86_400_000;
let now: number;
let file: string;
let store: Store;

beforeEach(async () => {
  now = Date.UTC(2026, 5, 1);
  file = join(makeFolder(), "test.db");
  store = await openTestStore({ file, now: () => now });
});

async function session(overrides = {}, events: Parameters<typeof newEvent>[1][] = [{}]): Promise<string> {
  const { id } = (await store.createSession(newSession(overrides))).record;
  await store.appendEvents(
    id,
    events.map((event) => newEvent(id, event)),
  );
  return id;
}

const list = async (keepDecisions = false) =>
  (await store.pruning.list({ before: now - 90 * day, keepDecisions })).map(({ sessionId }) => sessionId);

it("lists the sessions of long ago with their bytes, and no later one", async () => {
  const old = await session({ title: "old" }, [{ content: "x".repeat(1000) }, { content: "é", raw: [1] }]);
  now += 91 * day;
  await session();
  expect(await store.pruning.list({ before: now - 90 * day, keepDecisions: false })).toEqual([
    { sessionId: old, title: "old", updatedAt: now - 91 * day, bytes: 1005, seqs: undefined },
  ]);
});

it("counts the texts of a call with its own event alone", async () => {
  const call = { toolName: "sh", title: null, status: "completed", error: null } as const;
  const calling = (callId: string, input: string) => ({
    content: "",
    actions: [{ ...call, callId, input, output: undefined }],
  });
  const first = await session({}, [calling("a", "x".repeat(98)), calling("b", "x".repeat(198))]);
  const second = await session({}, [calling("c", "x".repeat(398))]);
  now += 91 * day;
  const found = await store.pruning.list({ before: now - 90 * day, keepDecisions: false });
  expect(found.map(({ sessionId, bytes }) => [sessionId, bytes])).toEqual([
    [first, 300],
    [second, 400],
  ]);
});

it("lists forks and subagents first, and nothing that a later session depends on", async () => {
  const root = await session();
  const child = await session({ parentSessionId: root });
  const grandchild = await session({ parentSessionId: child });
  const needed = await session();
  const between = await session({ parentSessionId: needed });
  now += 91 * day;
  const fork = { sessionId: between, atSeq: 1, title: null, idempotencyKey: null };
  await store.forkSession({ ...by, ...fork });
  expect(await list()).toEqual([grandchild, child, root]);
});

it("leaves alone what somebody is at work in, or has looked at", async () => {
  const [running, queued, resumed, ended] = [
    await session(),
    await session(),
    await session(),
    await session(),
  ];
  const run = { workspace, pid: 1, command: "x", args: [], prompt: null, idempotencyKey: null };
  await store.startRun({ ...by, ...run, sessionId: running });
  const { record } = await store.startRun({ ...by, ...run, pid: 2, sessionId: ended });
  await store.finishRun({ runId: record.id, status: "completed", exitCode: 0, error: null, endedBy: "tool" });
  now += 91 * day;
  await store.jobs.enqueue(newJob({ sessionId: queued }));
  await store.touchSession(resumed);
  expect(await list()).toEqual([ended]);
  now += 91 * day;
  expect(await list()).toEqual([resumed, ended]);
});

it("lists nothing that a fork needs which keeps its decisions", async () => {
  const source = await session();
  const decidedSource = await session({}, [{ content: "chat" }, { type: "decision", content: "SQLite" }]);
  const forks: string[] = [];
  for (const sessionId of [source, decidedSource]) {
    const fork = { sessionId, atSeq: 1, title: null, idempotencyKey: null };
    forks.push((await store.forkSession({ ...by, ...fork })).record.id);
  }
  for (const fork of forks) await store.appendEvent(newEvent(fork, { type: "note", content: "mind" }));
  now += 91 * day;
  expect(await list(true)).toEqual([decidedSource]);
  expect(await list()).toEqual([...forks, source, decidedSource]);
});

it("keeps decisions and notes where it is asked to, and comes to an end", async () => {
  const decided = await session({}, [{ content: "chat" }, { type: "decision", content: "SQLite" }, {}]);
  const plain = await session();
  now += 91 * day;
  const found = await store.pruning.list({ before: now - 90 * day, keepDecisions: true });
  expect(found.map(({ sessionId, seqs }) => [sessionId, seqs])).toEqual([
    [decided, [1, 3]],
    [plain, undefined],
  ]);
  const { pending } = await store.forgetting.forget(
    { sessionId: decided, seqs: found[0]?.seqs, unfinished: true },
    by,
  );
  expect(pending).toBe("held");
  expect((await store.getEvent(decided, 2)).content).toBe("SQLite");
  expect(await list(true)).toEqual([plain]);
  expect(await store.forgetting.finish()).toBeNull();
});

it("gives the space back", async () => {
  const id = await session(
    {},
    Array.from({ length: 50 }, () => ({ content: "x".repeat(50_000) })),
  );
  await store.deleteSession(id, false, by);
  await store.purgeDeletedSessions();
  const before = await store.pruning.size();
  await store.pruning.releaseSpace();
  expect(before - (await store.pruning.size())).toBeGreaterThan(2_000_000);
  expect(statSync(file).size).toBe(await store.pruning.size());
});
