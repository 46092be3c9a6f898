// No port is opened and nothing goes over a network, whatever tool is called.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { type Program, program, startProgram } from "../processes/program.ts";
import { callEveryTool } from "./every-tool.ts";

const spy = join(import.meta.dirname, "spy.mjs");
const network = /^(net|tls|dgram|http|https|http2|dns|global)\b/;

async function callAll(server: Program): Promise<void> {
  await server.initialize();
  await callEveryTool((name, args) => server.call(name, args), "plain words");
  await server.request("prompts/get", { name: "resume" });
  await server.request("resources/list");
}

function startWatched(env: Record<string, string> = {}) {
  const folder = makeFolder();
  const report = join(folder, "report");
  const command = [process.execPath, "--import", spy, program, "--toolsets", "all"];
  const server = startProgram({ db: join(folder, "test.db"), command, env: { SPY_FILE: report, ...env } });
  return { server, seen: () => readFileSync(report, "utf8").trim().split("\n") };
}

test("Node's modules are asked for no socket and no program", async () => {
  const { server, seen } = startWatched();
  await callAll(server);
  expect(await server.end()).toEqual({ code: 0, signal: null });
  const [first, ...rest] = seen();
  expect(first?.trim()).toBe("watching");
  expect(rest.filter((line) => network.test(line))).toEqual([]);
  // Only macOS and Windows need a program's word on processes.
  if (process.platform === "linux")
    expect(rest.filter((line) => line.startsWith("child_process"))).toEqual([]);
});

test("a server that did open a port would be seen", async () => {
  const { server, seen } = startWatched({ SPY_OFFEND: "socket" });
  await callAll(server);
  await server.end();
  expect(seen().filter((line) => network.test(line))).not.toEqual([]);
});

const canTrace = spawnSync("strace", ["-f", "-e", "trace=network", "true"], { stdio: "ignore" }).status === 0;

describe.runIf(canTrace)("the kernel (skipped where strace is not there or not allowed)", () => {
  test("is asked for no socket", async () => {
    const folder = makeFolder();
    const report = join(folder, "trace");
    const trace = ["strace", "-f", "-qq", "-e", "trace=socket,connect,bind,listen,accept4", "-o", report];
    const command = [...trace, process.execPath, program, "--toolsets", "all"];
    const server = startProgram({ db: join(folder, "test.db"), command });
    await callAll(server);
    await server.end();
    const calls = readFileSync(report, "utf8").split("\n");
    expect(calls.filter((line) => /\b(socket|connect|bind|listen|accept4)\(/.test(line))).toEqual([]);
  });
});
