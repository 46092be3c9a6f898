// A secret of a known kind does not reach the file, whichever door it comes by: the closed files are searched for it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { importInto } from "../capture/importing.ts";
import { lineOf } from "../capture/transcripts.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { program, testEnvironment } from "../processes/program.ts";
import { samples } from "../redaction/samples.ts";
import { openToolContext } from "../tools/call-tool.ts";
import { callIn } from "./call.ts";
import { callEveryTool } from "./every-tool.ts";

/** The parts of a secret that would give it away: a private key's lines. A short one may stand in any text by chance. */
const tellingParts = (secret: string) =>
  secret.split("\n").filter((line) => line.length >= 7 && !line.startsWith("--"));

/** By format, what is found of the secrets in any file of a folder. */
function findSecrets(folder: string): string[] {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  expect(Buffer.concat(files).includes("beside it"), "what is no secret is there").toBe(true);
  return samples
    .filter(({ secret }) => tellingParts(secret).some((part) => files.some((bytes) => bytes.includes(part))))
    .map(({ format }) => format);
}

const open = (file: string, mode: "mask" | "off" = "mask") =>
  openTestStore({ file, redactor: createRedactor(mode) });

test("every tool that takes a text", { timeout: 240_000 }, async () => {
  const file = join(makeFolder(), "test.db");
  const store = await open(file);
  const context = await openToolContext({ store });
  for (const { text } of samples) await callEveryTool(callIn(context), `beside it: ${text}`);
  await store.close();
  expect(findSecrets(dirname(file))).toEqual([]);
});

test("an import of transcripts", async () => {
  const [home, file] = [makeFolder(), join(makeFolder(), "test.db")];
  const folder = join(home, ".claude", "projects", "-home-ada-engine");
  mkdirSync(folder, { recursive: true });
  samples.forEach(({ text }, i) => {
    const sessionId = `session-${i}`;
    const lines = [0, 1, 2].map((n) => lineOf(n, { sessionId, text: `beside it: ${text}` }));
    writeFileSync(join(folder, `${sessionId}.jsonl`), `${lines.join("\n")}\n`);
  });
  const store = await open(file);
  const { events } = await importInto(store, home);
  expect(events).toBeGreaterThanOrEqual(samples.length * 2);
  await store.close();
  expect(findSecrets(dirname(file))).toEqual([]);
});

test("a host's hook", { timeout: 240_000 }, () => {
  const [home, folder] = [makeFolder(), makeFolder()];
  const text = samples.map((sample) => `beside it: ${sample.text}`).join("\n\n");
  for (const payload of [
    { hook_event_name: "SessionStart", source: "startup" },
    { hook_event_name: "UserPromptSubmit", prompt: text },
    {
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_input: { command: text },
      tool_response: { stdout: text },
      tool_use_id: "toolu_1",
    },
    { hook_event_name: "SessionEnd", reason: "exit" },
  ]) {
    const input = JSON.stringify({ session_id: "s-1", cwd: folder, transcript_path: "", ...payload });
    const command = [program, "hook", "claude-code", "--db", join(folder, "test.db")];
    const { status } = spawnSync(process.execPath, command, {
      input,
      env: testEnvironment(home),
      cwd: folder,
    });
    expect(status).toBe(0);
  }
  expect(findSecrets(folder)).toEqual([]);
});

test("an export of a store with redaction off, on its way in and out again", {
  timeout: 240_000,
}, async () => {
  const [unmasked, folder] = [join(makeFolder(), "test.db"), makeFolder()];
  const store = await open(unmasked, "off");
  const context = await openToolContext({ store });
  for (const { text } of samples) await callEveryTool(callIn(context), `beside it: ${text}`);
  await store.close();
  const out = join(makeFolder(), "all.jsonl");
  run("export", out, "--db", unmasked);
  // Else there was nothing to take out.
  expect(findSecrets(dirname(out))).toEqual(samples.map(({ format }) => format));
  const db = join(folder, "test.db");
  run("import", out, "--db", db);
  run("export", join(folder, "again.jsonl"), "--db", db);
  run("export", join(folder, "again.md"), "--format", "markdown", "--db", db);
  expect(findSecrets(folder)).toEqual([]);
});

function run(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: testEnvironment(),
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
}

test("with redaction off the search finds every one of them", { timeout: 240_000 }, async () => {
  const file = join(makeFolder(), "test.db");
  const store = await open(file, "off");
  const context = await openToolContext({ store });
  const { result } = await callIn(context)("create_session", { title: "beside it" });
  const events = samples.map(({ text }) => ({ author: "user", content: text }));
  await callIn(context)("add_events", { session_id: result.session.id, events });
  await store.close();
  expect(findSecrets(dirname(file))).toEqual(samples.map(({ format }) => format));
});
