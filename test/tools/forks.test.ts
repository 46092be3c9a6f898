// What the tools of forks, turns, moving actions and checkpoints make of their arguments, on a real store.
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { callTool, openToolContext } from "./call-tool.ts";

let context: ToolContext;
let sessionId: string;

const call = (name: string, args: object = {}) => callTool(name, args, context);

const addEvents = (events: object[]) => call("add_events", { session_id: sessionId, events });
const history = (args: object = {}) => call("get_history", { session_id: sessionId, ...args });

beforeEach(async () => {
  context = await openToolContext({ readGitHead: async (directory) => `head of ${directory}` });
  sessionId = (await call("create_session", {})).session.id;
});

describe("add_events", () => {
  it("takes what add_event takes, and says a seq for each", async () => {
    const event = {
      author: "planner",
      type: "tool_call",
      reasoning: "because",
      actions: [{ tool_name: "Read", input: { path: "a" }, output: "text" }],
      tokens: { input: 1 },
      created_at: "2026-11-21T10:00:00Z",
      idempotency_key: "k",
    };
    expect(await addEvents([event, { author: "user" }, event])).toEqual({
      seqs: [1, 2, 1],
      added: 2,
      duplicates: 1,
    });
    const { event: one } = await call("add_event", { session_id: sessionId, ...event, idempotency_key: "l" });
    const { event: other } = await call("get_event", { session_id: sessionId, seq: 1 });
    const { seq: _seq, actions: _actions, ...said } = one;
    expect(other).toMatchObject({ ...said, actions: [{ tool_name: "Read", status: "completed" }] });
  });

  it.each<[string, object[], RegExp]>([
    ["a missing author", [{ author: "a" }, {}], /"events",\s*1,\s*"author"/],
    ["a text too large", [{ author: "a", content: "x".repeat(1_048_577) }], /"events",\s*0,\s*"content"/],
    ["an unknown key", [{ author: "a" }, { author: "b", text: "x" }], /"text"/],
    ["no event", [], /too_small/],
    ["501 events", Array(501).fill({ author: "a" }), /has 501 items; the limit is 500/],
  ])("refuses %s, and stores nothing", async (_what, events, message) => {
    await expect(addEvents(events)).rejects.toThrow(message);
    expect((await history()).total).toBe(0);
  });
});

describe("update_action", () => {
  it("cuts what it echoes, and names the fields that get_event reads on", async () => {
    await addEvents([
      {
        author: "a",
        actions: [{ tool_name: "x" }, { tool_name: "Bash", call_id: "c", input: { a: "y".repeat(9_000) } }],
      },
    ]);
    const output = "x".repeat(1_000_000);
    const moved = await call("update_action", {
      session_id: sessionId,
      call_id: "c",
      status: "completed",
      output,
    });
    expect(JSON.stringify(moved).length).toBeLessThanOrEqual(20_000);
    expect(moved).toMatchObject({ seq: 1, truncated: true, action: { status: "completed" } });
    expect(moved.truncated_fields).toEqual(["actions.1.input", "actions.1.output"]);
    const read = await call("get_event", {
      session_id: sessionId,
      seq: 1,
      field: "actions.1.output",
      max_chars: 1_500_000,
    });
    expect(read.text).toBe(output);
  });
});

describe("fork_session", () => {
  it("shows shared events with the session that has them", async () => {
    await addEvents([{ author: "user", content: "one" }, { author: "bot" }]);
    const { session, duplicate } = await call("fork_session", { session_id: sessionId, at_seq: 1 });
    expect(duplicate).toBe(false);
    expect(session).toMatchObject({ forked_from_session_id: sessionId, forked_at_seq: 1, event_count: 1 });
    await call("add_event", { session_id: session.id, author: "bot" });
    const { events, total } = await history({ session_id: session.id });
    expect(events).toMatchObject([
      { session_id: session.id, seq: 1, content: "one", origin_session_id: sessionId },
      { session_id: session.id, seq: 2 },
    ]);
    expect(events[1]).not.toHaveProperty("origin_session_id");
    expect(total).toBe(2);
  });

  it.each([-1, 0.5, 1, "1"])("refuses to fork an empty session at %s", async (at_seq) => {
    await expect(call("fork_session", { session_id: sessionId, at_seq })).rejects.toThrow();
  });
});

describe("get_session", () => {
  it("stays within the fewest characters with all that there is", async () => {
    const session = {
      title: "t".repeat(500),
      context: "x".repeat(60_000),
      metadata: { a: "y".repeat(60_000) },
    };
    const { id } = (await call("create_session", session)).session;
    await call("start_run", { session_id: id, prompt: "p".repeat(60_000) });
    await call("add_event", { session_id: id, author: "user", turn_id: "t".repeat(500) });
    await call("update_todos", { session_id: id, todos: [{ content: "z".repeat(4_000) }] });
    for (const max_chars of [1_000, 3_000, 20_000]) {
      const result = await call("get_session", { session_id: id, max_chars });
      expect(JSON.stringify(result).length).toBeLessThanOrEqual(max_chars);
    }
  });
});

describe("get_history by turns", () => {
  it("gives each turn its state and its events, page by page", async () => {
    for (let i = 0; i < 5; i++) {
      const tokens = { input: 10, output: i };
      await addEvents([
        { author: "user", content: `${i}?`, turn_id: `t${i}`, created_at: "2026-11-21T10:00:00Z" },
        { author: "bot", content: `${i}!`, tokens, created_at: "2026-11-21T10:00:02.500Z" },
      ]);
    }
    const first = await history({ group_by: "turn", limit: 2 });
    expect(first).not.toHaveProperty("events");
    expect(first.turns[1]).toMatchObject({
      turn_id: "t1",
      state: "completed",
      first_seq: 3,
      last_seq: 4,
      event_count: 2,
      tokens: { input: 10, output: 1 },
      started_at: "2026-11-21T10:00:00.000Z",
      ended_at: "2026-11-21T10:00:02.500Z",
      duration_ms: 2_500,
      events: [{ content: "1?" }, { content: "1!" }],
    });
    const second = await history({ group_by: "turn", limit: 2, cursor: first.next_cursor });
    const third = await history({ group_by: "turn", limit: 2, cursor: second.next_cursor });
    expect([...second.turns, ...third.turns].map((turn) => turn.turn_id)).toEqual(["t2", "t3", "t4"]);
    expect(third).not.toHaveProperty("next_cursor");
    const { last_turn } = await call("get_session", { session_id: sessionId });
    const { events: _events, ...turn } = third.turns[0];
    expect(last_turn).toEqual(turn);
    await expect(history({ limit: 2, cursor: first.next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("refuses an order by time, which turns do not have", async () => {
    await expect(history({ group_by: "turn", order_by: "created_at" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("stays within its characters: fewer turns, or a part of one, which is read on by seq", async () => {
    const content = "x".repeat(3_000);
    await addEvents([
      { author: "user" },
      ...Array.from({ length: 200 }, () => ({ author: "bot", content, actions: [{ tool_name: "t" }] })),
      { author: "user", content },
      { author: "bot", content },
    ]);
    for (const max_chars of [1_000, 5_000, 20_000, 60_000]) {
      const page = await history({ group_by: "turn", max_chars });
      expect(JSON.stringify(page).length).toBeLessThanOrEqual(max_chars);
      expect(page.turns).toMatchObject([{ event_count: 201, truncated: true }]);
      const shown = page.turns[0].events.at(-1).seq;
      const rest = await history({ after_seq: shown, before_seq: page.turns[0].last_seq + 1, limit: 1 });
      expect(rest.events[0].seq).toBe(shown + 1);
      const next = await history({ group_by: "turn", max_chars, cursor: page.next_cursor });
      expect(next.turns).toMatchObject([{ first_seq: 202, event_count: 2 }]);
    }
    const { turns } = await history({ group_by: "turn", max_chars: 1_000_000, detail: "concise" });
    expect(turns[1].events[0]).toMatchObject({ content: "x".repeat(300), truncated: true });
  });
});

describe("checkpoints", () => {
  it("give back their state exactly, with the directory's commit", async () => {
    await addEvents([{ author: "user" }]);
    await call("update_todos", { session_id: sessionId, todos: [{ content: "a" }] });
    const state = JSON.parse('{"__proto__": 1, "a": ["\\ud800", null, 1.5, {"b": "漢"}]}');
    const saved = await call("save_checkpoint", { session_id: sessionId, label: "before", state });
    expect(saved.checkpoint).toMatchObject({
      seq: 1,
      todo_count: 1,
      git_head: "head of /home/ada/engine",
      label: "before",
    });
    const restored = await call("restore_checkpoint", { checkpoint_id: saved.checkpoint.id, title: "again" });
    expect(JSON.stringify(restored.state)).toBe(JSON.stringify(state));
    expect(restored).toMatchObject({
      session: { title: "again", forked_from_session_id: sessionId },
      checkpoint: saved.checkpoint,
      todos: [{ content: "a" }],
      duplicate: false,
    });
    const list = await call("list_checkpoints", { session_id: sessionId });
    expect(list).toEqual({ checkpoints: [saved.checkpoint] });
  });

  it("leave a state out that is too large for the result, and say how to read it without another fork", async () => {
    const state = { text: "x\n😀".repeat(100_000), list: [1, 2] };
    const { checkpoint } = await call("save_checkpoint", { session_id: sessionId, state });
    expect(checkpoint.state_chars).toBe(JSON.stringify(state).length);
    for (const [tool, max_chars] of [
      ["restore_checkpoint", 1_500],
      ["restore_checkpoint", 20_000],
      ["list_checkpoints", 1_000],
    ] as const) {
      const result = await call(tool, { checkpoint_id: checkpoint.id, max_chars });
      expect(JSON.stringify(result).length).toBeLessThanOrEqual(max_chars);
      expect(result).not.toHaveProperty("state");
      const [, id, enough] =
        /list_checkpoints with checkpoint_id "(\w+)" and max_chars (\d+)/.exec(result.hint) ?? [];
      const whole = await call("list_checkpoints", { checkpoint_id: id, max_chars: Number(enough) });
      expect(whole).toEqual({ checkpoints: [checkpoint], state });
    }
    const [listed] = (await call("list_checkpoints", { session_id: sessionId })).checkpoints;
    expect(listed).toEqual(checkpoint);
  });

  it("are found by their own id or by their session's", async () => {
    const { checkpoint } = await call("save_checkpoint", { session_id: sessionId, state: { a: 1 } });
    const checkpoint_id = checkpoint.id;
    const found = { checkpoints: [checkpoint], state: { a: 1 } };
    expect(await call("list_checkpoints", { checkpoint_id, session_id: sessionId })).toEqual(found);
    await expect(call("list_checkpoints", { checkpoint_id, session_id: "sess_other" })).rejects.toThrow(
      /not of session/,
    );
    await expect(call("list_checkpoints", {})).rejects.toThrow(/Neither session_id nor checkpoint_id/);
    await expect(call("list_checkpoints", { checkpoint_id: "chk_none" })).rejects.toThrow(/no checkpoint/);
    await call("delete_session", { session_id: sessionId });
    await expect(call("list_checkpoints", { checkpoint_id })).rejects.toThrow(/no session/);
  });

  it("take a state of 1 MiB, and none above", async () => {
    const save = (state: string) => call("save_checkpoint", { session_id: sessionId, state });
    const { checkpoint } = await save("x".repeat(1_048_574));
    expect(checkpoint.state_chars).toBe(1_048_576);
    const ask = { checkpoint_id: checkpoint.id, max_chars: 1_500_000 };
    expect(await call("list_checkpoints", ask)).toHaveProperty("state");
    await expect(save("x".repeat(1_048_575))).rejects.toThrow(/1,048,577 bytes/);
  });

  it("come in pages", async () => {
    for (let i = 0; i < 5; i++)
      await call("save_checkpoint", { session_id: sessionId, label: "x".repeat(500) });
    const first = await call("list_checkpoints", { session_id: sessionId, limit: 3 });
    const second = await call("list_checkpoints", { session_id: sessionId, cursor: first.next_cursor });
    expect([first.checkpoints.length, second.checkpoints.length]).toEqual([3, 2]);
    expect(second).not.toHaveProperty("next_cursor");
  });
});
