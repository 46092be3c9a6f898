// `backstory install` on the files of a home: shown, written, twice, taken away.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { configurations } from "../../src/hosts/configurations.ts";
import { makeFolder } from "../open-test-store.ts";
import { fingerprints } from "./files.ts";
import { checkout, program, startProgram, testEnvironment } from "./program.ts";

const names = configurations.map(({ name }) => name);

function run(home: string, args: readonly string[], cwd = home) {
  const env = { ...testEnvironment(), HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "install", ...args], {
    env,
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Every file below, with its bytes. */
function filesOf(folder: string): Record<string, string> {
  const folders = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const paths = [folder, ...folders.map((entry) => join(entry.parentPath, entry.name))];
  return Object.assign(
    {},
    ...paths.map((path) =>
      Object.fromEntries(Object.entries(fingerprints(path)).map(([name, hash]) => [join(path, name), hash])),
    ),
  );
}

const settings =
  '{\n  // mine\n  "model": "opus",\n  "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say"}]}]}\n}';

function makeHome(): string {
  const home = makeFolder();
  const given = {
    ".claude.json": '{"numStartups":7}',
    ".claude/settings.json": settings,
    ".codex/config.toml": 'model = "o3" # mine',
    ".gemini/settings.json": "{}",
  };
  for (const [name, text] of Object.entries(given)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
    chmodSync(join(home, name), 0o640);
  }
  return home;
}

test.each(names)(
  "%s: shown, nothing is written; written, it is there; twice is once; away, all is as before",
  (name) => {
    const home = makeHome();
    const before = filesOf(home);
    for (const scope of ["user", "project"]) {
      const shown = run(home, [name, "--scope", scope]);
      expect(shown).toMatchObject({ status: 0, stderr: "" });
      expect(shown.stdout).toContain("backstory");
      expect(filesOf(home)).toEqual(before);
      expect(run(home, [name, "--scope", scope, "--write"])).toMatchObject({ status: 0, stderr: "" });
      const written = filesOf(home);
      expect(written).not.toEqual(before);
      expect(run(home, [name, "--scope", scope, "--write"]).stdout).toMatch(/^(?:.+: is set up already\n)+$/);
      expect(filesOf(home)).toEqual(written);
      expect(run(home, [name, "--scope", scope, "--remove"])).toMatchObject({ status: 0, stderr: "" });
      expect(filesOf(home)).toEqual(before);
    }
  },
);

test("a backup, the file's mode and a link stay", () => {
  const home = makeHome();
  const elsewhere = join(makeFolder(), "mcp.json");
  writeFileSync(elsewhere, "{}");
  mkdirSync(join(home, ".cursor"));
  symlinkSync(elsewhere, join(home, ".cursor", "mcp.json"));
  run(home, ["claude-code", "--write"]);
  run(home, ["cursor", "--write"]);
  const path = join(home, ".claude", "settings.json");
  expect(readFileSync(`${path}.before-backstory`, "utf8")).toBe(settings);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(JSON.parse(readFileSync(elsewhere, "utf8")).mcpServers.backstory).toEqual({
    command: process.execPath,
    args: [program],
  });
});

test("a file that is not what it should be is named with the reason, and none is written", () => {
  const home = makeHome();
  writeFileSync(join(home, ".claude", "settings.json"), '{\n  "a": 1,,\n}');
  const before = filesOf(home);
  const { status, stdout, stderr } = run(home, ["claude-code", "--write"]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/settings\.json cannot be changed: line 2, column 10: .+\nNothing was written/);
  expect(filesOf(home)).toEqual(before);
});

test("what is shown ends with the line that writes the very same", () => {
  for (const [index, args] of [
    [],
    ["--scope", "project", "--command"],
    ["--command", "'my node' x.js"],
  ].entries()) {
    const [shown, written] = [makeFolder(), makeFolder()];
    const last =
      run(shown, ["cursor", ...args])
        .stdout.trimEnd()
        .split("\n")
        .at(-1) ?? "";
    const [, pasted = ""] = /^# (.+ --write) puts it there/.exec(last) ?? [];
    const env = { ...testEnvironment(), HOME: shown };
    expect(spawnSync(pasted, { shell: true, cwd: shown, env, encoding: "utf8" }).stderr, `${index}`).toBe("");
    run(written, ["cursor", ...args, "--write"]);
    const names = Object.keys(filesOf(written)).map((path) => relative(written, path));
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(readFileSync(join(shown, name), "utf8")).toBe(readFileSync(join(written, name), "utf8"));
  }
});

test("a package that npm installed is started by npx", () => {
  const [home, packages] = [makeFolder(), join(makeFolder(), "node_modules", "backstory")];
  mkdirSync(packages, { recursive: true });
  for (const name of ["dist", "migrations", "package.json"])
    cpSync(join(checkout, name), join(packages, name), { recursive: true });
  symlinkSync(join(checkout, "node_modules", "better-sqlite3"), join(packages, "..", "better-sqlite3"));
  const args = [join(packages, "dist", "backstory.js"), "install", "cursor", "--write"];
  spawnSync(process.execPath, args, { env: { ...testEnvironment(), HOME: home }, cwd: home });
  const { mcpServers } = JSON.parse(readFileSync(join(home, ".cursor", "mcp.json"), "utf8"));
  expect(mcpServers.backstory).toEqual({ command: "npx", args: ["-y", "backstory"] });
});

test("an unknown host is told the known ones", () => {
  const { status, stderr } = run(makeFolder(), ["emacs"]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(names.join(", ")) });
});

test("what was written starts the server and calls the hook, of this installation", async () => {
  const home = makeFolder();
  run(home, ["claude-code", "--write"]);
  const { mcpServers } = JSON.parse(readFileSync(join(home, ".claude.json"), "utf8"));
  const { command, args } = mcpServers.backstory;
  const server = startProgram({ command: [command, ...args], env: { HOME: home } });
  await server.initialize();
  expect((await server.request("tools/list")).result.tools.length).toBeGreaterThan(10);
  const { hooks } = JSON.parse(readFileSync(join(home, ".claude", "settings.json"), "utf8"));
  const input = JSON.stringify({
    session_id: "a",
    cwd: home,
    hook_event_name: "SessionStart",
    source: "startup",
  });
  const { status, stderr } = spawnSync(hooks.SessionStart[0].hooks[0].command, {
    shell: true,
    input,
    encoding: "utf8",
    env: { ...testEnvironment(home), HOME: home },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
