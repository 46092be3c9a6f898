// `npm run torture`: the long form of the tests that kill, cut and crowd, in some minutes. Prints its seed; `-- --seed N`
// takes one, and names choose tests: `npm run torture -- kills power-cuts`.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const folders = {
  crowd: "torture",
  kills: "processes",
  "log-size": "torture",
  "power-cuts": "torture",
  retries: "processes",
  starts: "processes",
  texts: "promises",
  upgrades: "processes",
};

const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const all = new Map(
  Object.entries(folders).map(([name, folder]) => [name, `test/${folder}/${name}.test.ts`]),
);
const names = positionals.length > 0 ? positionals : [...all.keys()];
const tests = names.map((name) => {
  const file = all.get(name);
  if (file === undefined) throw new Error(`There is no ${name} here, but ${[...all.keys()].join(", ")}.`);
  return file;
});
const seed = values.seed ?? String(Date.now() % 2 ** 31);
process.stdout.write(`seed ${seed}\n`);

// One file after the other: what one measures is not to be the other's load.
const args = ["node_modules/vitest/vitest.mjs", "run", "--no-file-parallelism", ...tests];
const env = { ...process.env, BACKSTORY_TORTURE: "long", BACKSTORY_SEED: seed };
spawn(process.execPath, args, { stdio: "inherit", env }).on("close", (code) => {
  process.stdout.write(`seed ${seed}\n`);
  process.exitCode = code ?? 1;
});
