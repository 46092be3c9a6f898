// What the hooks of hosts say, in the Store: once, whether the transcript says it before, after, or never.
import { hash } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contextChars, makeContext } from "../../src/capture/context.ts";
import { type TakenCall, takeHookCall } from "../../src/capture/hook.ts";
import type { Store } from "../../src/db/store.ts";
import { loadHooks } from "../../src/hosts/hooked-hosts.ts";
import type { JsonObject } from "../../src/hosts/host.ts";
import { readWorkspace } from "../../src/workspace/workspace.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { importInto, rowsOf } from "./importing.ts";
import { lineOf, linesOf, makeHome } from "./transcripts.ts";

interface Called extends Partial<TakenCall> {
  context: string | null;
  problems: unknown[];
}

/** As the command does with a payload of that host. */
async function call(
  store: Store,
  host: string,
  payload: JsonObject,
  named: string | null = null,
): Promise<Called> {
  const hooks = await loadHooks(host);
  const said = hooks?.read(payload, named) ?? null;
  const problems: unknown[] = [];
  if (hooks === null || said === null) return { context: null, problems };
  const taken = await takeHookCall(said, {
    store,
    hooks,
    directory: "/",
    readWorkspace,
    findHost: async () => process.pid,
    signal: AbortSignal.timeout(10_000),
    now: Date.now,
    onProblem: (error) => problems.push(error),
  });
  const context = taken === null || said.start === null ? null : await makeContext(said, taken, store);
  return { ...taken, context, problems };
}

const claude = (store: Store, hook_event_name: string, rest: JsonObject = {}) =>
  call(store, "claude-code", { session_id: "a", hook_event_name, cwd: "/home/ada/engine", ...rest });

async function eventsOf(store: Store, providerSessionId = "a") {
  const { items } = await store.listSessions({ provider: "claude-code", limit: 100 });
  const session = items.find((each) => each.providerSessionId === providerSessionId);
  if (session === undefined) return { session: null, events: [] };
  const history = await store.getHistory({ sessionId: session.id, order: "asc", orderBy: "seq", limit: 500 });
  return { session, events: history.items };
}

const said = async (store: Store, id?: string) =>
  (await eventsOf(store, id)).events.map(({ author, type, content }) => `${author} ${type}: ${content}`);

test("a session as its hooks alone tell of it", async () => {
  const store = await openTestStore();
  await claude(store, "SessionStart", { source: "startup", model: "claude-x", session_title: "Engine" });
  await claude(store, "UserPromptSubmit", { prompt: "Fix the parser", prompt_id: "p1" });
  await claude(store, "Stop", { last_assistant_message: "Fixed." });
  await claude(store, "UserPromptSubmit", { prompt: "/compact" });
  await claude(store, "PostCompact", { trigger: "manual", compact_summary: "The parser was fixed." });
  await claude(store, "StopFailure", { error: "overloaded", error_details: "529" });
  const { sessionId = null } = await claude(store, "SessionEnd", { reason: "logout" });
  expect(await said(store)).toEqual([
    "user message: Fix the parser",
    "assistant message: Fixed.",
    "system compaction: The parser was fixed.",
    "assistant error: 529",
    "system status: Session ended: logout",
  ]);
  const { session, events } = await eventsOf(store);
  expect(session).toMatchObject({
    title: "Engine",
    agent: "claude-code",
    origin: "hook",
    directory: "/home/ada/engine",
  });
  expect(events[0]).toMatchObject({ turnId: "p1", origin: "hook", client: "claude-code" });
  expect(await store.latestRun(sessionId ?? "")).toMatchObject({
    status: "ended",
    endedBy: "hook",
    pid: process.pid,
    evidence: "its host ended it: logout",
  });
});

test("the same call again says nothing new; an answered prompt that comes again does", async () => {
  const store = await openTestStore();
  for (let repeat = 0; repeat < 2; repeat += 1) {
    await claude(store, "SessionStart", { source: "startup" });
    await claude(store, "UserPromptSubmit", { prompt: "continue" });
    await claude(store, "UserPromptSubmit", { prompt: "continue" });
    await claude(store, "Stop", { last_assistant_message: "Done." });
    await claude(store, "Stop", { last_assistant_message: "Done." });
  }
  expect(await said(store)).toEqual([
    "user message: continue",
    "assistant message: Done.",
    "user message: continue",
    "assistant message: Done.",
  ]);
  const { items } = await store.listRuns({ limit: 10 });
  expect(items).toHaveLength(1);
});

test("a start and an end alone leave nothing to resume", async () => {
  const store = await openTestStore();
  await claude(store, "SessionStart", { source: "startup" });
  await claude(store, "SessionEnd", { reason: "other" });
  expect((await claude(store, "SessionStart", { session_id: "b", source: "startup" })).context).toBeNull();
});

describe("with the transcript", () => {
  const a = { sessionId: "a", cwd: "/home/ada/engine" };
  const usual = async () => {
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(6, a) });
    const store = await openTestStore();
    await importInto(store, home);
    return { rows: rowsOf(store.file), said: await said(store), home, path };
  };

  /** What the hook's own door leaves, beside its run and who said it first. */
  const contentOf = ({ events = [], actions = [] }: Record<string, unknown[]>) => {
    const rows = events as Record<string, unknown>[];
    const unsaid = new Set(["id", "seq", "origin", "client"]);
    const told = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !unsaid.has(name))),
    );
    return { events: new Set(told.map((row) => JSON.stringify(row))), actions: actions.length };
  };

  test.each([0, 1, 3])(
    "that lags %i lines behind, each event is there once, as an import has it",
    async (lag) => {
      const wanted = await usual();
      const { home, path } = makeHome({ "x/a.jsonl": "" });
      const store = await openTestStore();
      const transcript_path = path("x/a.jsonl");
      const write = (from: number, to: number) => {
        for (let n = from; n < to; n += 1) appendFileSync(transcript_path, `${lineOf(n, a)}\n`);
      };
      await claude(store, "SessionStart", { source: "startup", transcript_path });
      for (const turn of [0, 1]) {
        const first = turn * 3;
        await claude(store, "UserPromptSubmit", { prompt: `line ${first} of a`, transcript_path });
        if (lag < 3) write(first, first + 3 - lag);
        await claude(store, "Stop", { last_assistant_message: `line ${first + 1} of a`, transcript_path });
        await store.stats.catchUp();
        write(lag < 3 ? first + 3 - lag : first, first + 3);
      }
      await importInto(store, home);
      expect((await said(store)).toSorted()).toEqual(wanted.said.toSorted());
      expect(contentOf(rowsOf(store.file))).toEqual(contentOf(wanted.rows));
      const { session } = await eventsOf(store);
      expect(session).toMatchObject({ eventCount: 4, tokens: { input: 20, output: 10 } });
      // Counted before the transcript said more of an event that was heard, and again behind it.
      const stats = await store.stats.get({ limit: 10 });
      await store.stats.rebuild();
      expect(stats).toEqual(await store.stats.get({ limit: 10 }));
      expect(stats).toMatchObject({ events: 4, tokens: { input: 20, output: 10 } });
    },
  );

  test("a prompt in the host's own wrapping, and an answer in pieces, are known again", async () => {
    const { path } = makeHome({ "x/a.jsonl": "" });
    const transcript_path = path("x/a.jsonl");
    const store = await openTestStore();
    await claude(store, "UserPromptSubmit", { prompt: "Fix it", transcript_path });
    appendFileSync(
      transcript_path,
      `${lineOf(0, { ...a, text: "<ide_opened_file>x.ts</ide_opened_file>\nFix it" })}\n`,
    );
    const line = JSON.parse(lineOf(1, { ...a, text: "First." }));
    appendFileSync(transcript_path, `${JSON.stringify(line)}\n`);
    line.uuid = "a-1b";
    line.message.content = [{ type: "text", text: "Second." }];
    appendFileSync(transcript_path, `${JSON.stringify(line)}\n`);
    await claude(store, "Stop", { last_assistant_message: "First.\n\nSecond.", transcript_path });
    expect(await said(store)).toEqual([
      "user message: <ide_opened_file>x.ts</ide_opened_file>\nFix it",
      "assistant message: First.",
      "assistant message: Second.",
    ]);
  });

  test("a subagent's is a session of its own, under its parent", async () => {
    const { path } = makeHome({ "x/a.jsonl": linesOf(3, a), "x/a/subagents/agent-7.jsonl": "" });
    const lines = linesOf(2, a)
      .trim()
      .split("\n")
      .map((line) => ({ ...JSON.parse(line), agentId: "7", isSidechain: true }));
    writeFileSync(
      path("x/a/subagents/agent-7.jsonl"),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const store = await openTestStore();
    await claude(store, "SubagentStop", {
      agent_id: "7",
      agent_type: "Explore",
      transcript_path: path("x/a.jsonl"),
      agent_transcript_path: path("x/a/subagents/agent-7.jsonl"),
      last_assistant_message: "line 1 of a",
    });
    const { session: child } = await eventsOf(store, "a/agent-7");
    const { session: parent } = await eventsOf(store, "a");
    expect(child).toMatchObject({ parentSessionId: parent?.id, eventCount: 2 });
    expect(await said(store, "a/agent-7")).toEqual([
      "user message: line 0 of a",
      "assistant message: line 1 of a",
    ]);
  });

  test("that is gone, of another kind or of another place is a problem in the log alone", async () => {
    const store = await openTestStore();
    for (const transcript_path of ["/nowhere/a.jsonl", "/etc/hostname", "/"]) {
      const { sessionId } = await claude(store, "UserPromptSubmit", {
        prompt: transcript_path,
        transcript_path,
      });
      expect(sessionId).toBeTruthy();
    }
    expect(await said(store)).toHaveLength(3);
  });
});

test("tasks become todos, and are completed", async () => {
  const store = await openTestStore();
  const { sessionId = null } = await claude(store, "TaskCreated", { task_id: "1", task_subject: "Read" });
  await claude(store, "TaskCreated", { task_id: "2", task_subject: "Write" });
  await claude(store, "TaskCompleted", { task_id: "1", task_subject: "Read" });
  const { todos } = await store.getTodos(sessionId ?? "");
  expect(todos.map(({ content, status }) => [content, status])).toEqual([
    ["Read", "completed"],
    ["Write", "pending"],
  ]);
});

describe("the context of a start", () => {
  test("is where another session of the directory stopped, within its bound", async () => {
    const store = await openTestStore();
    await claude(store, "UserPromptSubmit", { prompt: `Fix the parser ${"あ\u001b".repeat(20_000)}` });
    await claude(store, "Stop", { last_assistant_message: "Half done." });
    const { context } = await claude(store, "SessionStart", { session_id: "b", source: "startup" });
    expect(context?.length).toBeLessThanOrEqual(contextChars);
    expect(context).toContain("Half done.");
    expect(context).not.toContain("\u001b");
  });

  test.each(["resume", "compact"])("is of the session itself after a %s", async (source) => {
    const store = await openTestStore();
    await claude(store, "UserPromptSubmit", { prompt: "Mine" });
    await claude(store, "UserPromptSubmit", { session_id: "b", prompt: "Another's" });
    const { context } = await claude(store, "SessionStart", { source });
    expect(context).toMatch(/Last request[^#]*#\d+ user[^#]*> Mine/);
  });
});

test("what is excluded, or was deleted here, is not taken in", async () => {
  const store = await openTestStore();
  const cwd = join(makeFolder(), "secret", "deep");
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, "..", ".backstoryignore"), "");
  expect(await claude(store, "UserPromptSubmit", { prompt: "x", cwd })).toEqual({
    context: null,
    problems: [],
  });
  expect((await store.listSessions({ limit: 10 })).items).toEqual([]);

  const { sessionId } = await claude(store, "UserPromptSubmit", { prompt: "x" });
  await store.deleteSession(sessionId ?? "", false, { origin: "cli", client: null });
  expect(await claude(store, "Stop", { last_assistant_message: "y" })).toMatchObject({ sessionId: null });
  expect((await store.listSessions({ limit: 10 })).items).toEqual([]);
});

describe("the other hosts", () => {
  test.each([
    ["codex", { session_id: "a", turn_id: "t", cwd: "/x", prompt: "Hi" }, "UserPromptSubmit", null],
    [
      "gemini",
      { session_id: "a", cwd: "/x", prompt: "Hi", timestamp: "2026-11-01T10:00:00Z" },
      "BeforeAgent",
      null,
    ],
    [
      "cursor",
      { conversation_id: "a", generation_id: "t", workspace_roots: ["/x"], prompt: "Hi" },
      "beforeSubmitPrompt",
      null,
    ],
    [
      "vscode",
      { sessionId: "a", cwd: "/x", prompt: "Hi", timestamp: "2026-11-01T10:00:00Z" },
      "UserPromptSubmit",
      null,
    ],
    [
      "copilot",
      { sessionId: "a", cwd: "/x", prompt: "Hi", timestamp: 1_793_000_000_000 },
      null,
      "userPromptSubmitted",
    ],
  ])("%s: a prompt", async (host, payload, event, named) => {
    const store = await openTestStore();
    const { sessionId = null } = await call(
      store,
      host,
      event === null ? payload : { ...payload, hook_event_name: event },
      named,
    );
    const { items } = await store.getHistory({
      sessionId: sessionId ?? "",
      order: "asc",
      orderBy: "seq",
      limit: 9,
    });
    expect(items).toMatchObject([{ author: "user", content: "Hi", origin: "hook", client: host }]);
    expect(await store.getSession(sessionId ?? "")).toMatchObject({
      provider: host,
      providerSessionId: "a",
      directory: "/x",
    });
  });

  test.each([
    ["cursor", "beforeSubmitPrompt", ["/review the parser"]],
    ["vscode", "UserPromptSubmit", ["/review the parser"]],
    ["copilot", "userPromptSubmitted", ["/review the parser"]],
    // Their transcripts have it in other words.
    ["codex", "UserPromptSubmit", []],
  ])(
    "%s: a prompt that begins with a slash is kept where no transcript has it",
    async (host, named, wanted) => {
      const store = await openTestStore();
      const prompt = "/review the parser";
      const { sessionId } = await call(store, host, { session_id: "a", cwd: "/x", prompt }, named);
      const { items } = await store.getHistory({
        sessionId: sessionId ?? "",
        order: "asc",
        orderBy: "seq",
        limit: 9,
      });
      expect(items.map(({ content }) => content)).toEqual(wanted);
    },
  );

  test("gemini: a transcript that has a hash of its directory is filed where the hook runs", async () => {
    const store = await openTestStore();
    const path = join(makeFolder(), "session-1.json");
    const messages = [{ id: "1", type: "user", content: "Hi", timestamp: "2026-11-01T10:00:00Z" }];
    writeFileSync(path, JSON.stringify({ sessionId: "a", projectHash: hash("sha256", "/x"), messages }));
    const payload = { session_id: "a", cwd: "/x", transcript_path: path };
    const { sessionId } = await call(store, "gemini", payload, "AfterTool");
    expect(await store.getSession(sessionId ?? "")).toMatchObject({ directory: "/x", eventCount: 1 });
  });

  test("cursor: a tool call is recorded by its hook, once", async () => {
    const store = await openTestStore();
    const payload = {
      conversation_id: "a",
      hook_event_name: "postToolUse",
      workspace_roots: ["/x"],
      tool_name: "Shell",
      tool_input: { command: "ls" },
      tool_output: "a b",
      tool_use_id: "t1",
    };
    await call(store, "cursor", payload);
    const { sessionId = null } = await call(store, "cursor", payload);
    const { items } = await store.getHistory({
      sessionId: sessionId ?? "",
      order: "asc",
      orderBy: "seq",
      limit: 9,
    });
    expect(items).toMatchObject([
      { type: "tool_call", actions: [{ toolName: "Shell", status: "completed", output: "a b" }] },
    ]);
  });
});

test.each([
  [{ error_message: "no such file", failure_type: "error" }, "no such file"],
  [{ error_message: "after 30 s", failure_type: "timeout" }, "timeout: after 30 s"],
  [{ failure_type: "permission_denied" }, "permission_denied"],
  [{ error: { message: "gone" } }, "gone"],
  [{}, "failed"],
])("cursor: a tool call that failed with %j", async (failure, error) => {
  const store = await openTestStore();
  const payload = { conversation_id: "a", workspace_roots: ["/x"], tool_name: "Read", tool_use_id: "t1" };
  const { sessionId } = await call(store, "cursor", { ...payload, ...failure }, "postToolUseFailure");
  const about = { sessionId: sessionId ?? "", order: "asc", orderBy: "seq", limit: 9 } as const;
  const { items } = await store.getHistory(about);
  expect(items).toMatchObject([{ actions: [{ toolName: "Read", status: "error", error }] }]);
});

test("an event that says nothing to us, and a payload without a session, are left", async () => {
  const store = await openTestStore();
  for (const hook_event_name of ["Notification", "constructor", "__proto__", ""]) {
    expect(await claude(store, hook_event_name)).toEqual({ context: null, problems: [] });
  }
  expect(await call(store, "claude-code", { hook_event_name: "Stop" })).toEqual({
    context: null,
    problems: [],
  });
});
