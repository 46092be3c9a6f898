// src/ → dist/: one bundle with better-sqlite3 alone outside, and what the server can say before it is loaded.
import { rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { describeServer } from "../src/server/description.ts";
import { tools } from "../src/tools/index.ts";
import { writeLicences } from "./licences.ts";

rmSync("dist", { recursive: true, force: true });

const { metafile } = await build({
  entryPoints: ["src/cli/backstory.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["better-sqlite3"],
  // Names stay, for the stacks in a bug report.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  // pino is CommonJS and requires node's modules.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  plugins: [
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

const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`built dist/: ${Math.round(bytes / 1024)} KB\n`);
