// A script of a test → one file that starts at once: from source, every start would read some 500 modules.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { checkout } from "./program.ts";

const folder = join(checkout, "node_modules", ".cache", "backstory-test");

/** For those who start a bundle more than once. */
export const bundleEnvironment = { ...process.env, NODE_COMPILE_CACHE: folder };

/** The file, inside the checkout so that it finds better-sqlite3. Remove it with `remove` after the tests. */
export function bundle(script: string, directory = import.meta.dirname): { file: string; remove(): void } {
  const file = join(folder, `${script}-${process.pid}.mjs`);
  buildSync({
    entryPoints: [join(directory, `${script}.ts`)],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["better-sqlite3"],
    logLevel: "error",
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
