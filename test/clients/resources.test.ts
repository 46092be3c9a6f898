// Resources and completion through every library.
import { describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "./connect.ts";

async function createSessions(client: TestClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++)
    ids.push((await client.result("create_session", { title: `s${i}` })).session.id);
  return ids.reverse();
}

async function read(client: TestClient, uri: string): Promise<string> {
  const { contents } = await client.library.readResource({ uri });
  expect(contents).toMatchObject([{ uri, mimeType: "text/markdown" }]);
  return contents[0]?.text ?? "";
}

describe.each(libraries)("$name", (library) => {
  test("lists the templates, and nothing before there is a session", async () => {
    const { library: client } = await connect(library);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "backstory://sessions/{session_id}",
      "backstory://sessions/{session_id}/todos",
    ]);
    expect((await client.listResources()).resources).toEqual([]);
  });

  test("lists every session once, the latest first", async () => {
    const client = await connect(library);
    const ids = await createSessions(client, 53);
    const listed: { uri: string }[] = [];
    let cursor: string | undefined;
    do {
      // The newer libraries gather the pages themselves.
      const page = await client.library.listResources(cursor === undefined ? {} : { cursor });
      listed.push(...page.resources);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(listed.map(({ uri }) => uri)).toEqual(ids.map((id) => `backstory://sessions/${id}`));
    expect(listed[0]).toMatchObject({ name: ids[0], title: "s52", mimeType: "text/markdown" });
    const wrong = client.library.listResources({ cursor: "x" });
    await expect(wrong).rejects.toMatchObject({ code: -32602 });
  });

  test("completes ids of sessions for prompts and templates", async () => {
    const client = await connect(library);
    const ids = await createSessions(client, 3);
    const refs = [
      { type: "ref/prompt", name: "handoff" },
      { type: "ref/resource", uri: "backstory://sessions/{session_id}/todos" },
    ];
    for (const ref of refs) {
      const complete = async (value: string, name = "session_id") =>
        (await client.library.complete({ ref, argument: { name, value } })).completion;
      expect(await complete("")).toMatchObject({ values: ids, hasMore: false });
      expect((await complete(ids[1] ?? "")).values).toEqual([ids[1]]);
      expect((await complete("sess_none")).values).toEqual([]);
      expect((await complete("", "directory")).values).toEqual([]);
    }
    const unknown = {
      ref: { type: "ref/prompt", name: "summon" },
      argument: { name: "session_id", value: "" },
    };
    await expect(client.library.complete(unknown)).rejects.toMatchObject({ code: -32602 });
  });

  test("reads a transcript and the todos, bounded, with how to read on", async () => {
    const client = await connect(library);
    const [session_id = ""] = await createSessions(client, 1);
    const actions = [{ tool_name: "Read", input: { path: "a.ts" }, output: "text of a.ts" }];
    for (let i = 1; i <= 30; i++) {
      await client.result("add_event", {
        session_id,
        author: "coder",
        content: `event ${i} ${"x".repeat(5_000)}`,
        actions,
      });
    }
    const todos = Array.from({ length: 200 }, (_, i) => ({ content: `todo ${i} ${"y".repeat(300)}` }));
    await client.result("update_todos", { session_id, todos });
    const transcript = await read(client, `backstory://sessions/${session_id}`);
    expect(transcript.length).toBeLessThan(21_000);
    const [, first = ""] = /before_seq (\d+)/.exec(transcript) ?? [];
    for (let seq = Number(first); seq <= 30; seq++) expect(transcript).toContain(`> event ${seq} x`);
    expect(transcript).not.toContain(`> event ${Number(first) - 1} x`);
    expect(transcript).toContain("cut: get_event has the rest");
    expect(transcript).toContain('> {"path":"a.ts"}');
    const plan = await read(client, `backstory://sessions/${session_id}/todos`);
    expect(plan.length).toBeLessThan(21_000);
    expect(plan).toContain("todo 0 ");
    expect(plan).toContain("get_todos has the rest");
  });

  test("refuses a resource that is not there", async () => {
    const { library: client } = await connect(library);
    const uris = [
      "backstory://sessions/sess_none",
      "backstory://sessions/sess_none/todos",
      "backstory://sessions/",
      "backstory://sessions/a/b",
      "file:///etc/passwd",
    ];
    for (const uri of uris) {
      await expect(client.readResource({ uri }), uri).rejects.toMatchObject({
        // The newer libraries make the one of the other.
        code: expect.toBeOneOf([-32002, -32602]),
        message: expect.stringMatching(/There is no/),
      });
    }
  });
});
