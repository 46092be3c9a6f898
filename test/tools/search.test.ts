// search_history as an agent calls it, over the wire: what is found, where, and what the reply says of it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "../clients/connect.ts";

const [standard] = libraries;
if (standard === undefined) throw new Error("no client library");

// biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape.
type Result = any;

let client: TestClient;
let here: string;

beforeEach(async () => {
  client = await connect(standard);
  here = await createSession({ title: "Port the parser" });
});

const search = (query: string, args: object = {}): Promise<Result> =>
  client.result("search_history", { query, ...args });
const refuse = async (query: string, args: object) =>
  (await client.call("search_history", { query, ...args })).error;
const add = (session_id: string, event: object) =>
  client.result("add_event", { session_id, author: "user", ...event });
const seqs = ({ hits }: Result): number[] => hits.map((hit: Result) => hit.seq);

async function createSession(session: object): Promise<string> {
  return (await client.result("create_session", session)).session.id;
}

function folder(name: string): string {
  const path = join(client.folder, name);
  mkdirSync(path);
  return path;
}

describe("a hit", () => {
  test("says what stands where, with its neighbours, and is there as soon as it was added", async () => {
    await add(here, { content: "Good morning" });
    await add(here, { author: "coder", type: "decision", content: "Guard the tokenizer against NUL" });
    await add(here, { author: "coder", content: "Done." });
    const { hits, ...rest } = await search("why did we guard the tokenizer?");
    expect(hits[0]).toEqual({
      session_id: here,
      seq: 2,
      title: "Port the parser",
      author: "coder",
      type: "decision",
      origin: "tool",
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      snippet: "**Guard** the **tokenizer** against NUL",
      score: expect.any(Number),
      before: { seq: 1, author: "user", text: "Good morning" },
      after: { seq: 3, author: "coder", text: "Done." },
    });
    expect(rest).toEqual({
      terms: expect.arrayContaining(["guard"]),
      ignored: expect.arrayContaining(["why", "the"]),
      mode: "any",
      scope: "project",
      project_id: expect.stringMatching(/^proj_/),
      directory: expect.stringContaining(client.folder),
      unindexed: 0,
      degraded: false,
    });
  });

  test("is found by a tool's name, file, command, output and error, also one that came later", async () => {
    const input = { path: "src/db/store.ts", command: "npm run migrate" };
    await add(here, { author: "coder", actions: [{ tool_name: "Bash", call_id: "c", input }] });
    for (const query of ["src/db/store.ts", "store.ts", "npm run migrate", "bash"]) {
      expect(seqs(await search(query)), query).toEqual([1]);
    }
    expect(seqs(await search("SQLITE_CORRUPT"))).toEqual([]);
    const moved = { session_id: here, call_id: "c", status: "error", output: "SQLITE_CORRUPT: malformed" };
    await client.result("update_action", { ...moved, error: "exit code 11" });
    for (const query of ["SQLITE_CORRUPT", "sqlite corrupt", "malformed", "exit code 11"]) {
      expect(seqs(await search(query)), query).toEqual([1]);
    }
    await add(here, { author: "coder", type: "error", error: "ENOSPC: no space left" });
    expect(seqs(await search("ENOSPC"))[0]).toBe(2);
  });

  test.each([
    "mark_crashed_runs",
    "markCrashedRuns",
    "MarkCrashedRuns",
    "mark crashed runs",
    "mark-crashed-runs",
  ])("is found by the identifier spelt %s", async (query) => {
    await add(here, { content: "it calls mark_crashed_runs first" });
    await add(here, { content: "it calls markCrashedRuns first" });
    await add(here, { content: "the weather is fine" });
    expect(
      seqs(await search(query))
        .slice(0, 2)
        .toSorted(),
    ).toEqual([1, 2]);
  });

  test.each([
    ["English", "The migrations were failing on Windows", "migration failed"],
    ["German", "Die Größe der Tabelle wächst täglich", "GRÖSSE tabelle"],
    ["French", "Le café de la résumé est fermé", "cafe resume"],
    ["Chinese", "数据库迁移失败了，需要回滚", "迁移失败"],
    ["Japanese", "データベースの移行に失敗しました", "移行に失敗"],
    ["Korean", "데이터베이스 마이그레이션 실패", "마이그레이션"],
    ["Russian", "Миграция базы данных не удалась", "МИГРАЦИЯ базы"],
    ["Greek", "Η μετάβαση της βάσης απέτυχε", "μεταβαση"],
    ["Arabic", "فشلت ترقية قاعدة البيانات", "قاعدة البيانات"],
    ["Hindi", "डेटाबेस माइग्रेशन विफल हुआ", "माइग्रेशन"],
    ["mixed", "用户在 createSession 里看到 timeout 错误", "timeout 错误"],
  ])("is found in %s", async (_language, content, query) => {
    await add(here, { content: "something else altogether" });
    await add(here, { content });
    expect(seqs(await search(query))[0]).toBe(2);
  });
});

describe("modes", () => {
  beforeEach(async () => {
    await add(here, { content: "the parser reads a token" });
    await add(here, { content: "a token of the parser" });
    await add(here, { content: "the printer" });
  });

  test("any needs one word, all each, phrase in a row", async () => {
    expect(seqs(await search("parser printer nowhere")).toSorted()).toEqual([1, 2, 3]);
    expect(seqs(await search("parser printer", { mode: "all" }))).toEqual([]);
    expect(seqs(await search("token parser", { mode: "all" })).toSorted()).toEqual([1, 2]);
    expect(seqs(await search("parser reads", { mode: "phrase" }))).toEqual([1]);
    expect(await search("reads parser", { mode: "phrase" })).toMatchObject({
      hits: [],
      mode: "phrase",
      hint: expect.stringContaining('mode "any"'),
    });
  });

  test.each(["", "?!…", "the of and", "\u0000", '"', "*", "-"])(
    "%j has nothing to look for",
    async (query) => {
      const { hits, hint } = await search(query);
      expect(hits).toEqual([]);
      expect(hint).toMatch(/no word to look for/);
    },
  );

  test.each([
    "NEAR(parser token)",
    "parser AND",
    '"parser',
    "terms:parser",
    "parser*",
    "^parser",
    "(parser",
    "-parser",
    "a\ud800parser parser",
  ])("%j is words like any others", async (query) => {
    expect(seqs(await search(query))).toEqual(expect.arrayContaining([1, 2]));
  });

  test("a query that is too long is looked for by its beginning, and says so", async () => {
    for (const query of [`parser ${"x".repeat(1_000_000)}`, `parser ${"漢".repeat(300_000)}`]) {
      const reply = await search(query);
      expect(seqs(reply)).toEqual(expect.arrayContaining([1, 2]));
      expect(reply.hint).toContain("4 KiB");
      expect(reply.ignored.at(-1)).toMatch(/^.{40}…$/);
    }
    const words = Array.from({ length: 500 }, (_, index) => `word${index}`).join(" ");
    const { ignored, terms } = await search(`parser ${words.slice(0, 4_000)}`);
    expect(terms.length).toBeLessThanOrEqual(64);
    expect(ignored.length).toBeGreaterThan(0);
  });
});

describe("filters hold before the limit", () => {
  let elsewhere: string;
  beforeEach(async () => {
    elsewhere = await createSession({ directory: folder("other"), app_name: "cli", user_id: "ada" });
    const actions = [{ tool_name: "grep", input: { pattern: "needle" } }];
    await add(elsewhere, {
      author: "planner",
      type: "note",
      content: "needle",
      actions,
      created_at: "2020-05-05",
    });
    for (let i = 0; i < 30; i++) await add(elsewhere, { content: "needle needle", created_at: "2026-01-01" });
  });

  test.each([
    ["authors", { authors: ["planner", "nobody"] }],
    ["types", { types: ["note"] }],
    ["tool_name", { tool_name: "grep" }],
    ["until", { until: "2020-05-06" }],
    ["since and until", { since: "2020-05-05", until: "2020-05-05" }],
    ["all of them", { authors: ["planner"], types: ["note"], tool_name: "grep", until: "2021-01-01" }],
  ])("%s", async (_name, filters) => {
    const reply = await search("needle", { scope: "all", limit: 1, ...filters });
    expect(seqs(reply)).toEqual([1]);
    expect(reply).not.toHaveProperty("next_cursor");
  });

  test.each([
    ["app_name", { app_name: "cli" }, { app_name: "test-client" }],
    ["user_id", { user_id: "ada" }, { user_id: "bob" }],
    ["directory", { directory: "other" }, { directory: "." }],
  ])("%s of the session", async (_name, holds, fails) => {
    const args = { scope: "all", limit: 100 };
    expect((await search("needle", { ...args, ...toFilter(holds) })).hits).toHaveLength(31);
    const nothing = await search("needle", { ...args, ...toFilter(fails) });
    expect(nothing).toMatchObject({ hits: [], hint: expect.stringContaining("fewer filters") });
  });
});

/** A directory is one in the client's folder. */
function toFilter(filter: { app_name?: string; user_id?: string; directory?: string }): object {
  const { directory } = filter;
  return directory === undefined ? filter : { directory: join(client.folder, directory) };
}

describe("scope", () => {
  let there: string;
  beforeEach(async () => {
    await add(here, { content: "apples here" });
    there = await createSession({ directory: folder("there") });
    await add(there, { content: "apples there" });
  });
  const found = ({ hits }: Result) => hits.map((hit: Result) => hit.session_id).toSorted();

  test("is the server's own project, unless a directory or a session names another", async () => {
    expect(found(await search("apples"))).toEqual([here]);
    const directory = join(client.folder, "there");
    expect(found(await search("apples", { directory }))).toEqual([there]);
    const ofSession = await search("apples", { session_id: there });
    expect(found(ofSession)).toEqual([there]);
    expect(ofSession).toMatchObject({ scope: "project", directory: expect.stringMatching(/there$/) });
    expect(found(await search("apples", { session_id: there, directory: client.folder }))).toEqual([]);
  });

  test("all looks everywhere, session in one", async () => {
    const everywhere = await search("apples", { scope: "all" });
    expect(found(everywhere)).toEqual([here, there].toSorted());
    expect(everywhere.scope).toBe("all");
    const inOne = await search("apples", { scope: "session", session_id: there });
    expect(found(inOne)).toEqual([there]);
    expect(inOne).toMatchObject({ scope: "session", session_id: there });
  });

  test("an unknown directory is empty, and says how to widen", async () => {
    const reply = await search("apples", { directory: "/nowhere/at/all" });
    expect(reply).toMatchObject({ hits: [], scope: "project", directory: "/nowhere/at/all" });
    expect(reply).not.toHaveProperty("project_id");
    expect(reply.hint).toMatch(/No session has worked.*scope "all"/);
  });

  test("what contradicts itself, or is not there, is refused with what to do", async () => {
    expect(await refuse("apples", { scope: "session" })).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("session_id"),
      hint: expect.stringContaining("list_sessions"),
    });
    expect(await refuse("apples", { scope: "all", session_id: here })).toMatchObject({
      code: "invalid_input",
    });
    for (const scope of ["session", "project"]) {
      const error = await refuse("apples", { scope, session_id: "sess_none" });
      expect(error).toMatchObject({ code: "not_found" });
    }
  });

  test("a fork's has what it shares, once, and not what came after it was made", async () => {
    await add(here, { content: "pears here" });
    const { session } = await client.result("fork_session", { session_id: here, at_seq: 1 });
    await add(session.id, { content: "apples of the fork" });
    const ofFork = { scope: "session", session_id: session.id };
    const { hits: found } = await search("apples", { ...ofFork, mode: "all" });
    const hits = found.map((hit: Result) => [hit.session_id, hit.seq]);
    expect(hits).toEqual(
      expect.arrayContaining([
        [here, 1],
        [session.id, 2],
      ]),
    );
    expect(hits).toHaveLength(2);
    expect((await search("pears", ofFork)).hits).toEqual([]);
    expect((await search("apples", { mode: "all" })).hits).toHaveLength(2);
  });

  test("what was deleted is found no more", async () => {
    await client.result("delete_session", { session_id: there });
    expect(found(await search("apples", { scope: "all" }))).toEqual([here]);
  });
});

describe("pages", () => {
  async function pages(query: string, args: object, start?: string): Promise<Result[]> {
    const hits: Result[] = [];
    let cursor = start;
    do {
      const page = await search(query, { ...args, cursor });
      hits.push(...page.hits);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    return hits;
  }

  const content = (i: number) => (i % 2 ? `parser ${i}\u001b[2J` : `${'漢字 \\"\n'.repeat(200)} parser ${i}`);
  async function addMany(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, i) => ({ author: "user", content: content(i) }));
    await client.result("add_events", { session_id: here, events });
  }

  test.each([{ limit: 7 }, { limit: 100, max_chars: 1_000 }, { limit: 30, max_chars: 5_000 }])(
    "%j: to the end, each hit once, also while more is added",
    async (args) => {
      await addMany(60);
      const first = await search("parser", args);
      await addMany(3);
      const rest = await pages("parser", args, first.next_cursor);
      expect(rest.length).toBeGreaterThan(0);
      const all = [...first.hits, ...rest].map(({ seq }) => seq);
      expect(all.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    },
  );

  test.each([1_000, 20_000])("%d characters hold hostile texts, escaped", async (max_chars) => {
    const author = "\u001b]0;evil\u0007";
    const session_id = await createSession({ title: "\u202egnp.exe \u001b[31m" });
    for (let i = 0; i < 20; i++)
      await add(session_id, { author, content: `parser \u0000\u001b[2J ${"\u009b".repeat(900)}` });
    const { hits } = await search("parser", { limit: 50, max_chars });
    expect(hits.length).toBeGreaterThan(0);
    const [hit] = hits;
    expect(hit).toMatchObject({ escaped: true, author: "\\u001b]0;evil\\u0007" });
    expect(hit.title).toMatch(/^\\u202egnp/);
    expect(hit.snippet).toContain("**parser** \\u0000\\u001b[2J");
    expect(JSON.stringify(hits)).not.toMatch(/[\u007f-\u009f\u202a-\u202e]|(?<!\\)\\u00/u);
  });

  test("a cursor belongs to its query", async () => {
    await addMany(20);
    const { next_cursor: cursor } = await search("parser");
    for (const [query, args] of [
      ["token", {}],
      ["parser", { scope: "all" }],
      ["parser", { mode: "all" }],
    ] as const) {
      expect(await refuse(query, { ...args, cursor })).toMatchObject({ code: "invalid_input" });
    }
    expect(await refuse("parser", { cursor: "x" })).toMatchObject({ code: "invalid_input" });
    expect((await search("parser", { cursor, limit: 3 })).hits).toHaveLength(3);
  });

  test("grouped by session there is one hit of each, its best", async () => {
    await addMany(20);
    const other = await createSession({ title: "Other" });
    await add(other, { content: "parser parser parser" });
    await add(other, { content: `parser ${"and much else ".repeat(40)}` });
    const hits = await pages("parser", { group_by: "session", limit: 1 });
    expect(hits.map(({ session_id }) => session_id).toSorted()).toEqual([here, other].toSorted());
    expect(hits.find(({ session_id }) => session_id === other)).toMatchObject({ seq: 1 });
  });
});
