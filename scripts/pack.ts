// The tarball that users would get, of the folder as it is now. Expects dist/ to be built.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface Tarball {
  path: string;
  /** What it holds, without the leading `package/`. */
  files: string[];
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** Packs into a folder. From a copy without `prepare`: npm 10 runs that whatever it is told, and it empties dist/. */
export function pack(root: string, into: string): Tarball {
  const copy = join(into, "source");
  const left = ["node_modules", ".git"];
  cpSync(root, copy, { recursive: true, filter: (source) => !left.includes(basename(source)) });
  const manifest = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
  delete manifest.scripts.prepare;
  writeFileSync(join(copy, "package.json"), JSON.stringify(manifest));
  // A list of packages; from npm 12 on an object by their names.
  const packed = Object.values<Packed>(
    JSON.parse(npm(copy, "pack", "--json", "--pack-destination", into)),
  )[0];
  if (packed === undefined) throw new Error("npm packed nothing");
  return {
    path: join(into, packed.filename),
    files: packed.files.map(({ path }) => path),
  };
}

/** The npm that runs us, on our own Node: the one on the PATH may be too old. Answers with its stdout. */
export function npm(cwd: string, ...args: string[]): string {
  const script = process.env.npm_execpath;
  const options = { cwd, encoding: "utf8", stdio: "pipe" } as const;
  return script
    ? execFileSync(process.execPath, [script, ...args], options)
    : execFileSync("npm", args, options);
}
