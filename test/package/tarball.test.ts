// What a user gets: the packed tarball, installed in an empty folder without install scripts, starts and answers.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { npm, pack, type Tarball } from "../../scripts/pack.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "backstory-package-"));
const installed = join(folder, "installed");
let tarball: Tarball;

beforeAll(() => {
  tarball = pack(root, folder);
  mkdirSync(installed);
  writeFileSync(join(installed, "package.json"), '{ "private": true }');
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  npm(installed, "install", ...flags, tarball.path);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("carries what it needs and nothing else", () => {
  const migrations = readdirSync(join(root, "migrations", "sqlite")).filter((file) => file.endsWith(".sql"));
  const files = tarball.files.filter((path) => !/^dist\/[a-z-]+-[0-9A-Z]{8}\.js$/.test(path));
  expect(files.toSorted()).toEqual(
    [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/THIRD_PARTY_LICENSES.txt",
      "dist/backstory.js",
      "dist/command.js",
      "dist/description.json",
      "dist/hook.cjs",
      "package.json",
      ...migrations.map((file) => `migrations/sqlite/${file}`),
    ].toSorted(),
  );
});

it("names every package that is in its bundle", () => {
  const licences = readFileSync(join(root, "dist", "THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const name of ["@modelcontextprotocol/sdk", "commander", "drizzle-orm", "pino", "typeid-js", "zod"]) {
    expect(licences).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, "m"));
  }
});

it("installs better-sqlite3 beside it, with what that asks for", () => {
  const modules = join(installed, "node_modules");
  const { dependencies = {} } = JSON.parse(
    readFileSync(join(modules, "better-sqlite3", "package.json"), "utf8"),
  );
  const packages = readdirSync(modules).filter((name) => !name.startsWith("."));
  expect(packages.toSorted()).toEqual(
    ["backstory", "better-sqlite3", ...Object.keys(dependencies)].toSorted(),
  );
});

it("starts, and keeps a session", async () => {
  const client = new Client({ name: "tarball-test", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(installed, "node_modules", ".bin", "backstory"), "--db", join(folder, "test.db")],
    env: { XDG_CACHE_HOME: join(folder, "cache") },
    cwd: installed,
    stderr: "ignore",
  });
  await client.connect(transport);
  try {
    const { structuredContent } = await client.callTool({
      name: "create_session",
      arguments: { title: "From the tarball" },
    });
    expect(structuredContent).toMatchObject({
      session: { title: "From the tarball", client: "tarball-test" },
    });
  } finally {
    await client.close();
  }
});
