// The licences of what esbuild put into dist/: they ask to go with every copy.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** Writes one text with the name, version and licence of every package that has code in the bundle. */
export function writeLicences({ outputs }: Pick<Metafile, "outputs">, file: string): void {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => packageFolder(path));
  const bundled = [...new Set(folders)].filter((folder) => folder !== undefined);
  const introduction = "The programs in this folder contain code of the following packages.\n";
  writeFileSync(file, [introduction, ...bundled.toSorted().map(describe)].join(`\n${"-".repeat(80)}\n\n`));
}

/** The package's folder, at whatever depth npm put it; none for our own files. */
function packageFolder(path: string): string | undefined {
  return path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0];
}

function describe(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const own = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const files = own.length > 0 ? own.map((file) => join(folder, file)) : standardText(name, license);
  const texts = files.map((file) => readFileSync(file, "utf8").trim());
  return `${[`${name} ${version} (${license})`, ...texts].join("\n\n")}\n`;
}

/** drizzle-orm names its licence and ships no text of it; TypeScript ships the same one, word for word. */
function standardText(name: string, license: string): string[] {
  if (license !== "Apache-2.0") throw new Error(`${name} is bundled, and has no licence text`);
  return ["node_modules/typescript/LICENSE"];
}
