// `npm run check`: every check there is, one line each, all of them whatever fails. `--skip tests,package` leaves
// some out. The last line counts.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Description } from "../src/server/greeting.ts";
import { defaultToolsets } from "../src/tools/toolsets.ts";
import { pack } from "./pack.ts";

interface Outcome {
  ok: boolean;
  /** What to show when it failed. */
  output: string;
  /** What to show beside its name. */
  note?: string;
}

const mostTokens = 4_000;
const mostCharacters = 1_900;

const steps: Record<string, () => Promise<Outcome> | Outcome> = {
  types: () => node("node_modules/typescript/bin/tsc"),
  lint: () => node("node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."),
  unused: () => node("node_modules/knip/bin/knip.js"),
  docs: () => node("scripts/docs.ts", "--check"),
  build: () => node("scripts/build.ts"),
  "tools' size": measureTools,
  tests: () => node("node_modules/vitest/vitest.mjs", "run"),
  package: checkPackage,
};

/** Runs a script on the Node we run on ourselves, which need not be the one on the PATH. */
function node(...args: string[]): Promise<Outcome> {
  return run(process.execPath, args);
}

function run(command: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (exitCode) => resolve({ ok: exitCode === 0, output }));
  });
}

/** What the tools cost a model in every conversation: about a token for four characters. */
function measureTools(): Outcome {
  const { tools } = JSON.parse(readFileSync("dist/description.json", "utf8")) as Description;
  const offered = tools.filter(({ toolset }) => defaultToolsets.includes(toolset)).map(({ tool }) => tool);
  const sizes = offered.map(({ name, description, inputSchema, outputSchema }) => ({
    name,
    input: JSON.stringify({ name, description, inputSchema }).length,
    output: JSON.stringify(outputSchema).length,
  }));
  const largest = sizes.reduce((most, size) => (size.input > most.input ? size : most));
  const tokens = (key: "input" | "output") => Math.ceil(sizes.reduce((sum, size) => sum + size[key], 0) / 4);
  const note =
    `${tokens("input")} of ${mostTokens} tokens, largest ${largest.name} with ${largest.input} of ` +
    `${mostCharacters} characters; output schemas ${tokens("output")} tokens`;
  const ok = tokens("input") <= mostTokens && largest.input <= mostCharacters;
  return { ok, note, output: sizes.map(({ name, input }) => `${name} ${input} characters`).join("\n") };
}

/** Looks at what users would get: the tarball, not the folder. */
async function checkPackage(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "backstory-pack-"));
  try {
    const bytes = new Uint8Array(readFileSync(pack(".", folder).path));
    const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer } });
    const output = messages.map((message) => formatMessage(message, pkg, { color: false })).join("\n");
    return { ok: messages.length === 0, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runStep(name: string, step: () => Promise<Outcome> | Outcome): Promise<boolean> {
  const start = performance.now();
  const { ok, note, output } = await attempt(step);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${name.padEnd(12)} ${ok ? "ok" : "FAILED"}  ${seconds} s  ${note ?? ""}`.trimEnd());
  process.stdout.write(`\n${ok ? "" : `${output.trimEnd().replace(/^/gm, "    ")}\n`}`);
  return ok;
}

async function attempt(step: () => Promise<Outcome> | Outcome): Promise<Outcome> {
  try {
    return await step();
  } catch (error) {
    return { ok: false, output: String(error) };
  }
}

function skippedSteps(args: string[]): string[] {
  const at = args.indexOf("--skip");
  const names = at < 0 ? [] : (args[at + 1] ?? "").split(",");
  const unknown = names.filter((name) => !(name in steps));
  if (unknown.length > 0) throw new Error(`--skip knows ${Object.keys(steps).join(", ")}; not ${unknown}`);
  return names;
}

const skipped = skippedSteps(process.argv.slice(2));
const results: boolean[] = [];
for (const [name, step] of Object.entries(steps)) {
  if (skipped.includes(name)) process.stdout.write(`${name.padEnd(12)} skipped\n`);
  else results.push(await runStep(name, step));
}
const failed = results.filter((ok) => !ok).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
