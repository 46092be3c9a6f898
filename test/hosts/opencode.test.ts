// One conversation as an export, as the files of old, and as rows of the database: the same records.
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type Database from "better-sqlite3";
import { beforeEach, expect, it } from "vitest";
import { insert, makeDatabase, opencodeTables } from "./databases.ts";
import { fixture, readPath, sumTokens } from "./read-host.ts";

const exported = await readPath(fixture("opencode", "export.json"));
const document = JSON.parse(readFileSync(fixture("opencode", "export.json"), "utf8"));
const start = document.info.time.created;
let db: Database.Database;

const addMessage = (info: { id: string; time: { created: number } }, at = info.time.created) =>
  insert(db, "message", { id: info.id, session_id: "ses_1", time_created: at, time_updated: at, data: info });
const addPart = (part: { id: string; messageID: string }, at: number) =>
  insert(db, "part", {
    // The ids of opencode sort by their making.
    id: part.id.replace(/\d+$/, (number) => number.padStart(2, "0")),
    message_id: part.messageID,
    session_id: "ses_1",
    time_created: at,
    time_updated: at,
    data: part,
  });

beforeEach(() => {
  db = makeDatabase("opencode.db", opencodeTables);
  const { time } = document.info;
  insert(db, "session", {
    id: "ses_1",
    project_id: "p1",
    parent_id: "ses_0",
    slug: "quiet-fox",
    directory: "/home/ada/engine",
    title: "The missing target",
    version: "1.2.0",
    time_created: time.created,
    time_updated: time.updated,
  });
  for (const { info, parts } of document.messages) {
    addMessage(info);
    for (const part of parts) addPart(part, info.time.created);
  }
  insert(db, "todo", {
    session_id: "ses_1",
    content: "Add the target",
    status: "completed",
    priority: "high",
    position: 0,
    time_created: start,
    time_updated: start + 5_000,
  });
});

it("keeps prompts, what opencode says in the user's name, and answers", () => {
  expect(exported.sessions).toMatchObject([
    { id: "ses_1", parentId: "ses_0", directory: "/home/ada/engine" },
  ]);
  expect(
    exported.events.slice(0, 4).map(({ author, content, reasoning }) => [author, content, reasoning]),
  ).toEqual([
    ["user", "Why does the build fail?", null],
    ["system", "Called the Read tool", null],
    ["user", "[image plan.png image/png, 3 bytes]", null],
    ["assistant", null, "The log will say."],
  ]);
  expect(JSON.stringify(exported.records)).not.toContain("gAAAA");
});

it("keeps calls with their state, ours without what they said", () => {
  expect(exported.events.flatMap(({ actions }) => actions)).toMatchObject([
    {
      callId: "call_1",
      toolName: "bash",
      status: "error",
      error: "make: *** No rule",
      endedAt: start + 2_500,
    },
    { callId: "call_2", toolName: "todowrite", status: "completed", output: "[]", title: "1 todo" },
    { callId: "call_3", toolName: "backstory_add_event", input: undefined, output: undefined },
  ]);
  expect(JSON.stringify(exported.records)).not.toContain("private note");
});

it("puts a message's usage, cost and end on its last event, and an error without parts into one", () => {
  expect(sumTokens(exported.events)).toEqual({
    input: 11,
    output: 32,
    reasoning: 5,
    cacheRead: 100,
    cacheWrite: 7,
  });
  expect(exported.events.find(({ costUsd }) => costUsd !== null)).toMatchObject({
    costUsd: 0.25,
    finish: "tool-calls",
  });
  expect(exported.events.at(-1)).toMatchObject({
    type: "error",
    error: "ProviderAuthError: no key",
    key: "msg_4",
  });
  expect(exported.events.find(({ type }) => type === "compaction")).toMatchObject({
    content: "The target was added.",
  });
  expect(exported.events.find(({ type }) => type === "file_change")?.content).toBe(
    "/home/ada/engine/Makefile",
  );
});

it("has the same events in the files of old, and their todos", async () => {
  const stored = await readPath(fixture("opencode", "storage", "session", "p1", "ses_1.json"));
  expect(stored.events).toEqual(exported.events);
  expect(stored.records.findLast(({ kind }) => kind === "todos")).toMatchObject({
    todos: [{ status: "completed" }],
  });
});

it("has the same events in the database, while opencode has it open", async () => {
  const reading = await readPath(db.name);
  const place = ({ key, ...event }: (typeof reading.events)[number]) => event;
  expect(reading.events.map(place)).toEqual(exported.events.map(place));
  expect(reading.sessions).toMatchObject([{ id: "ses_1", parentId: "ses_0", title: "The missing target" }]);
  expect(reading.records.findLast(({ kind }) => kind === "todos")).toMatchObject({
    todos: [{ content: "Add the target", status: "completed", priority: "high" }],
    at: start + 5_000,
  });
});

it("gives from a position what was added, and nothing where nothing was", async () => {
  const first = await readPath(db.name);
  const nothing = await readPath(db.name, first.position);
  expect(nothing.records.filter(({ kind }) => kind !== "position")).toEqual([]);
  const info = { id: "msg_5", role: "user", time: { created: start + 20_000 } };
  addMessage(info);
  addPart({ id: "prt_20", messageID: "msg_5", type: "text", text: "Go on" } as never, start + 20_000);
  const more = await readPath(db.name, nothing.position);
  expect(more.events.map(({ content }) => content)).toEqual(["Go on"]);
});

it("gives nothing twice of many messages in many sessions", async () => {
  for (let index = 0; index < 1_000; index++) {
    const id = `msg_${1_000 + index}`;
    const data = { role: "user", time: { created: start + index } };
    const times = { time_created: start + index, time_updated: start + index };
    insert(db, "message", { id, session_id: index % 2 === 0 ? "ses_1" : "ses_2", ...times, data });
    addPart(
      { id: `prt_${1_000 + index}`, messageID: id, type: "text", text: "Go on" } as never,
      start + index,
    );
  }
  const first = await readPath(db.name);
  expect(first.events.filter(({ content }) => content === "Go on")).toHaveLength(1_000);
  const again = await readPath(db.name, first.position);
  expect(again.records.filter(({ kind }) => kind !== "position")).toEqual([]);
  expect(JSON.stringify(first.position).length).toBeLessThan(64 * 1024);
});

it("tells how a call ended, and the usage of a message, that were not known at the last reading", async () => {
  const info = { id: "msg_5", role: "assistant", parentID: "msg_1", time: { created: start + 20_000 } };
  const call = { id: "prt_20", messageID: "msg_5", type: "tool", callID: "call_9", tool: "bash" };
  addMessage(info);
  addPart({ ...call, state: { status: "running", input: {} } } as never, start + 20_000);
  const first = await readPath(db.name);
  expect(first.events.at(-1)).toMatchObject({
    tokens: null,
    actions: [{ callId: "call_9", status: "running" }],
  });
  const done = {
    ...info,
    time: { ...info.time, completed: start + 30_000 },
    tokens: { input: 5, output: 6 },
  };
  const ended = { ...call, state: { status: "completed", input: {}, output: "ok" } };
  const update = (table: string, data: object, id: string) =>
    db
      .prepare(`UPDATE ${table} SET data = ?, time_updated = ? WHERE id = ?`)
      .run(JSON.stringify(data), start + 30_000, id);
  update("message", done, "msg_5");
  update("part", ended, "prt_20");
  const second = await readPath(db.name, first.position);
  expect(second.outcomes).toMatchObject([{ callId: "call_9", status: "completed", output: "ok" }]);
  expect(second.events.find(({ key }) => key === "prt_20/usage")).toMatchObject({
    type: "status",
    tokens: { input: 5, output: 6 },
  });
  const patch = { id: "prt_21", messageID: "msg_5", type: "text", text: "Done" };
  addPart(patch as never, start + 40_000);
  const third = await readPath(db.name, second.position);
  expect(third.events.at(-1)).toMatchObject({ content: "Done", tokens: null });
});

it("leaves a text that is still being said for the next reading", async () => {
  const now = Date.now();
  addMessage({ id: "msg_5", role: "assistant", time: { created: now } } as never, now);
  const text = { id: "prt_20", messageID: "msg_5", type: "text", text: "It bui", time: { start: now } };
  addPart(text as never, now);
  const first = await readPath(db.name);
  expect(first.events.some(({ content }) => content === "It bui")).toBe(false);
  const said = { ...text, text: "It builds.", time: { start: now, end: now } };
  db.prepare("UPDATE part SET data = ? WHERE id = 'prt_20'").run(JSON.stringify(said));
  const second = await readPath(db.name, first.position);
  expect(second.events.map(({ content }) => content)).toEqual(["It builds."]);
});

it("says that it does not know the tables of a newer version", async () => {
  db.exec("CREATE TABLE session_v2 (id text PRIMARY KEY)");
  expect((await readPath(db.name)).skipped["newer format"]).toBe(1);
});

it("leaves nothing beside a database that nobody has open", async () => {
  db.close();
  const reading = await readPath(db.name);
  expect(reading.events).toHaveLength(exported.events.length);
  expect(readdirSync(dirname(db.name))).toEqual(["opencode.db"]);
});
