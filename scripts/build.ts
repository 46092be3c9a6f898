// src/ → dist/: the command in parts, its hook in one, better-sqlite3 alone outside; and what the server can say before it
// is loaded.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { describeServer } from "../src/server/description.ts";
import { tools } from "../src/tools/index.ts";
import { writeLicences } from "./licences.ts";

rmSync("dist", { recursive: true, force: true });

// pino is CommonJS and requires node's modules.
const withRequire = {
  js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
};

const shared = {
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["better-sqlite3"],
  // Names stay, for the stacks in a bug report.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  banner: withRequire,
  // jsonc-parser's CommonJS requires its parts by names that no bundler follows.
  mainFields: ["module", "main"],
} as const satisfies BuildOptions;

/** Text in the place of a module. */
function instead(name: string, filter: RegExp, contents: string): Plugin {
  return {
    name,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter }, ({ path, namespace }) =>
        namespace === name ? { path, external: true } : { path, namespace: name },
      );
      onLoad({ filter: /.*/, namespace: name }, () => ({ contents, resolveDir: "src/cli" }));
    },
  };
}

/**
 * Regular expressions are what esbuild leaves unescaped, and by one letter of another script V8 keeps the whole text of a
 * file in two bytes each.
 */
function escapeFile(path: string): void {
  const escaped = readFileSync(path, "utf8").replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  writeFileSync(path, escaped);
}

const command = await build({
  ...shared,
  entryPoints: ["src/cli/command.ts"],
  splitting: true,
  plugins: [
    // The SDK loads ajv to check what a client filled into a form, and we ask for none: 130 KB and 3 MB resident.
    instead("without-ajv", /\/ajv-provider\.js$/, "export class AjvJsonSchemaValidator {}"),
    instead("hook-apart", /^\.\/hook\.ts$/, 'export const { runHook } = require("./hook.cjs");'),
  ],
  external: [...shared.external, "./hook.cjs"],
});

// A host waits for its hooks, and each is a new process: one file of CommonJS loads in half the time of modules in parts.
const hook = await build({
  ...shared,
  entryPoints: ["src/cli/hook.ts"],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "fileUrl" },
  banner: { js: 'const fileUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [
    // Most calls hash nothing, and it takes 4 ms to load.
    instead(
      "late-crypto",
      /^node:crypto$/,
      `for (const name of ["createHash", "createHmac", "randomBytes", "randomFillSync", "randomUUID"])
         exports[name] = (...args) => require("node:crypto")[name](...args);`,
    ),
  ],
});

const entry = await build({
  ...shared,
  entryPoints: ["src/cli/backstory.ts"],
  plugins: [
    instead("hook-apart", /^\.\/hook\.ts$/, 'export const { runHook } = require("./hook.cjs");'),
    {
      name: "command-apart",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\.\/command\.ts$/ }, () => ({ path: "./command.js", external: true }));
      },
    },
  ],
  external: ["./hook.cjs"],
});

writeFileSync("dist/description.json", JSON.stringify(describeServer(tools)));
const outputs = Object.assign({}, ...[command, hook, entry].map(({ metafile }) => metafile.outputs));
for (const path of Object.keys(outputs)) escapeFile(path);
writeLicences({ outputs }, "dist/THIRD_PARTY_LICENSES.txt");

const bytes = Object.values<{ bytes: number }>(outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`built dist/: ${Math.round(bytes / 1024)} KB\n`);
