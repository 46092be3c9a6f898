// What a brief says, how much of it, and what gives way first.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionFacts } from "../../src/db/facts.ts";
import type { Brief } from "../../src/resume/brief.ts";
import { toBrief } from "../../src/resume/to-brief.ts";
import { action, crashed, event, facts, run, session, sessionId, todo } from "./facts.ts";

const long = (length: number) => "word ".repeat(length / 5);

const rich = (length = 2_000): SessionFacts =>
  facts({
    runs: [crashed()],
    todos: Array.from({ length: 10 }, (_, i) => todo(`todo ${i}`, { id: `todo_${i}` })),
    firstRequest: event(1, { content: `first ${long(length)}` }),
    lastRequest: event(5, { content: `request ${long(length)}` }),
    lastAnswer: event(6, { author: "coder", content: `answer ${long(length)}` }),
    decisions: [event(4, { type: "decision", author: "coder", content: `decided ${long(length)}` })],
    unfinishedActions: [action(7), action(6)],
    lastEvents: [
      event(7, { author: "coder", actions: [action(7, { input: { path: "src/a.ts" } })] }),
      event(6, { author: "coder", content: long(length) }),
    ],
    otherCandidates: [session({ id: "sess_other", title: "Another" })],
  });

it("says how it ended first, with the evidence", () => {
  const brief = toBrief(rich(), 8_000);
  expect(Object.keys(brief)[0]).toBe("ended");
  expect(brief.ended).toMatchObject({
    state: "crashed",
    evidence: "no process has pid 4711",
    run: { pid: 4711 },
  });
});

it("tells facts as data, each with its author, origin and seq", () => {
  const brief = toBrief(rich(100), 20_000);
  const origin = "tool";
  expect(brief).toMatchObject({
    session: { id: sessionId, directory: "/home/ada/engine", git_branch: "main", state: "active" },
    last_request: { seq: 5, author: "user", origin, content: `request ${long(100)}` },
    last_answer: { seq: 6, author: "coder", origin },
    decisions: [{ seq: 4, type: "decision", author: "coder", origin }],
    unfinished_actions: [
      {
        seq: 7,
        call_id: "call_7",
        tool_name: "Bash",
        status: "running",
        input: '{"command":"npm test"}',
        author: "assistant",
      },
      { seq: 6 },
    ],
    files: [{ path: "src/a.ts", seq: 7, tool_name: "Bash", author: "coder", origin }],
    recent_events: [{ seq: 7, tool_names: ["Bash"] }, { seq: 6 }],
    other_candidates: [{ session_id: "sess_other", title: "Another" }],
    todo_counts: { total: 10, pending: 10 },
  });
  expect(brief.open_todos.map(({ content }) => content)).toEqual(rich().todos.map(({ content }) => content));
  expect(brief).not.toHaveProperty("todos_left_out.count");
  expect(brief.truncated).toBeUndefined();
});

it("shows open todos alone, in the order of the plan", () => {
  const statuses = ["completed", "in_progress", "cancelled", "pending"] as const;
  const todos = statuses.map((status, i) => todo(`${i}`, { id: `${i}`, status }));
  const { open_todos, todo_counts } = toBrief(facts({ todos }), 8_000);
  expect(open_todos.map(({ id }) => id)).toEqual(["1", "3"]);
  expect(todo_counts).toEqual({ total: 4, pending: 1, in_progress: 1, completed: 1, cancelled: 1 });
});

describe("todos beyond half of the reply", () => {
  const many = Array.from({ length: 100 }, (_, i) => todo(`todo ${i} ${long(100)}`, { id: `todo_${i}` }));

  it("are left out whole, counted, and the tool that has them named", () => {
    const brief = toBrief({ ...rich(), todos: many }, 8_000);
    const shown = brief.open_todos.length;
    expect(brief.todos_left_out).toEqual({ count: 100 - shown, tool: "get_todos" });
    expect(JSON.stringify(brief.open_todos).length).toBeGreaterThan(3_600);
    expect(JSON.stringify(brief.open_todos).length).toBeLessThanOrEqual(4_000);
    expect(brief.open_todos.map(({ content }) => content)).toEqual(
      many.slice(0, shown).map(({ content }) => content),
    );
  });

  it("do not keep the others out: each of them has its share", () => {
    const brief = toBrief({ ...rich(), todos: many }, 8_000);
    expect(brief.last_request?.content?.length).toBeGreaterThan(400);
    expect(brief.last_answer?.content?.length).toBeGreaterThan(300);
    expect(brief.unfinished_actions).toHaveLength(2);
  });

  it("are shown when they fit behind one that does not", () => {
    const todos = [todo("x".repeat(4_096), { id: "long" }), todo("short", { id: "short" })];
    const brief = toBrief(facts({ todos }), 8_000);
    expect(brief.open_todos.map(({ id }) => id)).toEqual(["short"]);
    expect(brief.todos_left_out?.count).toBe(1);
  });
});

describe("unfinished tool calls", () => {
  const written = { path: "src/auth/session.ts", content: "login\n".repeat(300) };
  const crowded = (calls: number): SessionFacts => ({
    ...rich(4_000),
    todos: Array.from({ length: 40 }, (_, i) => todo(`Step ${i}: ${"x".repeat(70)}`, { id: `todo_${i}` })),
    unfinishedActions: Array.from({ length: calls }, (_, i) =>
      action(calls - i, { toolName: "Write", title: "Write src/auth/session.ts", input: written }),
    ),
    unfinishedCount: calls,
  });

  it.each([1, 5, 12])("all %i of them are named beside long texts and a long plan", (calls) => {
    const { unfinished_actions, unfinished_left_out } = toBrief(crowded(calls), 8_000);
    const names = unfinished_actions.map(({ call_id, tool_name }) => [call_id, tool_name]);
    expect(names).toEqual(Array.from({ length: calls }, (_, i) => [`call_${calls - i}`, "Write"]));
    expect(unfinished_left_out).toBeUndefined();
  });

  it("shrink to fit before one is left out", () => {
    const { unfinished_actions } = toBrief(crowded(1), 8_000);
    expect(unfinished_actions).toMatchObject([{ truncated: true, title: "Write src/auth/session.ts" }]);
    expect(unfinished_actions[0]?.input?.length).toBeGreaterThan(100);
  });

  it("are counted where not even their names fit", () => {
    const brief = toBrief({ ...crowded(50), unfinishedCount: 70 }, 3_000);
    const shown = brief.unfinished_actions.length;
    expect(brief.unfinished_left_out).toEqual({ count: 70 - shown, tool: "get_history" });
    expect(toBrief(crowded(50), 1_000).unfinished_left_out?.count).toBeGreaterThan(45);
  });
});

it("counts the decisions that are left out", () => {
  const decisions = Array.from({ length: 20 }, (_, i) =>
    event(20 - i, { type: "decision", content: long(1_000) }),
  );
  const brief = toBrief(facts({ decisions, decisionCount: 25 }), 4_000);
  expect(brief.decisions_left_out).toEqual({ count: 25 - brief.decisions.length, tool: "get_history" });
  expect(brief.truncated).toBe(true);
});

// The order of weight: with less room the last of each goes first. A text can be cut, and so stays longer than a list.
const lists = [
  "open_todos",
  "unfinished_actions",
  "decisions",
  "files",
  "recent_events",
  "other_candidates",
] as const;
const texts = ["last_request", "last_answer", "first_request"] as const;

it.each([["lists", lists] as const, ["texts", texts] as const])(
  "gives way in a fixed order: %s",
  (_what, order) => {
    // Parts of like size, so that none comes or goes for its own length alone.
    const text = long(200);
    const full = {
      ...rich(150),
      todos: [todo(text)],
      unfinishedActions: [action(7, { input: text.slice(0, 160) })],
      lastEvents: [event(7, { type: "file_change", content: "x".repeat(220) })],
      otherCandidates: [session({ directory: "y".repeat(280) })],
    };
    const sizes = Array.from({ length: 900 }, (_, i) => 1_000 + i * 5);
    const briefs = sizes.map((maxChars) => toBrief(full, maxChars));
    const isThere = (brief: Brief, part: (typeof order)[number]) => [brief[part] ?? []].flat().length > 0;
    const neededBy = order.map(
      (part) => sizes[briefs.findIndex((brief) => isThere(brief, part))] ?? Infinity,
    );
    expect(neededBy).toEqual(neededBy.toSorted((a, b) => a - b));
    expect(new Set(neededBy).size).toBeGreaterThan(order.length / 2);
    expect(neededBy.at(-1)).toBeLessThan(6_000);
  },
);

it("cuts a long request to its share first, and gives it what is left over", () => {
  const lastRequest = event(5, { content: long(100_000) });
  const alone = toBrief(facts({ lastRequest }), 8_000).last_request?.content?.length ?? 0;
  const among = toBrief({ ...rich(100_000), lastRequest }, 8_000).last_request?.content?.length ?? 0;
  expect(alone).toBeGreaterThan(7_000);
  expect(among).toBeLessThan(3_000);
});

it("escapes what would act on a terminal or turn a text around, and says so", () => {
  const brief = toBrief(
    facts({
      session: session({ title: "\u001b]0;owned\u0007" }),
      runs: [run({ error: "\u001b[2J", status: "failed", endedAt: 1 })],
      lastRequest: event(1, { content: "evil \u202e txt\n\ttab 👩‍💻" }),
      todos: [todo("\u001b[31mred")],
      unfinishedActions: [action(1, { toolName: "\u001bTool", input: { a: "\u001b" } })],
    }),
    8_000,
  );
  expect(JSON.stringify(brief)).not.toMatch(/\\u001b(?!\w)(?<!\\\\u001b)/);
  expect(brief).toMatchObject({
    escaped: true,
    session: { title: "\\u001b]0;owned\\u0007", escaped: true },
    ended: { run: { error: "\\u001b[2J", escaped: true } },
    last_request: { content: "evil \\u202e txt\n\ttab 👩‍💻", escaped: true },
    open_todos: [{ content: "\\u001b[31mred", escaped: true }],
    unfinished_actions: [{ tool_name: "\\u001bTool", escaped: true }],
  });
});

describe("whatever the facts and the characters asked for", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3_000 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\u001b", "中", "😀", "\u202e"), maxLength: 2_000 }),
    fc.constant(long(50_000)),
  );
  const seq = fc.integer({ min: 1, max: 1e6 });
  const anEvent = fc
    .record({
      seq,
      content: fc.option(text),
      author: text,
      error: fc.option(text),
      toolName: text,
      input: text,
    })
    .map(({ seq, toolName, input, ...rest }) =>
      event(seq, { ...rest, actions: [action(seq, { toolName, input: { path: input } })] }),
    );
  const anAction = fc
    .record({ seq, toolName: text, input: fc.jsonValue(), title: fc.option(text), callId: text })
    .map(({ seq, ...rest }) => action(seq, rest as object));
  const aRun = fc
    .record({ evidence: fc.option(text), error: fc.option(text), command: fc.option(text) })
    .map((rest) => crashed(rest));
  const aSession = fc
    .record({ title: fc.option(text), directory: text, gitBranch: fc.option(text), appName: text })
    .map((rest) => session(rest));
  const someFacts: fc.Arbitrary<SessionFacts> = fc.record({
    session: aSession,
    project: fc.option(fc.record({ id: text, name: fc.option(text), directory: text })),
    runs: fc.array(aRun, { maxLength: 3 }),
    todos: fc.array(
      text.map((content) => todo(content)),
      { maxLength: 30 },
    ),
    firstRequest: fc.option(anEvent),
    lastRequest: fc.option(anEvent),
    lastAnswer: fc.option(anEvent),
    decisions: fc.array(anEvent, { maxLength: 5 }),
    decisionCount: fc.integer({ min: 5, max: 1e6 }),
    unfinishedCount: fc.integer({ min: 5, max: 1e6 }),
    unfinishedActions: fc.array(anAction, { maxLength: 5 }),
    lastEvents: fc.array(anEvent, { maxLength: 15 }),
    otherCandidates: fc.array(aSession, { maxLength: 5 }),
  });

  it("fits, names the session and the ending, and leaves no control character", () => {
    fc.assert(
      fc.property(someFacts, fc.integer({ min: 1_000, max: 60_000 }), (given, maxChars) => {
        const brief = toBrief(given, maxChars);
        const json = JSON.stringify(brief);
        expect(json.length).toBeLessThanOrEqual(maxChars);
        expect(brief.session.id).toBe(sessionId);
        expect(brief.ended.state).toBe(given.runs.length === 0 ? "unknown" : "crashed");
        expect(json).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]|(?<!\\)(?:\\\\)*\\[bfru]/);
      }),
      { numRuns: 300 },
    );
  });

  it("shows todos word for word, or counts them as left out", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 40 }),
        fc.integer({ min: 1_000, max: 20_000 }),
        (contents, maxChars) => {
          const todos = contents.map((content, i) => todo(content, { id: `${i}` }));
          const brief = toBrief(facts({ todos }), maxChars);
          for (const { id, content, escaped } of brief.open_todos) {
            if (!escaped) expect(content).toBe(contents[Number(id)]);
          }
          expect(brief.open_todos.length + (brief.todos_left_out?.count ?? 0)).toBe(todos.length);
        },
      ),
    );
  });
});
