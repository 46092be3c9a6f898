// The people's commands: pages on stdout, errors on stderr, the same store as the server's.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { toTerminal, wantsColour } from "../../src/cli/terminal.ts";
import { makeFolder } from "../open-test-store.ts";
import { fingerprints } from "./files.ts";
import { program, startProgram, testEnvironment } from "./program.ts";

let db: string;
let folder: string;

function run(args: string[], env: Record<string, string> = {}, cwd = folder) {
  const environment = { ...testEnvironment(), ...env };
  const options = { encoding: "utf8", env: environment, cwd, input: "", maxBuffer: 1e7 } as const;
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
    expect(run(["search", "fix"], {}, elsewhere).stdout).toContain("`--all` looks everywhere");
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

  test("--json holds no character that acts on a terminal, and loses none", async () => {
    const title = "a\u009b31mb\u202ec\u007fd";
    const server = startProgram({ db, cwd: folder });
    await server.initialize();
    const { result } = await server.call("create_session", { title });
    await server.end();
    for (const args of [["list"], ["show", result.session.id]]) {
      const { stdout } = run([...args, "--json"]);
      expect(stdout).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e]/u);
      const { session, sessions } = JSON.parse(stdout);
      expect((session ?? sessions[0]).title).toBe(title);
    }
  });

  test("--json gives as many as --limit says, however long they are", async () => {
    const server = startProgram({ db, cwd: folder });
    await server.initialize();
    const event = { author: "user", content: "x" };
    for (let i = 0; i < 3; i++) {
      await server.call("add_events", { session_id: id, events: Array(300).fill(event) });
    }
    const context = "y".repeat(5_000);
    for (let i = 0; i < 210; i++) await server.call("create_session", { context });
    await server.end();
    const json = (...args: string[]) => JSON.parse(run([...args, "--json"]).stdout);
    const { events, next_cursor } = json("show", id, "--limit", "700");
    expect(events.map(({ seq }: { seq: number }) => seq)).toEqual(
      Array.from({ length: 700 }, (_, i) => 902 - i),
    );
    expect(next_cursor).toEqual(expect.any(String));
    expect(json("show", id, "--limit", "5000").events).toHaveLength(902);
    const { sessions } = json("list", "--limit", "205");
    expect(new Set(sessions.map(({ id }: { id: string }) => id)).size).toBe(205);
    expect(sessions[0].context).toBe(context);
    expect(json("list", "--limit", "5000")).not.toHaveProperty("next_cursor");
  });

  test("what a tool would refuse --json refuses, with what the tool says", () => {
    const long = "x".repeat(600);
    for (const [args, said] of [
      [["show", ""], /session_id/],
      [["resume", ""], /session_id/],
      [["list", "--directory", ""], /directory/],
      [["show", long], /session_id is 600 bytes; the limit is 512/],
    ] as const) {
      const { status, stdout, stderr } = run([...args, "--json"]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(said);
      expect(stderr.split("\n")).toHaveLength(3);
    }
  });

  test.runIf(process.platform === "linux")("a full disk behind stdout ends them with 1", () => {
    for (const args of ["list", `show ${id}`, "resume --json"]) {
      const command = `"$0" "$1" ${args} --db "$2" >/dev/full`;
      const options = { encoding: "utf8", env: testEnvironment(), cwd: folder } as const;
      const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, program, db], options);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("ENOSPC") });
    }
  });

  test("they change nothing, not the run whose crash they tell either", () => {
    const before = fingerprints(folder);
    expect(run(["resume", "--json"]).stdout).toContain('"crashed"');
    for (const args of [["resume"], ["list"], ["show", id]]) expect(run(args).status).toBe(0);
    expect(fingerprints(folder)).toEqual(before);
  });

  test("they read what a living server has just written", async () => {
    const server = startProgram({ db, cwd: folder });
    await server.initialize();
    await server.call("add_event", { session_id: id, author: "user", content: "just now" });
    for (const args of [["resume"], ["show", id]]) expect(run(args).stdout).toContain("just now");
    expect((await server.call("add_event", { session_id: id, author: "user", content: "x" })).isError).toBe(
      false,
    );
  });

  test("a file of an older schema waits for a server", () => {
    const file = new Database(db);
    file.pragma("user_version = 1");
    file.close();
    const before = fingerprints(folder);
    const { status, stdout, stderr } = run(["list"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/schema 1.*\n.*Start the server once/);
    expect(fingerprints(folder)).toEqual(before);
  });

  test("search refuses what does not fit, in words", () => {
    for (const [args, said] of [
      [["--since", "yesterday"], /option .--since <time>. .*a time with its zone/s],
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
      expect(stderr).toMatch(/^There is no session "sess_none"\.\n.*`backstory list`.*\n$/);
      expect(run([name, "\u001b[31m"]).stderr).toContain('"\\u001b[31m"');
    }
  });

  test("hints name commands, not tools", () => {
    const elsewhere = run(["resume"], {}, makeFolder());
    expect(elsewhere.stderr).toContain("`backstory import`");
    const unknown = [["show"], ["resume"], ["forget"], ["scrub", "--session"], ["search", "x", "--session"]];
    for (const args of unknown) expect(run([...args, "sess_none"]).stderr).toContain("`backstory list`");
    const said = [elsewhere, run(["forget", id, "--seq", "99"])];
    for (const { status, stderr } of said) {
      expect(status).toBe(1);
      expect(stderr).not.toMatch(/[a-z]+_[a-z]+/);
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

test("an empty file is no database yet, and stays empty", () => {
  writeFileSync(db, "");
  expect(run(["list"])).toMatchObject({ status: 0, stdout: expect.stringContaining("No sessions yet") });
  expect(run(["resume"])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("nothing has been recorded"),
  });
  expect(readdirSync(folder)).toEqual(["test.db"]);
  expect(statSync(db).size).toBe(0);
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
  const acting = "\u001b[31m\u061c";
  const everywhere = {
    title: acting,
    lead: acting,
    sections: [{ title: acting, items: [{ label: acting }, { label: acting, text: acting }] }],
  };
  expect(toTerminal(everywhere, false)).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
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
