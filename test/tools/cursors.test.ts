// A cursor is good for the list that gave it, and for no other.
import { expect, test } from "vitest";
import { callTool, openToolContext, type Result } from "./call-tool.ts";

test("every list refuses the cursor of another, and takes its own", async () => {
  const context = await openToolContext();
  const call = (tool: string, args: object): Promise<Result> => callTool(tool, args, context);
  const { session } = await call("create_session", {});
  const session_id: string = session.id;
  await call("update_todos", { session_id, todos: Array(40).fill({ content: "x".repeat(100) }) });
  for (const each of ["one", "two"]) {
    await call("create_session", { directory: `/${each}` });
    await call("add_event", { session_id, author: "user", content: each, turn_id: each });
    await call("start_run", { session_id, directory: `/${each}`, pid: 42 });
    await call("save_checkpoint", { session_id });
    await call("enqueue_job", { session_id, prompt: each });
    await call("upsert_automation", { name: each, schedule: "@daily", prompt: each });
    await call("upsert_project", { directory: `/${each}` });
    await call("update_session", { session_id, title: each });
  }
  const lists: [tool: string, args: object][] = [
    ["list_sessions", { limit: 1 }],
    ["list_runs", { limit: 1 }],
    ["list_jobs", { limit: 1 }],
    ["list_automations", { limit: 1 }],
    ["list_projects", { limit: 1 }],
    ["list_audit", { limit: 1 }],
    ["list_checkpoints", { session_id, limit: 1 }],
    ["get_history", { session_id, limit: 1 }],
    ["get_history", { session_id, limit: 1, group_by: "turn" }],
    ["get_todos", { session_id, max_chars: 1_000 }],
  ];
  for (const from of lists) {
    const cursor = (await call(...from)).next_cursor;
    expect(cursor, from[0]).toEqual(expect.any(String));
    for (const to of lists) {
      const answer = call(to[0], { ...to[1], cursor });
      if (to === from) await answer;
      else await expect(answer, `${from[0]} to ${to[0]}`).rejects.toMatchObject({ code: "invalid_input" });
    }
  }
});
