// The people's commands: pages on stdout, errors on stderr, the same store as the server's.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
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

  test("--json prints what the tools give", () => {
    const json = (...args: string[]) => JSON.parse(run([...args, "--json"]).stdout);
    expect(json("resume")).toMatchObject({
      ended: { state: "crashed" },
      session: { id },
      last_request: { seq: 1 },
    });
    expect(json("list", "--limit", "1")).toMatchObject({ sessions: [{ id, event_count: 2 }] });
    expect(json("show", id)).toMatchObject({
      session: { id },
      todos: [{}],
      events: [{ seq: 2 }, { seq: 1 }],
      total: 2,
    });
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
  for (const args of [["resume"], ["show", "sess_x"]]) {
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

describe("with a secret", () => {
  const secret = ["hunter", "2"].join("");
  const content = `export DB_PASSWORD=${secret}`;

  async function add(args: string[], env: Record<string, string> = {}) {
    const server = startProgram({ db, cwd: folder, args, env });
    await server.initialize();
    const { result } = await server.call("create_session", {});
    const added = await server.call("add_event", { session_id: result.session.id, author: "user", content });
    await server.end();
    return added;
  }

  test("the server masks it, refuses it, or leaves it, as it is told", async () => {
    const masked = await add([]);
    expect(masked.result.event.content).toBe("export DB_PASSWORD=[redacted:assignment]");
    expect(masked.result.event.redactions).toEqual({ assignment: 1 });
    const refused = await add([], { BACKSTORY_REDACTION: "reject" });
    expect(refused.error).toMatchObject({ code: "invalid_input" });
    expect(refused.error.message).toBe(
      "content holds what looks like a secret (assignment): nothing was stored.",
    );
    const kept = await add(["--redaction", "off"]);
    expect(kept.result.event.content).toBe(content);
  });

  test("scrub takes out what is stored, and counts it by rule", async () => {
    await add(["--redaction", "off"]);
    const counted = run(["scrub", "--dry-run"]);
    expect(counted.stdout).toMatch(
      /^Found 1 secret, in events \(1\):\n {2}assignment 1\nNothing was changed/,
    );
    expect(run(["scrub"]).stdout).toMatch(/^Took out 1 secret, in events \(1\):\n {2}assignment 1\n/);
    expect(run(["scrub", "--compact"])).toEqual({ status: 0, stdout: "No secrets found.\n", stderr: "" });
    expect(run(["scrub", "--session", "sess_none"])).toMatchObject({ status: 1 });
  });
});
