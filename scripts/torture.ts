// `npm run torture`: the long form of the tests that kill, cut and crowd, in some minutes. Prints its seed; `-- --seed N`
// takes one, and what follows chooses tests as vitest does: `npm run torture -- power`.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const seed = values.seed ?? String(Date.now() % 2 ** 31);
process.stdout.write(`seed ${seed}\n`);

const processes = ["kills", "retries", "starts", "upgrades"].map((name) => `test/processes/${name}.test.ts`);
const all = ["test/torture", ...processes];
const tests = positionals.length > 0 ? positionals : all;
// One file after the other: what one measures is not to be the other's load.
const args = ["node_modules/vitest/vitest.mjs", "run", "--no-file-parallelism", ...tests];
const env = { ...process.env, BACKSTORY_TORTURE: "long", BACKSTORY_SEED: seed };
spawn(process.execPath, args, { stdio: "inherit", env }).on("close", (code) => {
  process.stdout.write(`seed ${seed}\n`);
  process.exitCode = code ?? 1;
});
