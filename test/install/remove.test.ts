// `backstory install --remove` gives back the bytes that were there before `--write`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { configurations } from "../../src/hosts/configurations.ts";
import { install } from "../../src/install/plan.ts";
import { makeFolder } from "../open-test-store.ts";

function run(home: string, host: string, flag: string): string {
  const program = join(import.meta.dirname, "../../src/cli/backstory.ts");
  const env = { PATH: process.env.PATH, HOME: home };
  const { status, stderr } = spawnSync(process.execPath, [program, "install", host, flag], {
    env,
    cwd: home,
    encoding: "utf8",
  });
  return `${status} ${stderr}`;
}

it.each([
  ["claude-code", ".claude/settings.json", '{\n  "hooks": {}\n}\n'],
  ["claude-code", ".claude/settings.json", '{"hooks": {"Stop": []}}'],
  ["claude-code", ".claude.json", '{ "mcpServers": { } }\n\n'],
  ["claude-code", ".claude.json", ""],
  ["cursor", ".cursor/hooks.json", "{}"],
  ["cursor", ".cursor/hooks.json", ""],
])("%s: %s as %j", (host, name, text) => {
  const home = makeFolder();
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  expect(run(home, host, "--write")).toBe("0 ");
  expect(readFileSync(path, "utf8")).toContain("backstory");
  expect(run(home, host, "--remove")).toBe("0 ");
  expect(readFileSync(path, "utf8")).toBe(text);
});

it("a key that is there twice on the way is nobody's to edit", () => {
  const [claude] = configurations.filter(({ name }) => name === "claude-code");
  const place = { scope: "user", project: "/p", home: "/h", variables: {}, platform: "linux" } as const;
  const [server] = claude?.parts(place, { command: "npx", args: [] }) ?? [];
  if (server === undefined) throw new Error("no part");
  const twice = '{"mcpServers": {}, "mcpServers": {"other": {}}}';
  expect(() => install([server], twice)).toThrow('"mcpServers" is there twice');
});
