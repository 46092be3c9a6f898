// src/ → dist/: one bundle with better-sqlite3 alone outside, and what the server can say before it is loaded.
import { rmSync, writeFileSync } from "node:fs";
import { type BuildOptions, build } from "esbuild";
import { describeServer } from "../src/server/description.ts";
import { tools } from "../src/tools/index.ts";
import { writeLicences } from "./licences.ts";

rmSync("dist", { recursive: true, force: true });

const shared = {
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node22",
  // jsonc-parser's CommonJS requires its parts by names that no bundler follows.
  mainFields: ["module", "main"],
  external: ["better-sqlite3", "./hook.cjs"],
  // Names stay, for the stacks in a bug report.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  // Its main file is of a kind that loads its parts in a way no bundler sees.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
} as const satisfies BuildOptions;

// A host waits for its hooks, and each is a new process: one file of CommonJS loads in half the time of modules in parts.
const hook = await build({
  ...shared,
  entryPoints: ["src/cli/hook.ts"],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "fileUrl" },
  banner: { js: 'const fileUrl = require("node:url").pathToFileURL(__filename).href;' },
});

const { metafile } = await build({
  ...shared,
  entryPoints: ["src/cli/backstory.ts"],
  splitting: true,
  format: "esm",
  // pino is CommonJS and requires node's modules.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  plugins: [
    {
      name: "hook-apart",
      setup: ({ onLoad }) => {
        onLoad({ filter: /[/\\]cli[/\\]hook\.ts$/ }, () => ({
          contents: 'export const { runHook } = require("./hook.cjs");',
        }));
      },
    },
    {
      // The SDK loads ajv to check what a client filled into a form, and we ask for none: 130 KB and 3 MB resident.
      name: "without-ajv",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /\/ajv-provider\.js$/ }, () => ({
          path: "ajv-provider",
          namespace: "without-ajv",
        }));
        onLoad({ filter: /.*/, namespace: "without-ajv" }, () => ({
          contents: "export class AjvJsonSchemaValidator {}",
        }));
      },
    },
  ],
});

writeFileSync("dist/description.json", JSON.stringify(describeServer(tools)));
writeLicences(metafile, "dist/THIRD_PARTY_LICENSES.txt");

const outputs = [...Object.values(metafile.outputs), ...Object.values(hook.metafile.outputs)];
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`built dist/: ${Math.round(bytes / 1024)} KB\n`);
