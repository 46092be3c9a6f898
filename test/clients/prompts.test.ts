// The prompts through every library: what is listed, what they say, and what they answer to wrong arguments.
import { describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "./connect.ts";

async function recordWork(client: TestClient): Promise<string> {
  const { session } = await client.result("create_session", { title: "Port the\n# parser \u001b[31m" });
  const session_id: string = session.id;
  await client.result("add_event", {
    session_id,
    author: "user",
    content: "# Fix the parser\nand \u001b[31mtest it",
  });
  await client.result("add_event", { session_id, author: "user", content: "Go on" });
  await client.result("add_event", {
    session_id,
    author: "coder",
    type: "decision",
    content: "Guard the tokenizer",
  });
  const actions = [{ tool_name: "Bash", input: { command: "npm test" }, status: "running" }];
  await client.result("add_event", { session_id, author: "coder", content: "I am at it.", actions });
  await client.result("update_todos", { session_id, todos: [{ content: "Add a test" }] });
  return session_id;
}

async function prompted(
  client: TestClient,
  name: string,
  args: Record<string, string> = {},
): Promise<string> {
  const { messages } = await client.library.getPrompt({ name, arguments: args });
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ role: "user", content: { type: "text" } });
  return messages[0]?.content.text ?? "";
}

describe.each(libraries)("$name", (library) => {
  test("lists resume, handoff and recap with their arguments", async () => {
    const { prompts } = await (await connect(library)).library.listPrompts();
    const shape = prompts.map(({ name, arguments: args = [] }) => [
      name,
      args.map((arg) => [arg.name, arg.required]),
    ]);
    expect(shape).toEqual([
      [
        "resume",
        [
          ["session_id", false],
          ["directory", false],
        ],
      ],
      ["handoff", [["session_id", true]]],
      ["recap", [["session_id", true]]],
    ]);
    for (const prompt of prompts)
      expect([prompt.title, prompt.description]).toEqual([
        expect.stringMatching(/./),
        expect.stringMatching(/./),
      ]);
  });

  test("each says what its reader needs", async () => {
    const client = await connect(library);
    const session_id = await recordWork(client);
    const common = [session_id, "Fix the parser", "Go on", "Guard the tokenizer", "I am at it."];
    const undone = ["Add a test", "npm test"];
    const resume = await prompted(client, "resume");
    for (const text of [...common, ...undone, "unknown: no run was recorded"]) expect(resume).toContain(text);
    expect(await prompted(client, "resume", { session_id, directory: "" })).toBe(resume);
    expect(await prompted(client, "resume", { directory: client.folder })).toBe(resume);
    const handoff = await prompted(client, "handoff", { session_id });
    for (const text of [...common, ...undone, "## Goal"]) expect(handoff).toContain(text);
    const recap = await prompted(client, "recap", { session_id });
    for (const text of [...common, "1 pending"]) expect(recap).toContain(text);
  });

  test("shows recalled text as a quotation, without control characters", async () => {
    const client = await connect(library);
    const text = await prompted(client, "resume", { session_id: await recordWork(client) });
    expect(text).toContain("  > # Fix the parser\n  > and \\u001b[31mtest it");
    expect(text).not.toContain("\u001b");
    expect(text.match(/^#+ .*parser/gm)).toBeNull();
  });

  test("refuses what it does not know, and says what it does", async () => {
    const { library: client } = await connect(library);
    const wrong: [string, Record<string, string>, RegExp][] = [
      ["summon", {}, /resume, handoff, recap/],
      ["handoff", {}, /session_id/],
      ["recap", { session: "x" }, /session_id/],
      ["recap", { session_id: "sess_none" }, /no session "sess_none".*list_sessions/],
      ["resume", { directory: "/nowhere" }, /nowhere.*create_session/],
    ];
    for (const [name, args, said] of wrong) {
      await expect(client.getPrompt({ name, arguments: args })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringMatching(said),
      });
    }
  });
});
