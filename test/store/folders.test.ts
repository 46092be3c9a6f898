// Folders in a process of their own: what goes round for ever holds up nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolders } from "../../src/db/folders.ts";
import { makeFolder } from "../open-test-store.ts";

it("are made with those above them, and may be there already", () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "a"));
  makeFolders(join(folder, "a", "b", "c"), 0o700);
  makeFolders(join(folder, "a", "b", "c"));
  expect(statSync(join(folder, "a", "b")).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolders(join(folder, "file", "d"))).toThrow("ENOTDIR");
});

it.skipIf(!existsSync("/proc/self")).each([["import"], ["hook", "claude-code"]])(
  "are refused at once by `backstory %s` where there can be none",
  (...command) => {
    const program = join(import.meta.dirname, "../../src/cli/backstory.ts");
    const input = JSON.stringify({ hook_event_name: "SessionStart", session_id: "s", cwd: "/" });
    const env = { ...process.env, BACKSTORY_DB: "/proc/nowhere/y.db", HOME: makeFolder() };
    const ended = spawnSync(process.execPath, [program, ...command], { input, env, timeout: 30_000 });
    expect(ended.error).toBeUndefined();
    expect(ended.stderr.toString()).toContain("/proc/nowhere/y.db cannot be created");
    expect(ended.status).toBe(command[0] === "hook" ? 0 : 1);
  },
);
