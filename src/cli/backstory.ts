#!/usr/bin/env node
// The command's first file. It imports nothing before it knows the Node version: better-sqlite3 crashes the process
// of an older one, without a word.
// A hook is waited for, and never fails its host: it goes past the options of a command that people type.
const args = process.argv.slice(2);
const takesValue = /^--(?:db|durability|toolsets|redaction|log-level|large-store)$/;
const isHook =
  args.find((word, at) => !word.startsWith("-") && !takesValue.test(args[at - 1] ?? "")) === "hook";
if (isHook) {
  process.on("uncaughtException", (error) => {
    process.stderr.write(`backstory hook: ${error.message}\n`, () => process.exit(0));
  });
}
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
if (isHook) await (await import("./hook.ts")).runHook(args);
else await (await import("./command.ts")).runCommand(args);

export {};
