// The command's flags and variables, and what it says when they are wrong.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { createProgram } from "../../src/cli/command.ts";
import { valueFlags } from "../../src/cli/global-flags.ts";
import { makeFolder } from "../open-test-store.ts";
import { program, startProgram, testEnvironment } from "./program.ts";

function run(args: string[], env: Record<string, string> = {}) {
  const options = { encoding: "utf8", env: { ...testEnvironment(), ...env }, input: "" } as const;
  return spawnSync(process.execPath, [program, ...args], options);
}

test("--version and --help answer on stdout", () => {
  for (const flag of ["--version", "-V"]) {
    expect(run([flag])).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  }
  const { status, stdout, stderr } = run(["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const word of ["--db", "--toolsets", "--durability", "--log-level", "BACKSTORY_DB"]) {
    expect(stdout).toContain(word);
  }
  expect(run(["help"])).toMatchObject({ status: 0, stdout, stderr: "" });
});

test.each(["list", "hook", "install"])("help on %s has the flags of every command, too", (name) => {
  for (const args of [
    [name, "--help"],
    [name, "-h"],
    ["help", name],
  ]) {
    const { status, stdout, stderr } = run(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: backstory ${name} .+--db <path>`, "s"));
  }
});

test("who reads arguments without the parser knows all flags that take a value", () => {
  const taking = createProgram().options.filter(({ required }) => required);
  expect(taking.map(({ long }) => long).toSorted()).toEqual(valueFlags.map((flag) => `--${flag}`).toSorted());
});

describe("wrong arguments end it with 1, a line on stderr and nothing on stdout", () => {
  const known = /sessions.*history.*todos.*runs/;
  test.each([
    [["--toolsets", "sessions,tools"], {}, known],
    [["--toolsets", ""], {}, known],
    [[], { BACKSTORY_TOOLSETS: "nothing" }, known],
    [["--durability", "some"], {}, /full.*normal/],
    [["--log-level", "loud"], {}, /error.*debug/],
    [["--db", ""], {}, /path/i],
    [["--db"], {}, /--db/],
    [["--dbb", "x"], {}, /--db\b/],
    [["serv"], {}, /no command "serv" \(did you mean "serve"\?\)/],
    [
      ["--db", "x.db", "serach", "hello", "--limit", "5"],
      {},
      /no command "serach" \(did you mean "search"\?\)/,
    ],
    [["\u001b[31m"], {}, /"\\u001b\[31m"/],
  ])("%j %j", (args, env, said) => {
    const { status, stdout, stderr } = run(args, env as Record<string, string>);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

test("a user whom the system does not know, as in containers, has no home and needs none", () => {
  const folder = makeFolder();
  const preload = join(folder, "preload.cjs");
  writeFileSync(
    preload,
    `require("node:os").homedir = () => { throw new Error("ENOENT"); };
     require("node:module").syncBuiltinESMExports();`,
  );
  const { XDG_CACHE_HOME: _cache, XDG_DATA_HOME: _data, ...env } = testEnvironment();
  for (const db of [join(folder, "x.db"), "~/x.db"]) {
    const args = ["--require", preload, program, "--db", db, "--version"];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env, input: "" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${packageJson.version}\n` });
  }
});

test("a working directory that has been deleted", async () => {
  const folder = makeFolder();
  const gone = join(folder, "gone");
  mkdirSync(gone);
  const server = startProgram({ db: join(folder, "test.db"), cwd: gone });
  rmdirSync(gone);
  await server.initialize();
  expect((await server.call("create_session")).result.session.directory).toBe("/");
});

describe("where the database is", () => {
  const used = async (args: string[], env: Record<string, string>) => {
    const server = startProgram({ args, env });
    await server.initialize();
    await server.call("create_session");
    await server.end();
  };

  test("a tilde is the home directory, also where no shell has put it", async () => {
    const home = makeFolder();
    await used([], { HOME: home, BACKSTORY_DB: "~/deep/my.db" });
    expect(existsSync(join(home, "deep", "my.db"))).toBe(true);
  });

  test("--db before BACKSTORY_DB", async () => {
    const folder = makeFolder();
    const [flag, variable] = [join(folder, "flag.db"), join(folder, "variable.db")];
    await used(["--db", flag], { BACKSTORY_DB: variable });
    expect([existsSync(flag), existsSync(variable)]).toEqual([true, false]);
    await used([], { BACKSTORY_DB: variable });
    expect(existsSync(variable)).toBe(true);
  });

  test.runIf(process.platform === "linux")("else in the data directory, for its owner alone", async () => {
    const HOME = makeFolder();
    await used([], { HOME, XDG_DATA_HOME: "" });
    const directory = join(HOME, ".local", "share", "backstory");
    expect(statSync(join(directory, "backstory.db")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });
});

test("--toolsets chooses, and a tool that was not chosen says how to get it", async () => {
  const server = startProgram({ db: join(makeFolder(), "test.db"), args: ["--toolsets", "todos"] });
  await server.initialize();
  const { tools } = (await server.request("tools/list")).result;
  expect(tools.map((tool: { name: string }) => tool.name)).toEqual(["update_todos", "get_todos"]);
  const { error } = await server.call("add_event");
  expect(error).toMatchObject({ code: "not_found", hint: expect.stringContaining("history") });
});

const oldNode = findOldNode();

test.skipIf(oldNode === undefined)(
  "an old Node is told, in one line (skipped where no Node below 22 is on the PATH)",
  () => {
    const { status, stdout, stderr } = spawnSync(oldNode ?? "", [program], { encoding: "utf8", input: "" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    const [, start = ""] =
      /^backstory needs Node 22 or later, and this is Node [\d.]+: start it .+, (.+)\.\n$/.exec(stderr) ?? [];
    const again = spawnSync(`${start} --version`, { shell: true, encoding: "utf8" });
    expect(again).toMatchObject({ status: 0, stdout: `${packageJson.version}\n` });
  },
);

/** The scripts of npm put our own Node first, so the whole PATH is searched. */
function findOldNode(): string | undefined {
  const directories = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((path) => !path.includes("node_modules"));
  return directories
    .map((directory) => join(directory, "node"))
    .filter((file) => existsSync(file))
    .find((file) => {
      const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
      return Number(/^v(\d+)/.exec(stdout)?.[1] ?? 22) < 22;
    });
}
