#!/usr/bin/env node
// The command's first file. It imports no package before it knows the Node version: better-sqlite3 crashes the process
// of an older one, without a word.
// A hook is waited for, and never fails its host: it goes past the options of a command that people type.
import { commandIn } from "./global-flags.ts";

const args = process.argv.slice(2);
const isHook = commandIn(args) === "hook" && !args.includes("--help") && !args.includes("-h");
if (isHook) {
  process.on("uncaughtException", (error) => {
    process.stderr.write(`backstory hook: ${error.message}\n`, () => process.exit(0));
  });
}
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 22) {
  const [{ existsSync }, { fileURLToPath }] = await Promise.all([import("node:fs"), import("node:url")]);
  // A checkout brings one: a bin of its package `node`.
  const brought = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  const advice = existsSync(brought)
    ? `start it with the one that is here, ${brought} ${process.argv[1]}.`
    : "install a newer Node, or name one in the host's configuration.";
  process.stderr.write(
    `backstory needs Node 22 or later, and this is Node ${process.versions.node}: ${advice}\n`,
  );
  process.exit(isHook ? 0 : 1);
}
// Whatever this process makes, its user alone can read: the store, its copies, an export, compiled code that is executed.
process.umask(0o077);
const { enableCompileCache } = await import("node:module");
const { cacheDirectory } = await import("./paths.ts");
enableCompileCache(cacheDirectory());
if (isHook) await (await import("./hook.ts")).runHook(args);
else await (await import("./command.ts")).runCommand(args);
