// An export to read: everything that a person would look for, and recorded text in nobody's place.
import { expect, it } from "vitest";
import { toMarkdownLines } from "../../src/cli/export-markdown.ts";
import type { PortableKind } from "../../src/db/portable.ts";
import type { JsonObject } from "../../src/db/records.ts";

const created_at = Date.UTC(2026, 10, 21);
const toMarkdown = (kind: PortableKind, record: JsonObject) =>
  toMarkdownLines({ kind, created_at, ...record });
const event = (record: JsonObject) =>
  toMarkdown("event", { seq: 2, author: "user", type: "message", ...record });

it("has a session with its todos", () => {
  const todos = [
    { status: "completed", content: "read" },
    { status: "pending", content: "write\n# soon" },
  ];
  expect(toMarkdown("session", { id: "sess_1", directory: "/x", title: "Port\nit", todos })).toBe(
    "# Port it\n\nsess_1, /x, 2026-11-21T00:00:00.000Z\n\n- [x] read\n- [ ] write # soon\n\n",
  );
});

it("has all texts of an event and of its calls", () => {
  const call = { tool_name: "Bash", status: "error", title: "the tests", input: { command: "npm test" } };
  const actions = [{ ...call, output: "2 failed", error: "exit 1" }];
  const texts = { reasoning: "first\nsecond", content: "I will.", error: "it broke" };
  expect(event({ author: "coder", type: "result", ...texts, actions })).toBe(
    `## 2. coder, result, 2026-11-21T00:00:00.000Z

Reasoning:

> first
> second

> I will.

Error:

> it broke

- Bash (error): the tests

> {
>   "command": "npm test"
> }

Output:

> 2 failed

Error:

> exit 1

`,
  );
});

it("says what was forgotten", () => {
  expect(event({ forgotten_at: 1 })).toBe("## 2. user, 2026-11-21T00:00:00.000Z\n\n(forgotten)\n\n");
});

it.each(["a\n# b", "a\r# b", "a\u2028# b", "a\n\n- b", "> a\n# b"])("quotes every line of %j", (content) => {
  const [, , ...lines] = event({ content, reasoning: content }).split(/[\n\r\u2028]/);
  for (const line of lines) expect(line).toMatch(/^(> |$|Reasoning:$)/);
});

it("leaves records of machines out", () => {
  for (const kind of ["run", "job", "automation", "project", "checkpoint"] as const)
    expect(toMarkdown(kind, { id: "x" })).toBe("");
});
