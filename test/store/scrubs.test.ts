// A scrub of what was stored without a redactor: nothing of a secret is left, not even in the file.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, expect, it } from "vitest";
import type { Redactor } from "../../src/db/redaction.ts";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { makeFolder, openTestStore, storeOptions } from "../open-test-store.ts";

const by = { origin: "tool", client: "test" } as const;
const secret = "hush-hush-quite";
const redactor: Redactor = {
  redact: (text) =>
    text.includes(secret)
      ? {
          text: text.replaceAll(secret, "[redacted:word]"),
          findings: { word: text.split(secret).length - 1 },
        }
      : { text, findings: {} },
  refuses: () => false,
};

let file: string;
let store: Store;
let sessionId: string;

/** Opened with a redactor, on a file that was written without one. */
beforeEach(async () => {
  file = join(makeFolder(), "test.db");
  const careless = await openStore(storeOptions({ file }));
  sessionId = (
    await careless.createSession(newSession({ title: secret, metadata: { a: secret }, idempotencyKey: "k" }))
  ).record.id;
  const action = {
    callId: "c",
    toolName: "shell",
    title: null,
    status: "pending",
    output: secret,
    error: null,
  } as const;
  await careless.appendEvents(sessionId, [
    ...Array.from({ length: 120 }, (_, i) =>
      newEvent(sessionId, { content: i % 40 === 0 ? `say ${secret}` : "say no" }),
    ),
    newEvent(sessionId, { raw: { a: [secret, secret] }, idempotencyKey: "k" }),
    newEvent(sessionId, { actions: [{ ...action, input: { a: secret } }] }),
  ]);
  await careless.updateTodos(sessionId, [{ id: null, content: secret, status: "pending", priority: "low" }]);
  await careless.checkpoints.save({
    ...by,
    sessionId,
    label: secret,
    state: [secret],
    gitHead: null,
    idempotencyKey: null,
  });
  const run = { workspace, pid: 1, command: "x", args: [secret], prompt: null, idempotencyKey: null };
  await careless.startRun({ ...by, ...run, sessionId: null });
  await careless.close();
  store = await openTestStore({ file, redactor });
});

const everything = () =>
  readdirSync(dirname(file))
    .map((name) => readFileSync(join(dirname(file), name), "latin1"))
    .join("");

const total = { events: 4, actions: 1, sessions: 1, todos: 1, checkpoints: 1, runs: 1 };

it("finds every secret and, compacting, leaves none in the file, nor in the log", async () => {
  const scrubbed = await store.scrubs.run({ dryRun: false, compact: true });
  expect(scrubbed).toEqual({ findings: { word: 14 }, records: total, pending: null });
  expect(await store.scrubs.run({ dryRun: false, compact: false })).toEqual({
    findings: {},
    records: {},
    pending: null,
  });
  await store.close();
  expect(everything()).not.toContain(secret);
  expect(new Database(file, { readonly: true }).pragma("integrity_check", { simple: true })).toBe("ok");
});

it("leaves no word of a secret in the index either, once it has compacted", async () => {
  await store.search.catchUp();
  await store.scrubs.run({ dryRun: false, compact: true });
  await store.close();
  expect(everything()).not.toContain("hush");
});

it("compacts even if there is nothing to take out: an earlier scrub may have left words", async () => {
  await store.search.catchUp();
  await store.scrubs.run({ dryRun: false, compact: false });
  await store.search.catchUp();
  await store.scrubs.run({ dryRun: false, compact: true });
  await store.close();
  expect(everything()).not.toContain("hush");
});

it("says that it is not out of the file yet while another process reads", async () => {
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  expect(await store.scrubs.run({ dryRun: false, compact: false })).toMatchObject({ pending: "held" });
  expect(await store.scrubs.run({ dryRun: false, compact: true })).toMatchObject({ pending: "held" });
  reader.close();
  expect(await store.forgetting.finish()).toBeNull();
});

it("says with the events what it took out", async () => {
  await store.scrubs.run({ dryRun: false, compact: false });
  const of = async (seq: number) => (await store.getEvent(sessionId, seq)).redactions;
  expect([await of(1), await of(2), await of(121), await of(122)]).toEqual([
    { word: 1 },
    null,
    { word: 2 },
    { word: 2 },
  ]);
  expect((await store.getEvent(sessionId, 121)).raw).toEqual({ a: ["[redacted:word]", "[redacted:word]"] });
});

it("changes nothing in a dry run, and tells the same", async () => {
  const { findings, records } = await store.scrubs.run({ dryRun: true, compact: false });
  expect({ findings, records }).toEqual({ findings: { word: 14 }, records: total });
  expect((await store.getSession(sessionId)).title).toBe(secret);
  expect((await store.audit.list({ limit: 5 })).items).toEqual([]);
});

it("scrubs one session alone", async () => {
  const other = (await store.createSession(newSession())).record.id;
  expect((await store.scrubs.run({ sessionId: other, dryRun: false, compact: false })).records).toEqual({});
  const { runs: _runs, ...ofSession } = total;
  expect((await store.scrubs.run({ sessionId, dryRun: false, compact: false })).records).toEqual(ofSession);
  await expect(
    store.scrubs.run({ sessionId: "sess_none", dryRun: false, compact: false }),
  ).rejects.toMatchObject({
    code: "not_found",
  });
});

it("keeps the hash of no request with a secret: its key alone tells a repeat", async () => {
  await store.scrubs.run({ dryRun: false, compact: false });
  const repeat = newEvent(sessionId, { raw: { a: [secret, secret] }, idempotencyKey: "k" });
  expect((await store.appendEvent(repeat)).duplicate).toBe(true);
  const again = newSession({ title: secret, metadata: { a: secret }, idempotencyKey: "k" });
  expect((await store.createSession(again)).duplicate).toBe(true);
  const db = new Database(file, { readonly: true });
  expect(db.prepare("SELECT count(request_hash) FROM events").pluck().get()).toBe(0);
  db.close();
});

it("notes it in the audit log, without a text", async () => {
  await store.scrubs.run({ dryRun: false, compact: false });
  const { items } = await store.audit.list({ limit: 5 });
  expect(items).toMatchObject([
    {
      tool: "scrub",
      origin: "cli",
      sessionId: null,
      subjectId: "all",
      details: { findings: { word: 14 }, records: total },
    },
  ]);
});
