import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findHostProcess, isLauncher, walkToHost } from "../../src/liveness/ancestry.ts";
import type { Ancestor } from "../../src/liveness/facts.ts";
import { onLinux, started } from "./processes.ts";

test.each([
  [["/bin/sh", "-c", "backstory"]],
  [["-zsh"]],
  [["busybox", "sh"]],
  [["npm exec backstory"]],
  [["npm exec @scope/backstory --toolsets all"]],
  [["node", "/usr/lib/node_modules/npm/bin/npx-cli.js", "-y", "backstory"]],
  [["node", "--no-warnings", "/usr/local/bin/npx", "backstory"]],
  [["/usr/bin/node", "/root/.cache/node/corepack/v1/pnpm/9.1.0/bin/pnpm.cjs", "dlx", "backstory"]],
  [["node", "/app/.yarn/releases/yarn-4.1.0.cjs", "dlx", "backstory"]],
  [["bun", "x", "backstory"]],
  [["/bin/zsh -c npx backstory"]],
  [["node /opt/homebrew/bin/npx backstory"]],
  [
    [
      '"C:\\Program Files\\nodejs\\node.exe"  "C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js" backstory',
    ],
  ],
  [["C:\\WINDOWS\\system32\\cmd.exe /d /s /c npx.cmd backstory"]],
])("a launcher: %j", (command) => {
  expect(isLauncher(command)).toBe(true);
});

test.each([
  [["claude"]],
  [["node", "/usr/local/bin/claude"]],
  [["node", "/home/me/npm/agent.js"]],
  [["bun", "run", "agent.ts"]],
  [
    [
      "/Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)",
    ],
  ],
  [['"C:\\Users\\me\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe" --type=utility']],
  [["/usr/sbin/sshd", "-D"]],
  [[""]],
  [[]],
])("a host: %j", (command) => {
  expect(isLauncher(command)).toBe(false);
});

describe("the walk", () => {
  const chain = (entries: Record<number, Ancestor>) => async (pid: number) => entries[pid] ?? null;
  const shell = (parentPid: number) => ({ parentPid, command: ["sh", "-c", "backstory"] });
  const npx = (parentPid: number) => ({ parentPid, command: ["npm exec backstory"] });
  const host = (parentPid: number) => ({ parentPid, command: ["claude"] });

  test("passes npx and the shell", async () => {
    expect(await walkToHost(30, chain({ 30: shell(20), 20: npx(10), 10: host(5) }))).toBe(10);
  });
  test("stops at a direct parent that is the host", async () => {
    expect(await walkToHost(10, chain({ 10: host(5), 5: host(1) }))).toBe(10);
  });
  test("is the direct parent when it reaches init, the unreadable, or goes in circles", async () => {
    expect(await walkToHost(30, chain({ 30: shell(1), 1: host(0) }))).toBe(30);
    expect(await walkToHost(30, chain({ 30: shell(20) }))).toBe(30);
    expect(await walkToHost(30, chain({ 30: shell(20), 20: shell(30) }))).toBe(30);
    expect(await walkToHost(1, chain({}))).toBe(1);
  });
  test("does not believe a parent younger than its child", async () => {
    const early = "2025-10-03T08:00:01.0000000Z";
    const late = "2025-10-03T09:00:01.0000000Z";
    const young = chain({ 30: { ...shell(10), startedAt: early }, 10: { ...host(5), startedAt: late } });
    expect(await walkToHost(30, young)).toBe(30);
    const old = chain({ 30: { ...shell(10), startedAt: late }, 10: { ...host(5), startedAt: early } });
    expect(await walkToHost(30, old)).toBe(10);
  });
});

test.each([0, -1, 1.5])("no parent: %d", async (pid) => {
  expect(await findHostProcess(pid)).toBeNull();
});

test.runIf(onLinux)("on real processes: this one, above a program titled as npm's and a shell", async () => {
  const source = fileURLToPath(new URL("../../src/liveness/ancestry.ts", import.meta.url));
  const ask = `import(${JSON.stringify(source)}).then(async ({ findHostProcess }) => console.log(await findHostProcess()))`;
  // The command after the shell's own keeps it from giving up its process to node.
  const shell = `["-c", '"$0" -e "$1"; exit', process.execPath, ${JSON.stringify(ask)}]`;
  const npm = `process.title = "npm exec backstory";
    require("node:child_process").spawn("/bin/sh", ${shell}, { stdio: "inherit" })`;
  const { line } = await started(spawn(process.execPath, ["-e", npm]));
  expect(Number(line)).toBe(process.pid);
});
