// What forget makes of its arguments and of what the Store did.
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { callTool, openToolContext } from "./call-tool.ts";

it("forgets events, then the session, and says what is left to know", async () => {
  const context = await openToolContext();
  const call = (name: string, args: object) => callTool(name, args, context);
  const { session } = await call("create_session", { title: "hush" });
  const session_id = session.id;
  for (const content of ["one", "two"]) await call("add_event", { session_id, author: "user", content });
  const fork = await call("fork_session", { session_id });
  const none = { actions: 0, todos: 0, checkpoints: 0, runs: 0, jobs: 0 };
  expect(await call("forget", { session_id, seqs: [2] })).toEqual({
    forgotten: { ...none, events: 1 },
    forks: [fork.session.id],
    kept_in: [],
    subagents: [],
    pending: false,
    copies: [],
  });
  const { event } = await call("get_event", { session_id, seq: 2 });
  expect(event).toMatchObject({ seq: 2, forgotten_at: expect.any(String) });
  expect(event).not.toHaveProperty("content");
  expect(await call("forget", { session_id })).toMatchObject({ forgotten: { ...none, events: 1 } });
  expect((await call("get_session", { session_id })).session).not.toHaveProperty("title");
  const { entries } = await call("list_audit", { tool: "forget" });
  expect(entries.map(({ details }: { details: object }) => details)).toMatchObject([
    { ended: expect.any(Number) },
    { whole: true },
    { ended: 1 },
    { events: 1, number: 1, ranges: [{ from: 2, to: 2 }] },
  ]);
});

it("names the copies beside the file that hold the session, and the command that deletes them", async () => {
  const context = await openToolContext();
  const { session } = await callTool("create_session", {}, context);
  const copy = join(dirname(context.store.file), "copy.db");
  const db = new Database(context.store.file, { readonly: true });
  db.prepare("VACUUM INTO ?").run(copy);
  db.close();
  expect(await callTool("forget", { session_id: session.id }, context)).toMatchObject({
    copies: [copy],
    hint: expect.stringContaining(`backstory forget ${session.id} --backups`),
  });
});

it("names the subagents of a whole session, and theirs, until they are forgotten or deleted", async () => {
  const context = await openToolContext();
  const call = (name: string, args: object) => callTool(name, args, context);
  const create = async (parent_session_id?: string): Promise<string> =>
    (await call("create_session", { parent_session_id })).session.id;
  const session_id = await create();
  const [child, other] = [await create(session_id), await create(session_id)];
  const grandchild = await create(child);
  await call("add_event", { session_id, author: "user", content: "one" });
  await call("fork_session", { session_id });
  expect(await call("forget", { session_id, seqs: [1] })).toMatchObject({ subagents: [] });
  const forgotten = await call("forget", { session_id });
  expect(forgotten).toMatchObject({ subagents: [child, other, grandchild] });
  expect(forgotten).not.toHaveProperty("subagents_left_out");
  await call("delete_session", { session_id: other });
  expect(await call("forget", { session_id: child })).toMatchObject({ subagents: [grandchild] });
  expect(await call("forget", { session_id })).toMatchObject({ subagents: [grandchild] });
});

it("names of many subagents and forks what fits, and counts the rest", async () => {
  const context = await openToolContext();
  const call = (name: string, args: object) => callTool(name, args, context);
  const { session } = await call("create_session", {});
  for (let i = 0; i < 500; i += 1) await call("create_session", { parent_session_id: session.id });
  for (let i = 0; i < 300; i += 1) await call("fork_session", { session_id: session.id });
  const forgotten = await call("forget", { session_id: session.id });
  expect(forgotten.subagents).toHaveLength(500);
  expect(forgotten.forks.length + forgotten.forks_left_out).toBe(300);
  expect(JSON.stringify(forgotten).length).toBeLessThanOrEqual(20_000);
});

it.each([
  ["no seq", { seqs: [] }],
  ["seq 0", { seqs: [0] }],
  ["an unknown session", { session_id: "sess_none" }],
])("refuses %s", async (_what, args) => {
  const context = await openToolContext();
  const { session } = await callTool("create_session", {}, context);
  await expect(callTool("forget", { session_id: session.id, ...args }, context)).rejects.toThrow();
});
