// What the Store promises of secrets: whichever way a text comes in, what is stored of it has been redacted.
import { beforeEach, describe, expect, it } from "vitest";
import type { NewAction } from "../../src/db/records.ts";
import type { Redactor } from "../../src/db/redaction.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import type { OpenStore } from "./contract.ts";

const by = { origin: "tool", client: "test" } as const;
const mark = "[redacted:word]";

/** Its one secret is the word "hush", and what stands under "hidden". */
const redactorThat = (refuses: boolean): Redactor => ({
  redact(text, name) {
    const count = name === "hidden" || name === "--hidden" ? 1 : text.split("hush").length - 1;
    if (count === 0) return { text, findings: {} };
    const redacted = name === undefined || text.includes("hush") ? text.replaceAll("hush", mark) : mark;
    return { text: redacted, findings: { word: count } };
  },
  refuses: () => refuses,
});

const action = (overrides: Partial<NewAction> = {}): NewAction => ({
  callId: null,
  toolName: "shell",
  title: null,
  status: "pending",
  input: undefined,
  output: undefined,
  error: null,
  ...overrides,
});

/** One write of each kind, with a secret in every text of it; what comes back. */
const writes: Record<string, (store: Store, sessionId: string, secret: string) => Promise<unknown>> = {
  createSession: (store, _session, secret) =>
    store.createSession(
      newSession({ title: secret, context: secret, metadata: { a: [secret], [secret]: 1 } }),
    ),
  updateSession: (store, sessionId, secret) =>
    store.updateSession(sessionId, { title: secret, context: secret, metadata: { a: secret } }, by),
  forkSession: (store, sessionId, secret) =>
    store.forkSession({ ...by, sessionId, atSeq: null, title: secret, idempotencyKey: null }),
  appendEvent: (store, sessionId, secret) =>
    store.appendEvent(
      newEvent(sessionId, {
        content: secret,
        reasoning: secret,
        error: secret,
        metadata: { a: secret },
        raw: [{ a: { b: secret } }, secret],
        actions: [action({ title: secret, input: { a: secret }, output: secret, error: secret })],
      }),
    ),
  updateAction: async (store, sessionId, secret) => {
    await store.appendEvent(newEvent(sessionId, { actions: [action({ callId: "call" })] }));
    const said = { title: secret, output: { a: [secret] }, error: secret };
    return store.updateAction({ sessionId, callId: "call", status: "error", ...said });
  },
  updateTodos: (store, sessionId, secret) =>
    store.updateTodos(sessionId, [{ id: null, content: secret, status: "pending", priority: "low" }]),
  startRun: (store, _session, secret) =>
    store.startRun({
      ...by,
      sessionId: null,
      workspace,
      pid: 4711,
      command: secret,
      args: [secret, "--hidden", "x"],
      prompt: secret,
      idempotencyKey: null,
    }),
  finishRun: async (store, sessionId, secret) => {
    const run = { ...by, sessionId, workspace, pid: 4711, command: null, args: [], prompt: null };
    const { record } = await store.startRun({ ...run, idempotencyKey: null });
    const end = { runId: record.id, status: "failed", exitCode: 1, error: secret, endedBy: "tool" } as const;
    await store.finishRun(end);
    return store.finishRun(end);
  },
  "checkpoints.save": async (store, sessionId, secret) => {
    const { record } = await store.checkpoints.save({
      ...by,
      sessionId,
      label: secret,
      state: { a: secret },
      gitHead: null,
      idempotencyKey: null,
    });
    const restored = { ...by, checkpointId: record.id, title: secret, idempotencyKey: null };
    return [record, await store.checkpoints.get(record.id), await store.checkpoints.restore(restored)];
  },
  "jobs.enqueue and finish": async (store, sessionId, secret) => {
    const job = { ...by, sessionId, workspace: null, prompt: secret, promptId: null, messageId: null };
    const more = { allowedTools: null, model: null, priority: 0, runAfter: null, maxAttempts: 1 };
    const { record } = await store.jobs.enqueue({ ...job, ...more, idempotencyKey: null });
    const claimed = await store.jobs.claim({ worker: "ada", runId: null, leaseSeconds: 60 });
    const outcome = { jobId: record.id, leaseToken: claimed?.leaseToken ?? "", status: "failed" } as const;
    await store.jobs.finish({ ...outcome, result: { a: secret }, error: secret });
    return [record, await store.jobs.finish({ ...outcome, result: { a: secret }, error: secret })];
  },
  "automations.upsert": (store, _session, secret) =>
    store.automations.upsert({
      ...by,
      name: "daily",
      schedule: "0 9 * * *",
      timeZone: "UTC",
      workspace: null,
      prompt: secret,
      enabled: true,
    }),
  "projects.upsert": (store, _session, secret) =>
    store.projects.upsert(workspace, { name: secret, command: secret, prompt: secret }),
};

export function redactionContract(open: OpenStore): void {
  describe("a store with a redactor", () => {
    let store: Store;
    let sessionId: string;

    beforeEach(async () => {
      store = await open({ redactor: redactorThat(false) });
      sessionId = (await store.createSession(newSession())).record.id;
    });

    it.each(Object.entries(writes))("stores no secret: %s", async (_name, write) => {
      const stored = JSON.stringify(await write(store, sessionId, "hush, hush"));
      expect(stored).toContain(`${mark}, ${mark}`);
      expect(stored).not.toContain("hush");
    });

    it.each(Object.entries(writes))("says what it refuses, and stores nothing: %s", async (name, write) => {
      const strict = await open({ redactor: redactorThat(true) });
      const { record } = await strict.createSession(newSession());
      const refused = write(strict, record.id, "hush");
      await expect(refused).rejects.toMatchObject({ code: "invalid_input" });
      await expect(refused).rejects.toThrow(/^[a-z_0-9.]+ holds what looks like a secret \(word\)/);
      const { items } = await strict.listSessions({ limit: 10 });
      expect(JSON.stringify(items)).not.toContain("hush");
      if (name === "appendEvent") expect(items[0]?.eventCount).toBe(0);
    });

    it("says with the event how many it found, by rule", async () => {
      const event = newEvent(sessionId, {
        content: "hush hush",
        actions: [action({ callId: "c", input: "hush" })],
      });
      expect((await store.appendEvent(event)).record.redactions).toEqual({ word: 3 });
      await store.updateAction({
        sessionId,
        callId: "c",
        status: "running",
        title: "hush",
        output: undefined,
        error: undefined,
      });
      expect((await store.getEvent(sessionId, 1)).redactions).toEqual({ word: 4 });
      expect((await store.appendEvent(newEvent(sessionId))).record.redactions).toBeNull();
    });

    it("does not count what an update of an action only repeats", async () => {
      await store.appendEvent(newEvent(sessionId, { actions: [action({ callId: "c" })] }));
      const move = {
        sessionId,
        callId: "c",
        status: "completed",
        title: undefined,
        output: "hush",
        error: undefined,
      } as const;
      await store.updateAction(move);
      await store.updateAction(move);
      expect((await store.getEvent(sessionId, 1)).redactions).toEqual({ word: 1 });
    });

    it("knows a value by its key or its option, and keeps keys apart", async () => {
      const raw = {
        hidden: "a",
        args: ["--hidden", "b"],
        hush: 1,
        "a hush": { hidden: 5 },
        both: { hush: 1, [mark]: 2 },
      };
      expect((await store.appendEvent(newEvent(sessionId, { raw }))).record.raw).toEqual({
        hidden: mark,
        args: ["--hidden", mark],
        [mark]: 1,
        [`a ${mark}`]: { hidden: 5 },
        both: { [mark]: 1, [`${mark} 2`]: 2 },
      });
    });

    it("compares what it would store: a repeat with the secret is the same, and so is one without it", async () => {
      const event = newEvent(sessionId, { content: "hush", idempotencyKey: "key" });
      await store.appendEvent(event);
      expect((await store.appendEvent(event)).duplicate).toBe(true);
      expect((await store.appendEvent({ ...event, content: mark })).duplicate).toBe(true);
      await expect(store.appendEvent({ ...event, content: "other" })).rejects.toMatchObject({
        code: "conflict",
      });
    });

    it("refuses one of several events with its index, and stores none", async () => {
      const strict = await open({ redactor: redactorThat(true) });
      const { record } = await strict.createSession(newSession());
      const events = [
        newEvent(record.id),
        newEvent(record.id, { actions: [action(), action({ input: { a: "hush" } })] }),
      ];
      await expect(strict.appendEvents(record.id, events)).rejects.toThrow(
        /^events\.1: actions\.1\.input holds/,
      );
      expect((await strict.getSession(record.id)).eventCount).toBe(0);
    });
  });
}
