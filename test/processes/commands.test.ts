// The people's commands: pages on stdout, errors on stderr, the same store as the server's.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { toTerminal, wantsColour } from "../../src/cli/terminal.ts";
import { makeFolder } from "../open-test-store.ts";
import { program, startProgram, testEnvironment } from "./program.ts";

let db: string;
let folder: string;

function run(args: string[], env: Record<string, string> = {}, cwd = folder) {
  const options = { encoding: "utf8", env: { ...testEnvironment(), ...env }, cwd, input: "" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, "--db", db], options);
  return { status, stdout, stderr };
}

/** A session with a run whose process has been killed behind the server's back. */
async function recordCrash(): Promise<string> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const server = startProgram({ db, cwd: folder });
  await server.initialize();
  const { result } = await server.call("create_session", { title: "Port the \u001b[31mparser" });
  const session_id: string = result.session.id;
  await server.call("add_event", { session_id, author: "user", content: "Fix it\n\u001b[2Jnow" });
  const actions = [{ tool_name: "Bash", input: { command: "npm test" }, status: "running" }];
  await server.call("add_event", { session_id, author: "coder", content: "I will.", actions });
  await server.call("update_todos", { session_id, todos: [{ content: "Add a test" }] });
  await server.call("start_run", { session_id, pid: child.pid, command: "npm" });
  await server.end();
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  return session_id;
}

beforeEach(() => {
  folder = makeFolder();
  db = join(folder, "test.db");
});

describe("with a session", () => {
  let id: string;
  beforeEach(async () => {
    id = await recordCrash();
  });

  test("resume tells where it stopped, the crash first, though no server has run since", () => {
    const { status, stdout, stderr } = run(["resume"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const text of ["crashed", id, "Fix it", "I will.", "Add a test", "npm test"])
      expect(stdout).toContain(text);
    expect(stdout.indexOf("crashed")).toBeLessThan(stdout.indexOf("Fix it"));
    expect(stdout).toContain("\\u001b[2Jnow");
    expect(stdout).not.toContain("\u001b");
    expect(run(["resume", id]).stdout).toBe(stdout);
    const elsewhere = makeFolder();
    expect(run(["resume", "--directory", folder], {}, elsewhere).stdout).toBe(stdout);
    expect(run(["resume"], { CLAUDE_PROJECT_DIR: folder }, elsewhere).stdout).toBe(stdout);
    expect(run(["resume"], {}, elsewhere)).toMatchObject({ status: 1, stdout: "" });
  });

  test("list and show print pages", () => {
    for (const args of [["list"], ["list", "--directory", "."], ["show", id], ["show", id, "--limit", "1"]]) {
      const { status, stdout, stderr } = run(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(id);
      expect(stdout).not.toContain("\u001b");
    }
    expect(run(["show", id]).stdout).toContain("Fix it");
    expect(run(["show", id, "--limit", "1"]).stdout).not.toContain("Fix it");
    expect(run(["list", "--directory", makeFolder()]).stdout).toContain("No sessions yet");
  });

  test("search finds events by their words", () => {
    const elsewhere = makeFolder();
    for (const args of [
      ["fix"],
      ["--directory", folder, "fix"],
      ["--session", id, "fix"],
      ["--all", "fix", "it"],
    ]) {
      const { status, stdout, stderr } = run(["search", ...args], {}, args.length > 1 ? elsewhere : folder);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(`${id}, event 1, `);
      expect(stdout).toContain("**Fix** it\n    \\u001b[2Jnow");
      expect(stdout).not.toContain("\u001b");
    }
    expect(run(["search", "fix"], {}, elsewhere).stdout).toContain("--all looks everywhere");
    expect(run(["search", "--author", "nobody", "fix"]).stdout).toContain("Nothing found");
    expect(run(["search", "--tool", "Bash", "npm"]).stdout).toContain("event 2");
    expect(run(["search", "the"]).stdout).toContain("no word to look for");
  });

  test("doctor checks the search index, reindex makes it anew", () => {
    const healthy = { status: 0, stdout: expect.stringContaining("all is in order"), stderr: "" };
    expect(run(["doctor"])).toEqual(healthy);
    expect(run(["reindex"])).toMatchObject({ status: 0, stderr: "" });
    expect(run(["doctor"])).toEqual(healthy);
    expect(run(["search", "fix"]).stdout).toContain(id);
    const { checks } = JSON.parse(run(["doctor", "--json"]).stdout);
    expect(checks).toContainEqual({ name: "search index", ok: true, found: expect.stringMatching(/./) });
  });

  test("a damaged index: search says so and finds all the same, doctor says how, reindex mends it", () => {
    expect(run(["search", "fix"]).stdout).not.toContain("damaged");
    const file = new Database(db);
    file.unsafeMode(true);
    file.exec("UPDATE search_a_data SET block = x'deadbeef' WHERE id > 10");
    file.close();
    expect(run(["search", "fix"]).stdout).toMatch(/damaged.*backstory doctor.*event 1, /s);
    expect(run(["doctor"])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/FAILED, search index: .*damaged.*backstory reindex/),
    });
    expect(run(["reindex"])).toMatchObject({ status: 0, stderr: "" });
    expect(run(["doctor"])).toMatchObject({ status: 0 });
    expect(run(["search", "fix"]).stdout).not.toContain("damaged");
  });

  test("--json prints what the tools give", () => {
    const json = (...args: string[]) => JSON.parse(run([...args, "--json"]).stdout);
    expect(json("resume")).toMatchObject({
      ended: { state: "crashed" },
      session: { id },
      last_request: { seq: 1 },
    });
    expect(json("list", "--limit", "1")).toMatchObject({ sessions: [{ id, event_count: 2 }] });
    expect(json("search", "--mode", "all", "fix")).toMatchObject({
      hits: [{ session_id: id, seq: 1 }],
      scope: "project",
    });
    expect(json("show", id)).toMatchObject({
      session: { id },
      todos: [{}],
      events: [{ seq: 2 }, { seq: 1 }],
      total: 2,
    });
  });

  test("search refuses what does not fit, in words", () => {
    for (const [args, said] of [
      [["--since", "yesterday"], /^search_history: since is not an ISO 8601 time/],
      [["--type", "chat"], /message.*decision/],
      [["--session", "sess_none"], /There is no session "sess_none"/],
    ] as const) {
      const { status, stdout, stderr } = run(["search", "fix", ...args]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  test("a session that is not there ends them with 1, the message and the hint", () => {
    for (const name of ["resume", "show"]) {
      const { status, stdout, stderr } = run([name, "sess_none"]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/^There is no session "sess_none"\.\n.*list_sessions.*\n$/);
    }
  });

  test("whoever has read enough may go", async () => {
    const child = spawn(process.execPath, [program, "show", id, "--db", db], { env: testEnvironment() });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    const [code] = await once(child, "close");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

test("without a database they make none, and say so", () => {
  expect(run(["list"])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("No sessions yet"),
    stderr: "",
  });
  expect(JSON.parse(run(["list", "--json"]).stdout)).toEqual({ sessions: [] });
  for (const args of [["resume"], ["show", "sess_x"], ["search", "x"], ["doctor"], ["reindex"]]) {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(db);
  }
  expect(existsSync(db)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [["show"], /session/],
  [["list", "--limit", "0"], /limit/],
  [["list", "--limit", "many"], /limit/],
  [["resume", "sess_x", "--directory", "."], /not both/],
  [["search"], /query/],
  [["search", "x", "--mode", "some"], /any.*all.*phrase/],
  [["search", "x", "--all", "--session", "sess_x"], /--session.*--all/],
])("refuses %j", (args, said) => {
  const { status, stdout, stderr } = run(args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(said);
});

test("a page has colours on a terminal whose user wants them, and the same words without", () => {
  expect(wantsColour({ isTTY: true }, {})).toBe(true);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColour({}, {})).toBe(false);
  const page = { title: "T", lead: "L", sections: [{ title: "S", items: [{ label: "l", text: "a\nb" }] }] };
  const [plain, coloured] = [toTerminal(page, false), toTerminal(page, true)];
  expect(plain).toBe("T\nL\n\nS\n  l:\n    a\n    b\n");
  expect(coloured).toContain("\u001b[1m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
});

test("marked words stand out on a terminal, and keep their marks elsewhere", () => {
  const item = { label: "l", text: "a **so**\nand **so**, 2 ** 3", isMarked: true };
  const page = { title: "T", lead: "L", sections: [{ title: "S", items: [item] }] };
  expect(toTerminal(page, false)).toContain("    a **so**\n    and **so**, 2 ** 3\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const words = [...toTerminal(page, true).matchAll(/\u001b\[33mso\u001b/g)];
  expect(words).toHaveLength(2);
});
