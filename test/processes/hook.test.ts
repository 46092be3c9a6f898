// `backstory hook` as a host calls it: a new process each time, which never fails, whatever there is.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { makeSqliteFile } from "./files.ts";
import { checkout, program, type StartOptions, startProgram, testEnvironment } from "./program.ts";

interface Place {
  db: string;
  cwd: string;
}

const makePlace = (): Place => ({ db: join(makeFolder(), "test.db"), cwd: makeFolder() });

/** What a host sees of a call. */
function hook({ db, cwd }: Place, payload: object | string, args: readonly string[] = ["claude-code"]) {
  const input = typeof payload === "string" ? payload : JSON.stringify({ session_id: "a", cwd, ...payload });
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [program, "hook", ...args, "--db", db],
    {
      input,
      encoding: "utf8",
      cwd,
      env: testEnvironment(),
    },
  );
  return { status, signal, stdout, stderr };
}

test("flags may stand before it", () => {
  const { db, cwd } = makePlace();
  const input = JSON.stringify({ session_id: "a", cwd, hook_event_name: "UserPromptSubmit", prompt: "x" });
  const args = [program, "--db", db, "--log-level", "loud", "hook", "claude-code"];
  expect(spawnSync(process.execPath, args, { input, env: testEnvironment() }).status).toBe(0);
  expect(existsSync(db)).toBe(true);
});

const silent = { status: 0, signal: null, stdout: "" };

const contextOf = (stdout: string) => JSON.parse(stdout).hookSpecificOutput;

test("a session from its start to its end, and the next one that is told of it", () => {
  const place = makePlace();
  const quiet = [
    { hook_event_name: "SessionStart", source: "startup" },
    { hook_event_name: "UserPromptSubmit", prompt: "Fix the parser" },
    { hook_event_name: "Stop", last_assistant_message: "Half done." },
    { hook_event_name: "SessionEnd", reason: "prompt_input_exit" },
    { hook_event_name: "Notification", message: "…" },
  ];
  for (const payload of quiet) expect(hook(place, payload)).toEqual({ ...silent, stderr: "" });
  const started = hook(place, { session_id: "b", hook_event_name: "SessionStart", source: "startup" });
  expect(started).toMatchObject({ status: 0, stderr: "" });
  const { hookEventName, additionalContext } = contextOf(started.stdout);
  expect(hookEventName).toBe("SessionStart");
  expect(additionalContext).toMatch(
    /ended: its host[\s\S]*prompt_input_exit[\s\S]*Fix the parser[\s\S]*Half done\./,
  );
  expect(additionalContext.length).toBeLessThanOrEqual(8_000);
});

describe("never fails its host", () => {
  const prompt = { hook_event_name: "UserPromptSubmit", prompt: "a secret plan" };
  const start = { hook_event_name: "SessionStart", source: "startup" };

  test.each([
    ["no payload", ""],
    ["no JSON", "{ a secret plan"],
    ["no object", '["a secret plan"]'],
    ["no event", "{}"],
    ["NULs", "\0\0\0"],
    ["an event of nobody", '{"session_id":"a","hook_event_name":"Nobody"}'],
    ["fields of other kinds", '{"session_id":{},"hook_event_name":"Stop","cwd":7,"prompt":[]}'],
    [
      "nested deeply",
      `{"session_id":"a","hook_event_name":"Stop","x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    ],
    ["9 MB", `{"session_id":"a","hook_event_name":"Stop","x":"${"x".repeat(9e6)}"}`],
  ])("%s", (_name, payload) => {
    const place = makePlace();
    const { stderr, ...rest } = hook(place, payload);
    expect(rest).toEqual(silent);
    expect(stderr).not.toContain("secret");
  });

  test.each([
    [[]],
    [["nobody"]],
    [["claude-code", "--nothing"]],
    [["claude-code", "--db"]],
    [["--log-level", "x", "codex"]],
  ])("arguments %j", (args) => {
    expect(hook(makePlace(), prompt, args)).toMatchObject(silent);
  });

  test.each([
    [
      "a newer schema",
      (db: string) =>
        makeSqliteFile(
          db,
          "PRAGMA application_id = 0x626b7374",
          "PRAGMA user_version = 9999",
          "CREATE TABLE t (a)",
        ),
    ],
    ["another program's file", (db: string) => makeSqliteFile(db, "CREATE TABLE t (a)")],
    ["no database", (db: string) => writeFileSync(db, "a".repeat(5_000))],
    ["a folder", (db: string) => mkdirSync(db)],
  ])("%s in the database's place, and its log says so", (_name, make) => {
    const place = makePlace();
    make(place.db);
    for (const payload of [prompt, start]) expect(hook(place, payload)).toMatchObject(silent);
    const log = readFileSync(join(place.db, "..", "hook.log"), "utf8");
    expect(log.split("\n")).toHaveLength(3);
    expect(log).not.toContain("secret");
  });

  test.skipIf(process.getuid?.() === 0)("a folder that cannot be written to", () => {
    const place = makePlace();
    chmodSync(join(place.db, ".."), 0o500);
    expect(hook(place, prompt)).toMatchObject(silent);
  });

  test("a database that somebody has locked, within the time at a session's end", () => {
    const place = makePlace();
    hook(place, prompt);
    const db = new Database(place.db);
    db.exec("BEGIN IMMEDIATE");
    const began = performance.now();
    expect(hook(place, { hook_event_name: "SessionEnd", reason: "other" })).toMatchObject(silent);
    // 1.5 s is what Claude Code gives; the machine of the tests may be busy.
    expect(performance.now() - began).toBeLessThan(5_000);
    db.close();
  });

  test.each([
    ["no better-sqlite3", ["dist", "migrations", "package.json"]],
    ["half of the package", ["dist"]],
  ])("%s", (_name, parts) => {
    const folder = makeFolder();
    for (const part of parts) cpSync(join(checkout, part), join(folder, part), { recursive: true });
    const args = [join(folder, "dist", "backstory.js"), "hook", "claude-code"];
    const input = JSON.stringify({ session_id: "a", ...start });
    const { status, stdout } = spawnSync(process.execPath, args, {
      input,
      encoding: "utf8",
      env: testEnvironment(),
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  test("a payload whose pipe stays open, and a stdout that nobody reads", async () => {
    const place = makePlace();
    const child = spawn(process.execPath, [program, "hook", "claude-code", "--db", place.db], {
      env: testEnvironment(),
    });
    child.stdout.destroy();
    child.stdin.write(JSON.stringify({ session_id: "a", cwd: place.cwd, ...start }));
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(existsSync(place.db)).toBe(true);
  });
});

test("what the hook loads has no MCP in it", () => {
  const text = readFileSync(join(checkout, "dist", "hook.cjs"), "utf8");
  expect(text).not.toMatch(/modelcontextprotocol|tools\/list|commander/i);
});

describe("create_session in a server that its host names the session of", () => {
  const open = async (place: Place, env: Record<string, string>, more: StartOptions = {}) => {
    const server = startProgram({ ...place, env, ...more });
    await server.initialize();
    return server;
  };
  const linked = { CLAUDE_CODE_SESSION_ID: "a" };

  test("is the host's, whether the hook came first or comes later", async () => {
    const place = makePlace();
    const server = await open(place, linked);
    const first = (await server.call("create_session", { title: "Parser" })).result;
    expect(first).toMatchObject({
      duplicate: false,
      session: { provider: "claude-code", provider_session_id: "a" },
    });
    hook(place, { hook_event_name: "UserPromptSubmit", prompt: "Fix the parser" });
    const again = (await server.call("create_session", {})).result;
    expect(again).toMatchObject({
      duplicate: true,
      session: { id: first.session.id, event_count: 1, title: "Parser" },
    });
    expect((await server.call("list_sessions")).result.sessions).toHaveLength(1);
  });

  test("is the one that a newer start hook has named in that host's process", async () => {
    const place = makePlace();
    const server = await open(place, linked);
    hook(place, { hook_event_name: "SessionStart", source: "startup" });
    const before = (await server.call("create_session", {})).result.session;
    hook(place, { hook_event_name: "SessionEnd", reason: "clear" });
    hook(place, { session_id: "b", hook_event_name: "SessionStart", source: "clear" });
    const after = (await server.call("create_session", {})).result.session;
    expect([before.provider_session_id, after.provider_session_id]).toEqual(["a", "b"]);
  });

  test("is another one where the caller says so", async () => {
    const place = makePlace();
    const server = await open(place, linked);
    const own = (await server.call("create_session", {})).result.session;
    const others = [
      { provider_session_id: "c" },
      { provider: "codex" },
      { parent_session_id: own.id },
      { provider: "codex", provider_session_id: "a" },
    ];
    for (const args of others) {
      const { session, duplicate } = (await server.call("create_session", args)).result;
      expect(duplicate).toBe(false);
      expect(session.id).not.toBe(own.id);
    }
  });

  test("without that variable each is a new one, and CLAUDE_PROJECT_DIR says where", async () => {
    const place = makePlace();
    const project = makeFolder();
    const server = await open(place, { CLAUDE_PROJECT_DIR: project });
    const [one, two] = [await server.call("create_session", {}), await server.call("create_session", {})];
    expect(one.result.session.id).not.toBe(two.result.session.id);
    expect(one.result.session).toMatchObject({ directory: project });
    expect(one.result.session.provider_session_id).toBeUndefined();
  });
});
