// What is forgotten is gone from every read, from its forks, and from the bytes of the file.
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { StoreError } from "../../src/db/errors.ts";
import { Forgettings } from "../../src/db/sqlite/forgettings.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";

const by = { origin: "tool", client: "test" } as const;
const word = "zanzibarquux";
const texts = {
  content: `say ${word} once`,
  reasoning: word,
  error: word,
  metadata: { a: word },
  raw: [word],
};
const action = {
  callId: "c",
  toolName: "shell",
  title: word,
  status: "pending",
  input: { a: word },
  output: word,
  error: word,
} as const;

let file: string;
let store: Store;
let sessionId: string;

/** Every byte beside the file, the file among them, once nobody has it open. */
const everything = () =>
  readdirSync(dirname(file))
    .map((name) => readFileSync(join(dirname(file), name), "latin1"))
    .join("");

/** What a search of all that is stored finds. */
const search = async (text: string) =>
  (await store.search.search({ text, mode: "any", scope: { kind: "all" }, limit: 10, offset: 0 })).hits
    .length;

beforeEach(async () => {
  file = join(makeFolder(), "test.db");
  store = await openTestStore({ file });
  sessionId = (await store.createSession(newSession({ title: `about ${word}`, metadata: { a: word } })))
    .record.id;
  // With others around it, so that pages are split and rows moved.
  for (let i = 0; i < 40; i += 1) {
    await store.appendEvent(newEvent(sessionId, { content: `noise ${i} `.repeat(i * 7) }));
    if (i % 4 > 0) continue;
    const actions = [{ ...action, callId: `c${i}` }];
    await store.appendEvent(newEvent(sessionId, { ...texts, actions, idempotencyKey: `k${i}` }));
    await store.updateAction({
      sessionId,
      callId: `c${i}`,
      status: "completed",
      title: undefined,
      output: `${word} `.repeat(50),
      error: undefined,
    });
  }
  await store.search.catchUp();
});

const marked = Array.from({ length: 10 }, (_, i) => i * 5 + 2);

it("leaves no byte of forgotten events in the file, nor in the log or the index", async () => {
  await store.updateSession(sessionId, { title: null, metadata: null }, by);
  const forgotten = await store.forgetting.forget({ sessionId, seqs: marked }, by);
  expect(forgotten).toEqual({
    events: 10,
    actions: 10,
    todos: 0,
    checkpoints: 0,
    runs: 0,
    jobs: 0,
    forks: [],
    keptIn: [],
    subagents: [],
    pending: null,
    copies: [],
    unreadCopies: [],
  });
  await store.close();
  expect(everything()).not.toContain(word);
  const db = new Database(file, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});

it("keeps seqs, keys and what else was there", async () => {
  await store.forgetting.forget({ sessionId, seqs: marked }, by);
  const event = await store.getEvent(sessionId, 2);
  expect(event).toMatchObject({ seq: 2, author: "user", content: null, reasoning: null, error: null });
  expect(event).toMatchObject({ metadata: null, raw: undefined, forgottenAt: expect.any(Number) });
  expect(event.actions).toMatchObject([
    {
      callId: "c0",
      toolName: "shell",
      status: "completed",
      title: null,
      input: undefined,
      output: undefined,
    },
  ]);
  expect((await store.getEvent(sessionId, 1)).forgottenAt).toBeNull();
  expect((await store.getSession(sessionId)).lastSeq).toBe(50);
  const repeat = newEvent(sessionId, { ...texts, actions: [action], idempotencyKey: "k0" });
  expect(await store.appendEvent(repeat)).toMatchObject({
    duplicate: true,
    record: { seq: 2, content: null },
  });
});

it("forgets a whole session: its title, plan, checkpoints, runs and jobs, and its forks' copies", async () => {
  await store.updateTodos(sessionId, [{ id: null, content: word, status: "pending", priority: "low" }]);
  const checkpoint = { label: word, state: [word], gitHead: null, idempotencyKey: null };
  await store.checkpoints.save({ ...by, sessionId, ...checkpoint });
  const run = { workspace, pid: 1, command: word, args: [word], prompt: word, idempotencyKey: "r" };
  await store.startRun({ ...by, ...run, sessionId });
  const fork = await store.forkSession({ ...by, sessionId, atSeq: 10, title: null, idempotencyKey: null });
  const forkId = fork.record.id;
  const forgotten = await store.forgetting.forget({ sessionId }, by);
  expect(forgotten).toMatchObject({ events: 50, actions: 10, todos: 1, checkpoints: 1, runs: 1 });
  expect(forgotten).toMatchObject({ forks: [forkId], pending: null });
  expect((await store.getEvent(forkId, 2)).content).toBeNull();
  expect(await store.getSession(forkId)).toMatchObject({ title: null, metadata: null });
  expect((await store.getTodos(sessionId)).todos).toEqual([]);
  const again = await store.forgetting.forget({ sessionId }, by);
  expect(again).toMatchObject({ events: 0, actions: 0, runs: 0, checkpoints: 0, pending: null });
  await store.close();
  expect(everything()).not.toContain(word);
});

it("forgets what forks were given when they were made, also where the session says something else by now", async () => {
  const todo = (content: string, id: string | null = null) =>
    ({ id, content, status: "pending", priority: "low" }) as const;
  const none = { title: null, idempotencyKey: null };
  const checkpoint = { label: null, state: null, gitHead: null, idempotencyKey: null };
  const save = (id: string) => store.checkpoints.save({ ...by, sessionId: id, ...checkpoint });
  await store.updateSession(sessionId, { context: word }, by);
  await store.updateTodos(sessionId, [todo(word), todo(`${word}, too`)]);
  const fork = async (id: string, atSeq: number) =>
    (await store.forkSession({ ...by, ...none, sessionId: id, atSeq })).record.id;
  const shares = await fork(sessionId, 10);
  const restored = await store.checkpoints.restore({
    ...by,
    ...none,
    checkpointId: (await save(sessionId)).record.id,
  });
  const forks = [shares, await fork(sessionId, 0), restored.record.session.id, await fork(shares, 10)];
  await save(shares);
  await sleep(2);
  const { todos } = await store.getTodos(shares);
  const own = [todo(`${word} still`, todos[0]?.id), todo("its own")];
  const { version } = await store.updateTodos(shares, own);
  const ofBoth = await save(shares);
  await store.updateSession(shares, { title: "Its own" }, by);
  await store.updateSession(sessionId, { title: "Harmless", context: null, metadata: null }, by);
  await store.updateTodos(sessionId, []);

  expect((await store.forgetting.forget({ sessionId }, by)).forks).toEqual(forks.toSorted());
  expect(await store.getSession(shares)).toMatchObject({ title: "Its own", context: null, metadata: null });
  expect(await store.getTodos(shares)).toMatchObject({
    todos: [{ content: "its own" }],
    version: version + 1,
  });
  await expect(store.updateTodos(shares, own, version)).rejects.toMatchObject({ code: "conflict" });
  const again = await store.checkpoints.restore({ ...by, ...none, checkpointId: ofBoth.record.id });
  expect(again.record.todos).toMatchObject([{ content: "its own" }]);
  for (const id of forks.slice(1)) {
    expect(await store.getSession(id)).toMatchObject({ title: null, context: null, metadata: null });
    expect((await store.getTodos(id)).todos).toEqual([]);
  }
  await store.close();
  expect(everything()).not.toContain(word);
});

it("takes from a fork a second time nothing that it has got since, but from one that was made since", async () => {
  const fork = async () => {
    const none = { title: null, idempotencyKey: null };
    return (await store.forkSession({ ...by, ...none, sessionId, atSeq: 10 })).record.id;
  };
  const first = await fork();
  await sleep(2);
  await store.forgetting.forget({ sessionId }, by);
  const own = { title: "Its own", metadata: { its: "own" } };
  await store.updateSession(first, own, by);
  await store.updateSession(sessionId, { title: word, metadata: { a: word } }, by);
  const ofFirst = { ...by, sessionId: first, atSeq: 10, title: null, idempotencyKey: null };
  const { record: child } = await store.forkSession(ofFirst);
  const second = await fork();
  const forgotten = await store.forgetting.forget({ sessionId }, by);
  expect(forgotten.forks).toEqual([first, child.id, second].toSorted());
  expect(await store.getSession(first)).toMatchObject(own);
  expect((await store.getSession(child.id)).metadata).toEqual(own.metadata);
  expect(await store.getSession(second)).toMatchObject({ title: null, metadata: null });
});

it("is found by no search any more, and the rest still is", async () => {
  expect(await search(word)).toBeGreaterThan(0);
  await store.forgetting.forget({ sessionId, seqs: marked }, by);
  expect([await search(word), (await search("noise")) > 0]).toEqual([0, true]);
});

it("keeps what a call of a forgotten event says later out", async () => {
  const { record } = await store.appendEvent(
    newEvent(sessionId, { actions: [{ ...action, callId: "late" }] }),
  );
  await store.forgetting.forget({ sessionId, seqs: [record.seq] }, by);
  const move = { status: "completed", title: word, output: word, error: word } as const;
  const { action: moved } = await store.updateAction({ sessionId, callId: "late", ...move });
  expect(moved).toMatchObject({ status: "completed", title: null, output: undefined, error: null });
});

it("refuses an event that is not there, and one that a fork only shares, and forgets none", async () => {
  const forget = (id: string, seqs: number[]) => store.forgetting.forget({ sessionId: id, seqs }, by);
  await expect(forget(sessionId, [2, 51])).rejects.toMatchObject({ code: "not_found" });
  await expect(forget("sess_none", [1])).rejects.toMatchObject({ code: "not_found" });
  const fork = await store.forkSession({ ...by, sessionId, atSeq: 10, title: "f", idempotencyKey: null });
  await expect(forget(fork.record.id, [2])).rejects.toMatchObject({ code: "conflict" });
  expect((await store.getEvent(sessionId, 2)).content).toContain(word);
  const whole = await store.forgetting.forget({ sessionId: fork.record.id }, by);
  expect(whole).toMatchObject({ events: 0, keptIn: [sessionId] });
});

it("says pending while another process reads, and finishes when it no longer does", async () => {
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  const forgotten = await store.forgetting.forget({ sessionId }, by);
  expect(forgotten).toMatchObject({ events: 50, pending: "held" });
  expect(await store.forgetting.finish()).toBe("held");
  reader.exec("COMMIT");
  reader.close();
  expect(await store.forgetting.finish()).toBeNull();
  expect(everything()).not.toContain(word);
});

it("is finished by whoever has the file open, though nobody asks for it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const idle = await openTestStore({ file });
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  expect(await store.forgetting.forget({ sessionId }, by)).toMatchObject({ pending: "held" });
  await store.close();
  reader.close();
  expect(await idle.forgetting.isFinished()).toBe(false);
  vi.advanceTimersByTime(20_000);
  await vi.waitFor(async () => expect(await idle.forgetting.isFinished()).toBe(true), { timeout: 10_000 });
  await idle.close();
  expect(everything()).not.toContain(word);
});

/** As a kill leaves it: begun, and not ended. */
const cutShort = async () => {
  const forgotten = store.forgetting.forget({ sessionId }, by).catch(() => "cut short");
  while ((await store.audit.list({ tool: "forget", limit: 1 })).items.length === 0);
  await store.close();
  expect(await forgotten).toBe("cut short");
  store = await openTestStore({ file });
};

it("goes on with what was cut short: of a session all that was meant, and nothing that came since", async () => {
  await cutShort();
  expect((await store.getSession(sessionId)).title).toContain(word);
  const { record: since } = await store.appendEvent(newEvent(sessionId, { content: "since then" }));
  expect(await store.forgetting.finish()).toBeNull();
  expect(await store.getSession(sessionId)).toMatchObject({ title: null, forgottenAt: expect.any(Number) });
  expect((await store.getEvent(sessionId, 2)).forgottenAt).not.toBeNull();
  expect((await store.getEvent(sessionId, since.seq)).content).toBe("since then");
  const { items } = await store.audit.list({ tool: "forget", limit: 5 });
  expect(items.map(({ client, details }) => [client, details])).toEqual([
    ["test", { ended: 1 }],
    ["test", { whole: true, number: 1, ranges: [{ from: 1, to: 50 }] }],
  ]);
  await store.close();
  expect(everything()).not.toContain(word);
});

it("goes on with events that were meant, in whichever server has the file open", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const idle = await openTestStore({ file });
  await store.updateSession(sessionId, { title: "Stays", metadata: null }, by);
  const write = vi.spyOn(Forgettings.prototype, "forgetEvents").mockImplementation(() => {
    throw new StoreError("busy", "", "");
  });
  await expect(store.forgetting.forget({ sessionId, seqs: marked }, by)).rejects.toThrow();
  write.mockRestore();
  await store.close();
  vi.advanceTimersByTime(20_000);
  await vi.waitFor(async () => expect(await idle.forgetting.isFinished()).toBe(true), { timeout: 10_000 });
  expect((await idle.getSession(sessionId)).title).toBe("Stays");
  expect((await idle.getEvent(sessionId, 3)).content).toContain("noise");
  await idle.close();
  expect(everything()).not.toContain(word);
});

it("leaves alone what another process is at, and what belonged to a session that was deleted since", async () => {
  await cutShort();
  const other = new Database(file);
  setTimeout(() => other.exec("UPDATE erasure SET wanted = wanted + 1"), 200);
  expect(await store.forgetting.finish()).toBe("held");
  expect((await store.getSession(sessionId)).title).toContain(word);
  await store.deleteSession(sessionId, false, by);
  expect(await store.forgetting.finish()).toBeNull();
});

it("does not take for finished what is begun and cut short while it finishes something else", async () => {
  await store.forgetting.forget({ sessionId, seqs: [2], unfinished: true }, by);
  const other = new Database(file);
  const { listUnended } = Forgettings.prototype;
  vi.spyOn(Forgettings.prototype, "listUnended").mockImplementationOnce(function (this: Forgettings) {
    const found = listUnended.call(this);
    const number = other.prepare("UPDATE erasure SET wanted = wanted + 1 RETURNING wanted").pluck().get();
    const details = JSON.stringify({ whole: true, number, ranges: [{ from: 1, to: 50 }] });
    other
      .prepare("INSERT INTO audit_entries VALUES (NULL, 0, 'tool', NULL, 'forget', ?, ?, ?)")
      .run(sessionId, sessionId, details);
    return found;
  });
  expect(await store.forgetting.finish()).toBeNull();
  expect(await store.forgetting.isFinished()).toBe(false);
  expect(await store.forgetting.finish()).toBeNull();
  expect((await store.getSession(sessionId)).title).toBeNull();
});

it("has the file made anew by one of those who find something to finish at the same time", async () => {
  const idle = await Promise.all([1, 2, 3].map(() => openTestStore({ file })));
  await store.forgetting.forget({ sessionId, unfinished: true }, by);
  const made = vi.spyOn(Database.prototype, "exec");
  onTestFinished(() => made.mockRestore());
  const finished = await Promise.all(idle.map(({ forgetting }) => forgetting.finish()));
  expect(finished).toEqual([null, null, null]);
  expect(made.mock.calls.filter(([text]) => text === "VACUUM")).toHaveLength(1);
});

it("says that a damaged index has kept words of it, and a rebuild finishes it", async () => {
  const db = new Database(file);
  db.unsafeMode(true);
  db.exec("UPDATE search_a_data SET block = x'deadbeef' WHERE id > 10");
  db.close();
  expect(await store.forgetting.forget({ sessionId }, by)).toMatchObject({ events: 50, pending: "index" });
  expect(await store.forgetting.finish()).toBe("index");
  await store.search.rebuild(() => {});
  expect(await store.forgetting.finish()).toBeNull();
  await store.close();
  expect(everything()).not.toContain(word);
});

it("says that there was no space to make the file anew, and finishes when there is", async () => {
  const vacuum = vi.spyOn(Database.prototype, "exec").mockImplementation(() => {
    throw new Database.SqliteError("database or disk is full", "SQLITE_FULL");
  });
  expect(await store.forgetting.forget({ sessionId }, by)).toMatchObject({ pending: "disk_full" });
  vacuum.mockRestore();
  expect(await store.forgetting.finish()).toBeNull();
});

it("names copies of the file, and no store that somebody has opened", async () => {
  const db = new Database(file);
  db.exec(`VACUUM INTO '${file}.schema-1-x.bak'`);
  db.exec(`VACUUM INTO '${join(dirname(file), "copy.db")}'`);
  db.close();
  await (await openTestStore({ file: join(dirname(file), "other.db") })).close();
  closeSync(openSync(join(dirname(file), "empty.txt"), "w"));
  expect(await store.forgetting.listCopies()).toEqual([
    join(dirname(file), "copy.db"),
    `${file}.schema-1-x.bak`,
  ]);
});

it("names copies that hold the session, and those of this very store, but no other store's", async () => {
  const folder = dirname(file);
  const copy = (from: string, name: string) => {
    const db = new Database(from);
    db.exec(`VACUUM INTO '${join(folder, name)}'`);
    db.close();
  };
  const other = join(folder, "other.db");
  await (await openTestStore({ file: other })).close();
  copy(other, "other-backup.db");
  copy(other, "other.db.schema-6-x.bak");
  copy(other, "test.db.schema-6-x.bak");
  copy(file, "backup.db");
  copy(file, "killed.db.unverified");
  writeFileSync(join(folder, "cut.db.restoring"), Buffer.concat([Buffer.alloc(8192), Buffer.from(word)]));
  writeFileSync(join(folder, "cut.db.restoring-journal"), "");
  writeFileSync(join(folder, "begun.db.unverified"), "");
  writeFileSync(join(folder, "notes.unverified"), word);
  const forgotten = await store.forgetting.forget({ sessionId, seqs: [2] }, by);
  const names = (paths: string[]) => paths.map((path) => basename(path));
  expect(names(forgotten.copies)).toEqual(["backup.db", "killed.db.unverified", "test.db.schema-6-x.bak"]);
  expect(names(forgotten.unreadCopies)).toEqual(["cut.db.restoring", "cut.db.restoring-journal"]);
});

it("does not name copies that were made after it, unless they say more of the session", async () => {
  const copy = (name: string) => {
    const db = new Database(file);
    db.exec(`VACUUM INTO '${join(dirname(file), name)}'`);
    db.close();
  };
  const named = async (seqs?: number[]) =>
    (await store.forgetting.forget({ sessionId, seqs }, by)).copies.map((path) => basename(path));
  copy("before.db");
  await named([2, 3]);
  copy("between.db");
  expect(await named([3])).toEqual(["before.db"]);
  await store.forgetting.forget({ sessionId, unfinished: true }, by);
  copy("unfinished.db");
  expect(await named()).toEqual(["before.db", "between.db", "unfinished.db"]);
  copy("after.db");
  await store.appendEvent(newEvent(sessionId, { content: word }));
  copy("since.db");
  expect(await named()).toEqual(["before.db", "between.db", "since.db", "unfinished.db"]);
});

it("notes it in the audit log, without a text", async () => {
  await store.forgetting.forget({ sessionId, seqs: [2, 3, 3] }, by);
  await store.forgetting.forget({ sessionId }, by);
  const { items } = await store.audit.list({ tool: "forget", limit: 5 });
  const number = expect.any(Number);
  expect(items.map(({ details }) => details)).toEqual([
    { ended: number },
    { whole: true, number, ranges: [{ from: 1, to: 50 }] },
    { ended: 1 },
    { events: 2, number: 1, ranges: [{ from: 2, to: 3 }] },
  ]);
});
