// The import table of ARCHITECTURE.md, against what the linter does: every folder with every import there could be.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

const ours = [
  "capture/hook.ts",
  "cli/paths.ts",
  "db/sqlite/schema.ts",
  "db/store.ts",
  "hosts/claude-code/transcript.ts",
  "hosts/host.ts",
  "install/plan.ts",
  "liveness/prober.ts",
  "recall/terms.ts",
  "redaction/secrets.ts",
  "resume/brief.ts",
  "schedule/cron.ts",
  "server/server.ts",
  "tools/fields.ts",
  "workspace/workspace.ts",
];
const builtins = ["node:crypto", "node:fs", "node:fs/promises", "node:process"];
const sql = ["better-sqlite3", "drizzle-orm", "drizzle-orm/sqlite-core"];
const sdk = ["@modelcontextprotocol/client", "@modelcontextprotocol/sdk/types.js"];
const edits = ["jsonc-parser", "smol-toml"];
const everything = [...ours, ...builtins, ...sql, ...sdk, ...edits, "croner", "pino", "stemmer", "zod"];

// A file of each folder, and what it may import beside its own folder.
const table: Record<string, string[]> = {
  "db/x.ts": builtins,
  "db/sqlite/x.ts": ["db/store.ts", "recall/terms.ts", ...sql, "node:crypto", "node:process"],
  "db/sqlite/file-bytes.ts": ["db/store.ts", "recall/terms.ts", ...sql, ...builtins],
  "tools/x.ts": ["zod", "db/store.ts", "resume/brief.ts", "node:crypto"],
  "recall/x.ts": ["stemmer"],
  "resume/x.ts": ["db/store.ts"],
  "liveness/x.ts": ["db/store.ts", ...builtins],
  "redaction/x.ts": ["db/store.ts", ...builtins],
  "schedule/x.ts": ["db/store.ts", "croner", ...builtins],
  "workspace/x.ts": ["db/store.ts", ...builtins],
  "hosts/x.ts": ["zod", "hosts/claude-code/transcript.ts", ...builtins],
  "hosts/foreign-sqlite.ts": ["zod", "better-sqlite3", ...builtins],
  "hosts/codex/x.ts": ["zod", "hosts/host.ts", ...builtins],
  "capture/x.ts": [
    "db/store.ts",
    "hosts/host.ts",
    "hosts/claude-code/transcript.ts",
    "resume/brief.ts",
    "workspace/workspace.ts",
    ...builtins,
  ],
  "install/x.ts": ["hosts/host.ts", "hosts/claude-code/transcript.ts", ...edits, ...builtins],
  "server/x.ts": everything.filter((source) => !sql.includes(source)),
  "cli/x.ts": everything.filter((source) => ![...sql, ...sdk, "pino"].includes(source)),
};
const withoutProcess = ["tools/x.ts", "recall/x.ts", "resume/x.ts"];

const specifier = (importer: string, source: string) => {
  if (!ours.includes(source)) return source;
  const path = posix.relative(posix.dirname(importer), source);
  return path.startsWith(".") ? path : `./${path}`;
};

interface Finding {
  category: string;
  location: { path: string; start: { line: number } };
}

/** What the linter refuses in files of these texts, as `path:line`, with our own configuration. */
function lint(files: Record<string, string>, rule: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "backstory-lint-"));
  try {
    const { vcs: _, ...configuration } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
    writeFileSync(join(folder, "biome.json"), JSON.stringify(configuration));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, "src", path)), { recursive: true });
      writeFileSync(join(folder, "src", path), text);
    }
    const args = ["lint", `--only=${rule}`, "--reporter=json", "--max-diagnostics=none", "."];
    const findings = JSON.parse(runBiome(args, folder)).diagnostics as Finding[];
    return findings
      .filter(({ category }) => category === `lint/${rule}`)
      .map(
        ({ location: { path, start } }) => `${path.replaceAll("\\", "/").replace("src/", "")}:${start.line}`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it says on stdout, also when it exits with 1 because it found something. */
function runBiome(args: string[], cwd: string): string {
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  return spawnSync(process.execPath, [biome, ...args], { cwd, encoding: "utf8" }).stdout;
}

describe("the import table", () => {
  let refused: string[];
  beforeAll(() => {
    const imports = (importer: string) =>
      everything
        .map((source, line) => `import * as x${line} from "${specifier(importer, source)}";\n`)
        .join("");
    refused = lint(
      Object.fromEntries(Object.keys(table).map((importer) => [importer, imports(importer)])),
      "style/noRestrictedImports",
    );
  });

  it.each(Object.entries(table))("holds in %s", (importer, allowed) => {
    const permitted = everything.filter((_source, index) => !refused.includes(`${importer}:${index + 1}`));
    const neighbours = ours.filter((source) => dirname(source) === dirname(importer));
    expect(permitted.toSorted()).toEqual([...new Set([...allowed, ...neighbours])].toSorted());
  });

  it("is asked about re-exports, side effects and dynamic imports too", () => {
    const text = `export { x } from "pino";\nimport "pino";\nawait import("pino");\nimport type { y } from "pino";\n`;
    expect(lint({ "tools/x.ts": text }, "style/noRestrictedImports")).toHaveLength(4);
  });

  it("has a line for every folder there is", () => {
    const known = new Set(Object.keys(table).map((file) => file.split("/")[0]));
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const { name } of folders) expect(known).toContain(name);
  });
});

it("keeps the process out of tools/ and of the pure folders", () => {
  const text = "export const x = process.env.HOME;\n";
  const files = Object.fromEntries(Object.keys(table).map((path) => [path, text]));
  const refused = lint(files, "style/noRestrictedGlobals");
  expect(refused.toSorted()).toEqual(withoutProcess.map((path) => `${path}:1`).toSorted());
});

it("lets db/sqlite/ look at files and name them, but not open them", () => {
  const names = ["open", "openSync", "readFileSync", "copyFileSync", "createReadStream", "promises"];
  const opening = [...names.map((name) => `{ ${name} }`), "{ openSync as ok }", "* as fs", "fs"];
  const text = ["{ existsSync, statSync }", "{ realpathSync }", ...opening]
    .map((what) => `import ${what} from "node:fs";\n`)
    .join("");
  const refused = lint({ "db/sqlite/x.ts": text }, "style/noRestrictedImports");
  expect(refused).toEqual(opening.map((_what, i) => `db/sqlite/x.ts:${i + 3}`));
});

// The linter cannot tell a type from a value by its source.
it.each(["liveness", "redaction", "resume", "schedule", "workspace"])(
  "%s/ imports only types of db/",
  (name) => {
    const folder = join(root, "src", name);
    const files = readdirSync(join(root, "src")).includes(name) ? readdirSync(folder) : [];
    for (const file of files) {
      const values = readFileSync(join(folder, file), "utf8").match(/^import (?!type )[^;]*"\.\.\/db\/.*$/gm);
      expect(values, file).toBeNull();
    }
  },
);
