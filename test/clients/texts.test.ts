// Texts come back as they went in, whatever they are made of and however long.
import { describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "./connect.ts";

const texts = {
  chinese: "修复登录错误,然后重新运行测试。",
  "emoji joined by ZWJ": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
  "right to left": "שלום עולם \u202Eمرحبا\u202C",
  "NUL and controls": "a\0b\u0001\u001b[31m\r\n\t\u2028\u2029\u007f",
  "JSON in JSON": '{"a":"\\"\\\\n"}',
  "a byte order mark and a noncharacter": "\uFEFFx\uFFFE\uFFFF",
};

describe.each(libraries)("$name", (library) => {
  test("texts of every kind are kept to the last character", async () => {
    const client = await connect(library);
    for (const [name, text] of Object.entries(texts)) {
      const { session } = await client.result("create_session", { title: text });
      const actions = [{ tool_name: "echo", input: { [text]: text }, output: text }];
      const session_id: string = session.id;
      await client.result("add_event", { session_id, author: "user", content: text, actions, raw: text });
      await client.result("update_todos", { session_id, todos: [{ content: text }] });
      const { event } = await client.result("get_event", { session_id, seq: 1 });
      expect(event, name).toMatchObject({ content: text, raw: text, actions });
      expect(event, name).not.toHaveProperty("lossy");
      const found = await client.result("get_session", { session_id });
      expect(found, name).toMatchObject({ session: { title: text }, todos: [{ content: text }] });
    }
  });

  test("a lone surrogate is kept as U+FFFD, and said", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const session_id: string = session.id;
    await client.result("add_event", { session_id, author: "user", content: "a\uD800b" });
    const { event } = await client.result("get_event", { session_id, seq: 1 });
    expect(event).toMatchObject({ content: "a\uFFFDb", lossy: true });
  });

  test("a text of a million characters is cut in a list, and read back whole", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const session_id: string = session.id;
    const text = '0123456789abcdef\n"\\\t'.repeat(50_000);
    const added = await client.result("add_event", { session_id, author: "tool", content: text });
    expect(added.event).toMatchObject({ truncated: true, truncated_fields: ["content"] });
    const { events } = await client.result("get_history", { session_id });
    expect(events[0]).toMatchObject({ seq: 1, truncated: true, truncated_fields: ["content"] });
    expect(await readWhole(client, session_id, 400_000)).toBe(text);
  });

  test("a long text is read whole in small parts that split no pair of surrogates", async () => {
    const client = await connect(library);
    const { session } = await client.result("create_session");
    const session_id: string = session.id;
    const text = "漢🙂".repeat(3_000);
    await client.result("add_event", { session_id, author: "tool", content: text });
    expect(await readWhole(client, session_id, 1_000)).toBe(text);
  });
});

async function readWhole(client: TestClient, session_id: string, max_chars: number): Promise<string> {
  const parts: string[] = [];
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const part = await client.result("get_event", {
      session_id,
      seq: 1,
      field: "content",
      offset,
      max_chars,
    });
    expect(part).toMatchObject({ field: "content", offset });
    expect(part.text.isWellFormed()).toBe(true);
    parts.push(part.text);
    expect(part.next_offset ?? part.total_chars).toBe(parts.join("").length);
    offset = part.next_offset;
  }
  return parts.join("");
}
