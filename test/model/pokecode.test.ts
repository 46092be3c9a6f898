// PokéCode's provider sessions, raw messages, counters and the life of its jobs, as docs/model.md places them.
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "../tools/call-tool.ts";

const directory = "/home/ada/engine";
const start = Date.UTC(2026, 10, 21, 9);
const iso = (time: number) => new Date(time).toISOString();

let context: ToolContext;
let now: number;
let session: Result;

const call = (name: string, args: object = {}) => callTool(name, args, context);
const add = (event: object) => call("add_event", { session_id: session.id, ...event });
const get = async () => (await call("get_session", { session_id: session.id })).session;

beforeEach(async () => {
  now = start;
  context = await openToolContext({
    store: await openTestStore({ now: () => now }),
    readWorkspace: async (directory) => ({
      directory,
      projectDirectory: directory,
      exists: true,
      gitCommonDir: `${directory}/.git`,
      gitBranch: "main",
      gitRemote: "https://example.com/ada/engine.git",
    }),
  });
  const metadata = {
    claude_directory_path: "/home/ada/.claude/projects/-home-ada-engine",
    repository: "ada/engine",
    branch: "main",
    allowedTools: ["Read", "Bash"],
  };
  const given = { provider: "claude-code", title: "Engine", context: "A parser in TypeScript", directory };
  session = (await call("create_session", { ...given, metadata })).session;
});

describe("a session", () => {
  it("keeps its provider, place, name, context and metadata", async () => {
    expect(session).toMatchObject({
      provider: "claude-code",
      directory,
      title: "Engine",
      context: "A parser in TypeScript",
      metadata: {
        claude_directory_path: "/home/ada/.claude/projects/-home-ada-engine",
        repository: "ada/engine",
        branch: "main",
        allowedTools: ["Read", "Bash"],
      },
      git_branch: "main",
      state: "active",
      created_at: iso(start),
      updated_at: iso(start),
      last_accessed_at: iso(start),
    });
    const { project } = await call("get_project", { project_id: session.project_id });
    expect(project.git_remote).toBe("https://example.com/ada/engine.git");
  });

  it("is listed by provider and by state", async () => {
    const other = await call("create_session", { provider: "codex-cli" });
    const ids = async (filter: object) =>
      (await call("list_sessions", filter)).sessions.map(({ id }: Result) => id);
    expect(await ids({ provider: "claude-code" })).toEqual([session.id]);
    expect(await ids({ provider: "codex-cli" })).toEqual([other.session.id]);
    await call("update_session", { session_id: session.id, state: "inactive" });
    expect(await ids({ state: "inactive" })).toEqual([session.id]);
    expect(await ids({ state: "active" })).toEqual([other.session.id]);
  });

  it("moves to the provider session that its next message resumes", async () => {
    for (const provider_session_id of ["claude-1", "claude-2"]) {
      await add({ author: "assistant", content: "ok", metadata: { provider_session_id } });
      await call("update_session", { session_id: session.id, provider_session_id });
    }
    expect((await get()).provider_session_id).toBe("claude-2");
    const { events } = await call("get_history", { session_id: session.id });
    expect(events.map(({ metadata }: Result) => metadata.provider_session_id)).toEqual([
      "claude-1",
      "claude-2",
    ]);
  });

  it("counts its messages and their tokens", async () => {
    await add({ author: "user", content: "Fix it", tokens: { input: 12 } });
    now += 1_000;
    await add({ author: "assistant", content: "Done", tokens: { input: 900, output: 80, cache_read: 700 } });
    const { events } = await call("get_history", { session_id: session.id });
    expect(events.map(({ tokens }: Result) => tokens)).toEqual([
      { input: 12 },
      { input: 900, output: 80, cache_read: 700 },
    ]);
    const read = await get();
    expect(read).toMatchObject({ event_count: 2, updated_at: iso(start + 1_000) });
    expect(read.tokens).toMatchObject({ input: 912, output: 80, cache_read: 700 });
  });
});

describe("a message", () => {
  const raw = {
    type: "assistant",
    session_id: "claude-1",
    message: {
      id: "msg_01",
      role: "assistant",
      content: [
        { type: "text", text: "I will read it.\n" },
        { type: "tool_use", id: "toolu_01", name: "Read", input: { file_path: "a.ts", limit: 1e3 } },
      ],
      usage: { input_tokens: 4, cache_read_input_tokens: 12_000, output_tokens: 1, service_tier: null },
    },
    parent_tool_use_id: null,
  };

  it("keeps its provider's own JSON whole", async () => {
    const message = {
      author: "assistant",
      content: "I will read it.",
      actions: [{ call_id: "toolu_01", tool_name: "Read", input: { file_path: "a.ts" } }],
      raw,
      idempotency_key: "message-1",
    };
    await add(message);
    const read = await call("get_event", { session_id: session.id, seq: 1 });
    expect(read.event.raw).toEqual(raw);
    expect(await add(message)).toMatchObject({ duplicate: true, event: { seq: 1 } });
    const other = add({ ...message, content: "I will not." });
    await expect(other).rejects.toMatchObject({ code: "conflict" });
  });

  it("is read on where it is larger than a page", async () => {
    const large = { ...raw, log: "é\n".repeat(30_000) };
    await add({ author: "assistant", raw: large });
    let text = "";
    let offset: number | undefined = 0;
    while (offset !== undefined) {
      const part: Result = await call("get_event", { session_id: session.id, seq: 1, field: "raw", offset });
      text += part.text;
      offset = part.next_offset;
    }
    expect(JSON.parse(text)).toEqual(large);
    const tooLarge = add({ author: "assistant", raw: { log: "x".repeat(256 * 1024) } });
    await expect(tooLarge).rejects.toThrow("262,144");
  });

  it("has one of the five types", async () => {
    for (const author of ["user", "assistant", "system"]) await add({ author, content: author });
    for (const type of ["result", "error"]) await add({ author: "assistant", type, content: type });
    const read = async (filter: object) =>
      (await call("get_history", { session_id: session.id, ...filter })).events.map(
        ({ content }: Result) => content,
      );
    expect(await read({ types: ["message"] })).toEqual(["user", "assistant", "system"]);
    expect(await read({ types: ["message"], authors: ["system"] })).toEqual(["system"]);
    expect(await read({ types: ["result", "error"] })).toEqual(["result", "error"]);
  });

  it("goes with its session", async () => {
    await add({ author: "user", content: "hello" });
    const { job } = await call("enqueue_job", { session_id: session.id, prompt: "x" });
    expect((await call("delete_session", { session_id: session.id })).deleted).toMatchObject({ events: 1 });
    expect((await call("list_jobs", { job_id: job.id })).jobs).toHaveLength(1);
  });
});

describe("a job", () => {
  const data = { prompt: "run the tests", allowed_tools: ["Read"], message_id: "message-1", model: "large" };
  let job: Result;

  const claim = () => call("claim_job", { session_id: session.id, worker: "w" });
  const finish = (lease_token: string, end: object) =>
    call("finish_job", { job_id: job.id, lease_token, ...end });

  beforeEach(async () => {
    job = (await call("enqueue_job", { session_id: session.id, prompt_id: "prompt-1", ...data })).job;
  });

  it("goes from pending through processing to completed, and shows in its session", async () => {
    expect(job).toMatchObject({
      ...data,
      session_id: session.id,
      prompt_id: "prompt-1",
      directory,
      status: "pending",
      attempts: 0,
      max_attempts: 3,
      created_at: iso(start),
    });
    expect(job).not.toHaveProperty("started_at");
    expect(await get()).toMatchObject({ is_working: false, last_job_status: "pending" });
    now += 1_000;
    const { job: claimed, lease_token } = await claim();
    expect(claimed).toMatchObject({
      id: job.id,
      status: "processing",
      attempts: 1,
      started_at: iso(start + 1_000),
    });
    expect(await get()).toMatchObject({
      is_working: true,
      current_job_id: job.id,
      last_job_status: "processing",
    });
    now += 1_000;
    const { job: done } = await finish(lease_token, { status: "completed" });
    expect(done).toMatchObject({ status: "completed", attempts: 1, ended_at: iso(start + 2_000) });
    const read = await get();
    expect(read).toMatchObject({ is_working: false, last_job_status: "completed" });
    expect(read).not.toHaveProperty("current_job_id");
  });

  it("waits for its next attempt after a failure, until its attempts are spent", async () => {
    for (const attempts of [1, 2]) {
      const { lease_token } = await claim();
      const { job: failed } = await finish(lease_token, { status: "failed", error: `broke ${attempts}` });
      expect(failed).toMatchObject({ status: "pending", attempts, error: `broke ${attempts}` });
      expect(failed).not.toHaveProperty("ended_at");
      expect(Date.parse(failed.run_after)).toBeGreaterThan(now);
      expect(await claim()).toEqual({});
      now = Date.parse(failed.run_after);
    }
    const { lease_token } = await claim();
    const { job: failed } = await finish(lease_token, { status: "failed", error: "broke for good" });
    expect(failed).toMatchObject({
      status: "failed",
      attempts: 3,
      error: "broke for good",
      ended_at: iso(now),
    });
    expect(await get()).toMatchObject({ is_working: false, last_job_status: "failed" });
    now += 24 * 3_600_000;
    expect(await claim()).toEqual({});
  });

  it("is cancelled before or while somebody works on it", async () => {
    expect((await call("cancel_job", { job_id: job.id })).job).toMatchObject({
      status: "cancelled",
      ended_at: iso(start),
    });
    expect(await claim()).toEqual({});
    job = (await call("enqueue_job", { session_id: session.id, ...data })).job;
    const { lease_token } = await claim();
    await call("cancel_job", { job_id: job.id });
    const renewed = await call("renew_job", { job_id: job.id, lease_token });
    expect(renewed.cancelled).toBe(true);
    expect(await get()).toMatchObject({ is_working: false, last_job_status: "cancelled" });
  });

  it("is listed by session and status, newest first", async () => {
    const second = (await call("enqueue_job", { session_id: session.id, prompt: "second" })).job;
    await call("enqueue_job", { prompt: "of no session" });
    await claim();
    const ids = async (filter: object) => (await call("list_jobs", filter)).jobs.map(({ id }: Result) => id);
    expect(await ids({ session_id: session.id })).toEqual([second.id, job.id]);
    expect(await ids({ session_id: session.id, status: "processing" })).toEqual([job.id]);
    expect(await ids({ session_id: session.id, status: "pending" })).toEqual([second.id]);
  });
});
