// The folder of one run: a copy of the built package, the floors' programs, and database files made once.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const packageFolder = join(import.meta.dirname, "..");

export interface Program {
  command: string;
  args: string[];
  env: Record<string, string>;
}

export class Workbench {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "backstory-bench-")));
  readonly #made = new Map<string, Promise<unknown>>();
  #files = 0;

  /** Makes it for the first line that asks, and gives the same to the next. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made as Promise<T>;
  }

  /** A path for a new database. */
  newFile(): string {
    this.#files += 1;
    return join(this.folder, `${this.#files}.db`);
  }

  newFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** The built program, as a user has it. */
  async program(): Promise<string> {
    return join(await this.#package(), "dist", "backstory.js");
  }

  /** Our server on a database, as a user runs it. */
  async server(file: string, ...args: string[]): Promise<Program> {
    return this.#program([await this.program(), "--db", file, ...args]);
  }

  /** A server on the SDK that answers what stands in `answersFile`. */
  async sdkServer(answersFile: string): Promise<Program> {
    const script = await this.once("sdk-server", () => this.#bundle("sdk-server", {}));
    return this.#program([script, answersFile]);
  }

  /** A process with nothing loaded, which answers with as long a list of tools as ours. */
  async bareNode(): Promise<Program> {
    const script = await this.once("bare-node", async () => {
      const described = readFileSync(join(await this.#package(), "dist", "description.json"), "utf8");
      const tools = JSON.stringify(JSON.parse(described).tools.map(({ tool }: { tool: object }) => tool));
      // CommonJS, which node starts a little quicker than a module.
      return this.#bundle("bare-node", { format: "cjs", define: { TOOLS_JSON: JSON.stringify(tools) } });
    });
    return this.#program([script]);
  }

  /** A process with nothing loaded, which reads what it is given and ends. */
  async bareReader(): Promise<Program> {
    return this.#program([
      await this.once("bare-reader", () => this.#bundle("bare-reader", { format: "cjs" })),
    ]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #program(args: string[]): Program {
    // A compile cache of our own, filled by the starts that warm up.
    const env = { ...inherited(), XDG_CACHE_HOME: join(this.folder, "cache") };
    return { command: process.execPath, args, env };
  }

  /** A copy, so that a build in the meantime changes nothing under a running server. */
  #package(): Promise<string> {
    return this.once("package", async () => {
      const copy = this.newFolder("package");
      for (const name of ["dist", "migrations", "package.json"]) {
        cpSync(join(packageFolder, name), join(copy, name), { recursive: true });
      }
      symlinkSync(join(packageFolder, "node_modules"), join(copy, "node_modules"), "junction");
      return copy;
    });
  }

  async #bundle(name: string, options: BuildOptions): Promise<string> {
    const outfile = join(await this.#package(), options.format === "cjs" ? `${name}.cjs` : `${name}.js`);
    // As scripts/build.ts makes ours.
    await build({
      entryPoints: [join(import.meta.dirname, "floors", `${name}.ts`)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      minifyWhitespace: true,
      minifySyntax: true,
      banner:
        options.format === "cjs"
          ? {}
          : {
              js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
            },
      logLevel: "warning",
      ...options,
    });
    return outfile;
  }
}

function inherited(): Record<string, string> {
  const { PATH = "", HOME = "", SystemRoot = "" } = process.env;
  return { PATH, HOME, SystemRoot };
}
