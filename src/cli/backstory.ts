#!/usr/bin/env node
// The command's first file. It imports nothing before it knows the Node version: better-sqlite3 crashes the process
// of an older one, without a word.
// A hook is waited for, and never fails its host: it goes past the options of a command that people type.
const isHook = process.argv.slice(2).find((word) => !word.startsWith("-")) === "hook";
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 22) {
  process.stderr.write(
    `backstory needs Node 22 or later, and this is Node ${process.versions.node}: install a newer Node, or name one in the host's configuration.\n`,
  );
  process.exit(isHook ? 0 : 1);
}
// Whatever this process makes, its user alone can read: the store, its copies, an export, compiled code that is executed.
process.umask(0o077);
const { enableCompileCache } = await import("node:module");
const { cacheDirectory } = await import("./paths.ts");
enableCompileCache(cacheDirectory());
if (isHook) await (await import("./hook.ts")).runHook(process.argv.slice(2));
else await (await import("./command.ts")).runCommand(process.argv.slice(2));

export {};
