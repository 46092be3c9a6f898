// What the tools of jobs and automations make of their arguments and of the Store's records, on a real store.
import { beforeEach, describe, expect, it } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { openTestStore } from "../open-test-store.ts";
import { callTool, openToolContext, type Result } from "./call-tool.ts";

let context: ToolContext;
let now: number;

const call = (name: string, args: object) => callTool(name, args, context);

beforeEach(async () => {
  now = Date.UTC(2026, 10, 21, 9, 30);
  context = await openToolContext({ store: await openTestStore({ now: () => now }) });
});

describe("a job", () => {
  it("goes from the queue to a worker and back with its result", async () => {
    const given = {
      prompt: "run the tests",
      directory: "/home/ada/engine",
      prompt_id: "p",
      message_id: "m",
      allowed_tools: ["Read"],
      model: "large",
      priority: -2,
      run_after: "2026-11-21T09:00:00Z",
      max_attempts: 1,
    };
    const { job, duplicate } = await call("enqueue_job", given);
    expect(duplicate).toBe(false);
    expect(job).toMatchObject({
      ...given,
      run_after: "2026-11-21T09:00:00.000Z",
      status: "pending",
      attempts: 0,
    });
    expect(job).not.toHaveProperty("session_id");
    const claimed = await call("claim_job", {});
    expect(claimed.job).toMatchObject({
      id: job.id,
      status: "processing",
      worker: "test-client",
      lease_expires_at: "2026-11-21T09:35:00.000Z",
    });
    expect(JSON.stringify(await call("list_jobs", {}))).not.toContain(claimed.lease_token);
    const held = { job_id: job.id, lease_token: claimed.lease_token };
    expect(await call("renew_job", { ...held, lease_seconds: 60 })).toMatchObject({
      job: { lease_expires_at: "2026-11-21T09:31:00.000Z" },
      cancelled: false,
    });
    const result = { passed: 12, log: ["ok"] };
    const finished = await call("finish_job", { ...held, status: "completed", result });
    expect(finished.job).toMatchObject({ status: "completed", result, ended_at: "2026-11-21T09:30:00.000Z" });
    expect(finished.job).not.toHaveProperty("lease_expires_at");
    expect(await call("claim_job", {})).toEqual({});
    expect(await call("list_jobs", { status: "completed" })).toEqual({ jobs: [finished.job] });
  });

  it("is bound to nothing unless it says so", async () => {
    const { job } = await call("enqueue_job", { prompt: "x" });
    expect(job).not.toHaveProperty("directory");
    expect(job).not.toHaveProperty("allowed_tools");
    expect(job).toMatchObject({ priority: 0, max_attempts: 3, origin: "tool", client: "test-client" });
  });

  it("tells its worker of a cancel", async () => {
    const { job } = await call("enqueue_job", { prompt: "x" });
    const { lease_token } = await call("claim_job", {});
    expect((await call("cancel_job", { job_id: job.id })).job.status).toBe("cancelled");
    expect(await call("renew_job", { job_id: job.id, lease_token })).toMatchObject({ cancelled: true });
    const late = call("finish_job", { job_id: job.id, lease_token, status: "completed" });
    await expect(late).rejects.toMatchObject({ code: "invalid_state" });
  });

  it("shows in its session", async () => {
    const { session } = await call("create_session", {});
    const shown = async () => (await call("get_session", { session_id: session.id })).session;
    const listed = async () => (await call("list_sessions", {})).sessions[0];
    expect(await shown()).toMatchObject({ is_working: false });
    expect(await shown()).not.toHaveProperty("last_job_status");
    const { job } = await call("enqueue_job", { prompt: "x", session_id: session.id });
    const { lease_token } = await call("claim_job", { session_id: session.id });
    const working = { is_working: true, current_job_id: job.id, last_job_status: "processing" };
    expect(await shown()).toMatchObject(working);
    expect(await listed()).toMatchObject(working);
    await call("finish_job", { job_id: job.id, lease_token, status: "completed" });
    expect(await shown()).toMatchObject({ is_working: false, last_job_status: "completed" });
    expect(await listed()).not.toHaveProperty("current_job_id");
  });

  it("is whole where its worker asks for all of it", async () => {
    const prompt = "x".repeat(64 * 1024);
    const { job } = await call("enqueue_job", { prompt });
    expect(job).toMatchObject({ truncated: true, truncated_fields: ["prompt"] });
    const { lease_token, ...cut } = await call("claim_job", {});
    expect(cut.job).toMatchObject({ truncated: true });
    const whole = await call("list_jobs", { job_id: job.id, max_chars: 100_000 });
    expect(whole.jobs[0].prompt).toBe(prompt);
    const result = { log: "y".repeat(1_000_000) };
    const { job: finished } = await call("finish_job", {
      job_id: job.id,
      lease_token,
      status: "failed",
      result,
    });
    expect(finished.truncated_fields).toContain("result");
    const all = await call("list_jobs", { job_id: job.id, max_chars: 1_500_000 });
    expect(all.jobs[0].result).toEqual(result);
    now += 3_600_000;
    expect((await call("claim_job", { max_chars: 1_500_000 })).job.prompt).toBe(prompt);
  });

  it("is listed within the characters there are, page by page", async () => {
    for (let i = 0; i < 100; i++) await call("enqueue_job", { prompt: `${i} ${"x".repeat(1_000)}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Result = await call("list_jobs", { limit: 50, cursor });
      expect(JSON.stringify(page).length).toBeLessThanOrEqual(20_000);
      seen.push(...page.jobs.map(({ prompt }: Result) => prompt.split(" ")[0]));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => String(99 - i)));
  });

  it.each([
    ["enqueue_job", { prompt: "" }],
    ["enqueue_job", { prompt: "x".repeat(64 * 1024 + 1) }],
    ["enqueue_job", { prompt: "x", max_attempts: 0 }],
    ["enqueue_job", { prompt: "x", max_attempts: 101 }],
    ["enqueue_job", { prompt: "x", priority: 0.5 }],
    ["enqueue_job", { prompt: "x", run_after: "tomorrow" }],
    ["enqueue_job", { prompt: "x", allowed_tools: [1] }],
    ["claim_job", { lease_seconds: 0 }],
    ["claim_job", { lease_seconds: 86_401 }],
    ["claim_job", { worker: "" }],
    ["renew_job", { job_id: "job_x" }],
    ["finish_job", { job_id: "job_x", lease_token: "x", status: "cancelled" }],
    ["finish_job", { job_id: "job_x", lease_token: "x", status: "failed", result: "x".repeat(1024 * 1024) }],
    ["list_jobs", { status: "done" }],
    ["list_jobs", { cursor: "x" }],
  ])("refuses %s %o", async (tool, args) => {
    await expect(call(tool, args)).rejects.toThrow();
  });

  it("takes times before 1970 and far ahead", async () => {
    await call("enqueue_job", { prompt: "past", run_after: "1815-12-10T00:00:00Z" });
    await call("enqueue_job", { prompt: "ahead", run_after: "9999-12-31T23:59:59Z", priority: 9 });
    expect((await call("claim_job", {})).job.prompt).toBe("past");
    expect(await call("claim_job", {})).toEqual({});
  });
});

describe("an automation", () => {
  const nightly = { name: "nightly", schedule: "0 3 * * *", prompt: "look at the logs" };

  it("says when it comes next, and enqueues a job then", async () => {
    const given = { ...nightly, time_zone: "Europe/Berlin", directory: "/home/ada/engine" };
    const { automation, next_run_at } = await call("upsert_automation", given);
    expect(automation).toMatchObject({ ...given, enabled: true, next_run_at: "2026-11-22T02:00:00.000Z" });
    expect(next_run_at).toBe(automation.next_run_at);
    expect(await call("list_jobs", {})).toEqual({ jobs: [] });
    now = Date.UTC(2026, 10, 25, 12);
    const { job } = await call("claim_job", { directory: "/home/ada/engine" });
    expect(job).toMatchObject({ automation_id: automation.id, prompt: given.prompt });
    const { automations } = await call("list_automations", { directory: "/home/ada/engine" });
    expect(automations).toMatchObject([
      {
        last_job_id: job.id,
        last_enqueued_at: "2026-11-25T12:00:00.000Z",
        next_run_at: "2026-11-26T02:00:00.000Z",
      },
    ]);
  });

  it("rests when it is disabled, and is gone when it is deleted", async () => {
    const { automation } = await call("upsert_automation", { ...nightly, enabled: false });
    expect(automation).toMatchObject({ enabled: false, time_zone: "UTC" });
    expect(automation).not.toHaveProperty("next_run_at");
    expect(await call("delete_automation", { automation_id: automation.id })).toEqual({
      deleted: automation,
    });
    expect(await call("list_automations", {})).toEqual({ automations: [] });
  });

  it.each([
    [{ schedule: "0 0 30 2 *" }, "never comes"],
    [{ schedule: "every night" }, "cannot be read"],
    [{ schedule: "* * * * * *" }, "5 parts"],
    [{ schedule: "61 * * * *" }, "minute"],
    [{ time_zone: "Mars/Base" }, '"Mars/Base" is not an IANA time zone'],
  ])("refuses %o, and says why", async (wrong, why) => {
    const refused = call("upsert_automation", { ...nightly, ...wrong });
    await expect(refused).rejects.toMatchObject({ code: "invalid_input" });
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toThrow(/[^.]\.$/);
  });

  it("is listed in pages", async () => {
    for (let i = 0; i < 5; i++) await call("upsert_automation", { ...nightly, name: `a${i}` });
    const first = await call("list_automations", { limit: 3 });
    const second = await call("list_automations", { limit: 3, cursor: first.next_cursor });
    const names = [...first.automations, ...second.automations].map(({ name }: Result) => name);
    expect(names).toEqual(["a4", "a3", "a2", "a1", "a0"]);
    expect(second).not.toHaveProperty("next_cursor");
  });
});
