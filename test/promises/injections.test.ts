// Recalled text is data: whatever it says, it stays inside its field, in every tool, prompt and resource; and what a host reads
// as ours, instructions and descriptions, never contains it.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { initializeParams, program, startProgram } from "../processes/program.ts";
import { openToolContext } from "../tools/call-tool.ts";
import { callIn } from "./call.ts";
import { callEveryTool } from "./every-tool.ts";
import { injections } from "./injections.ts";

const plain = "plain words MARK";

// Counts and sizes go with the length of a text, and so does what is cut or escaped.
const ofLength = new Set([
  "truncated",
  "truncated_fields",
  "escaped",
  "snippet",
  "terms",
  "ignored",
  "total_chars",
]);

/** The places of a result, with everything in them that is not text. */
function shape(value: unknown, key = ""): unknown {
  if (ofLength.has(key)) return undefined;
  if (Array.isArray(value)) return value.map((each) => shape(each));
  if (typeof value !== "object" || value === null) return typeof value;
  const entries = Object.entries(value).map(([name, each]) => [name, shape(each, name)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}

/** Every string of a result with the path to it. */
function* strings(value: unknown, path = ""): Generator<[path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* strings(each, `${path}.${name}`);
  }
}

async function recalled(text: string) {
  const answers = await callEveryTool(callIn(await openToolContext()), text);
  // What it finds depends on the words.
  answers.delete("search_history");
  return answers;
}

describe("tools", async () => {
  test("there are 50 texts, each of its own", () => {
    expect(new Set(injections).size).toBe(50);
  });

  test("each text is where a plain one would be, and adds no key, no item and no field", {
    timeout: 240_000,
  }, async () => {
    const expected = await recalled(plain);
    for (const text of injections) {
      for (const [name, result] of await recalled(text)) {
        expect(shape(result), `${name}: ${text}`).toEqual(shape(expected.get(name)));
        const places = [...strings(result)].filter(([, each]) => each.includes("MARK")).map(([path]) => path);
        const usual = [...strings(expected.get(name))].filter(([, each]) => each.includes("MARK"));
        expect(places, `${name}: ${text}`).toEqual(usual.map(([path]) => path));
      }
    }
  });

  test("a search gives them as snippets, with who said it beside them", async () => {
    const context = await openToolContext();
    const call = callIn(context);
    const { result } = await call("create_session");
    const session_id = result.session.id;
    await call("add_events", {
      session_id,
      events: injections.map((content) => ({ author: "user", content })),
    });
    const found = await call("search_history", { query: "MARK", scope: "session", session_id, limit: 50 });
    expect(found.result.hits.length).toBeGreaterThan(0);
    for (const hit of found.result.hits) {
      expect(hit).toMatchObject({ author: "user", origin: "tool", created_at: expect.any(String) });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those must not be there.
      expect(hit.snippet).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
    }
  });
});

describe("what a host reads as ours", () => {
  async function start(texts: readonly string[]) {
    const db = join(makeFolder(), "test.db");
    const cwd = makeFolder();
    const first = startProgram({ db, cwd });
    await first.initialize();
    const ids: string[] = [];
    for (const text of texts) {
      const { session } = (await first.call("create_session", { title: text, context: text })).result;
      ids.push(session.id);
      const actions = [{ tool_name: "t", title: text, input: { a: text }, output: text }];
      await first.call("add_event", { session_id: session.id, author: "user", content: text, actions });
      await first.call("update_todos", { session_id: session.id, todos: [{ content: text }] });
    }
    await first.end();
    const server = startProgram({ db, cwd, command: [process.execPath, program, "--toolsets", "all"] });
    const greeting = await server.request("initialize", initializeParams());
    server.send({ method: "notifications/initialized" });
    return { server, greeting, ids };
  }

  test("instructions and descriptions are the same, whatever is stored", async () => {
    const ours = async (texts: readonly string[]) => {
      const { server, greeting } = await start(texts);
      const lists = ["tools/list", "prompts/list", "resources/templates/list"];
      return [
        greeting.result,
        ...(await Promise.all(lists.map(async (list) => (await server.request(list)).result))),
      ];
    };
    const told = await ours(injections);
    expect(told).toEqual(await ours([plain]));
    expect(JSON.stringify(told)).not.toContain("MARK");
  });

  test("pages quote it: no line of a prompt or a resource begins with what was recorded", {
    timeout: 240_000,
  }, async () => {
    const { server, ids } = await start(injections);
    for (const [i, session_id] of ids.entries()) {
      const pages = await Promise.all([
        server.request("prompts/get", { name: "resume", arguments: { session_id } }),
        server.request("prompts/get", { name: "handoff", arguments: { session_id } }),
        server.request("resources/read", { uri: `backstory://sessions/${session_id}` }),
        server.request("resources/read", { uri: `backstory://sessions/${session_id}/todos` }),
      ]);
      for (const { result } of pages) {
        const texts = [...strings(result)].map(([, text]) => text).filter((text) => text.includes("\n"));
        expect(texts).not.toEqual([]);
        for (const text of texts) expectQuoted(text, injections[i] ?? "");
      }
    }
  });
});

// Ours, in a page: its title, its lead, its sections, its items, and quoted text.
const ourLines =
  /^(#{1,2} [A-Z][\w ,:'()-]*|- .*| {2}> .*|sess_\w+.*|Recorded by Backstory: .*|[A-Z][^<>]*)?$/s;

function expectQuoted(page: string, text: string): void {
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029\u0085]/).map((each) => each.trim())) {
    if (line === "") continue;
    for (const found of page.split("\n").filter((each) => each.startsWith(line))) {
      expect.fail(`"${found}" begins with what was recorded`);
    }
  }
  for (const line of page.split("\n")) expect(line).toMatch(ourLines);
}
