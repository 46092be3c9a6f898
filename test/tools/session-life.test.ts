// What update_session, delete_session and list_audit make of their arguments and of the Store's records.
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { callTool, openToolContext, type Result } from "./call-tool.ts";

let context: ToolContext;
let sessionId: string;

const call = (name: string, args: object) => callTool(name, args, context);

beforeEach(async () => {
  context = await openToolContext();
  sessionId = (await call("create_session", { title: "first" })).session.id;
});

const update = (patch: object) => call("update_session", { session_id: sessionId, ...patch });

describe("update_session", () => {
  it("sets, clears and leaves", async () => {
    await update({ agent: "planner", context: "mills", metadata: { a: 1, b: 2 } });
    const { session } = await update({
      title: null,
      state: "archived",
      provider_session_id: "abc",
      metadata: { a: null, c: 3 },
    });
    expect(session).toMatchObject({
      state: "archived",
      agent: "planner",
      context: "mills",
      provider_session_id: "abc",
      metadata: { b: 2, c: 3 },
    });
    expect(session).not.toHaveProperty("title");
    expect((await call("get_session", { session_id: sessionId })).session).toEqual(session);
    expect(await update({})).toEqual({ session });
    expect((await update({ metadata: null })).session).not.toHaveProperty("metadata");
  });

  it.each([
    ["an unknown state", { state: "deleted" }],
    ["no state", { state: null }],
    ["an empty agent", { agent: "" }],
    ["a title of 513 bytes", { title: "x".repeat(513) }],
    ["context of 64 KiB and a byte", { context: "x".repeat(65_537) }],
    ["metadata as a list", { metadata: [] }],
    ["metadata 65 levels deep", { metadata: { a: JSON.parse("[".repeat(64) + "]".repeat(64)) } }],
    ["another parent", { parent_session_id: "sess_x" }],
  ])("refuses %s, and changes nothing", async (_what, patch) => {
    const before = await call("get_session", { session_id: sessionId });
    await expect(update({ title: "other", ...patch })).rejects.toThrow();
    expect(await call("get_session", { session_id: sessionId })).toEqual(before);
  });

  it("echoes no more than fits", async () => {
    const result = await update({ context: "x".repeat(60_000) });
    expect(result.session).toMatchObject({ truncated: true, truncated_fields: ["context"] });
  });
});

describe("delete_session", () => {
  it("says how much went, and is not_found from then on", async () => {
    await call("add_event", { session_id: sessionId, author: "user", actions: [{ tool_name: "t" }] });
    await call("update_todos", { session_id: sessionId, todos: [{ content: "x" }] });
    expect(await call("delete_session", { session_id: sessionId })).toEqual({
      deleted: { sessions: 1, events: 1, actions: 1, todos: 1, checkpoints: 0, ids: [sessionId] },
    });
    for (const name of ["delete_session", "get_session", "get_history", "get_todos", "update_session"]) {
      await expect(call(name, { session_id: sessionId })).rejects.toMatchObject({ code: "not_found" });
    }
    const event = call("get_event", { session_id: sessionId, seq: 1 });
    await expect(event).rejects.toMatchObject({ code: "not_found" });
  });

  it("keeps to its budget, however many go with it", async () => {
    for (let i = 0; i < 700; i++) await call("create_session", { parent_session_id: sessionId });
    const refused = call("delete_session", { session_id: sessionId });
    await expect(refused).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/680 more/),
    });
    const result = await call("delete_session", { session_id: sessionId, cascade: true });
    expect(result).toMatchObject({ deleted: { sessions: 701 }, truncated: true });
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(20_000);
    expect((await call("list_sessions", {})).sessions).toEqual([]);
  });
});

describe("list_audit", () => {
  it("pages through what was done, and still names what is gone", async () => {
    for (let i = 0; i < 5; i++) await update({ title: `secret ${i}` });
    await call("delete_session", { session_id: sessionId });
    const seen: Result[] = [];
    let cursor: string | undefined;
    do {
      const page: Result = await call("list_audit", { session_id: sessionId, limit: 4, cursor });
      seen.push(...page.entries);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen.map(({ tool }) => tool)).toEqual(["delete_session", ...Array(5).fill("update_session")]);
    expect(seen[1]).toMatchObject({ client: "test-client", origin: "tool", details: { fields: ["title"] } });
    expect(JSON.stringify(seen)).not.toContain("secret");
    expect((await call("list_audit", { tool: "delete_run" })).entries).toEqual([]);
    expect((await call("list_audit", { since: "2100-01-01" })).entries).toEqual([]);
  });

  it("refuses a cursor of another query", async () => {
    for (let i = 0; i < 3; i++) await update({ title: `${i}` });
    const { next_cursor } = await call("list_audit", { limit: 1 });
    const wrong = call("list_audit", { limit: 1, cursor: next_cursor, tool: "update_session" });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
  });
});
