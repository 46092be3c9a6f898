// The README's configurations are the ones that work: each is started as it stands.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it } from "vitest";
import { defaultToolCount } from "../default-tools.ts";
import { makeFolder } from "../open-test-store.ts";
import { testEnvironment } from "../processes/program.ts";

const checkout = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(checkout, "README.md"), "utf8").replaceAll("/path/to/backstory", checkout);
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, text]) => text ?? "");

interface Start {
  command: string | string[];
  args?: string[];
}

/** The only server that a host's configuration names, whatever its shape. */
function startIn(config: Record<string, Record<string, Start>>): Start {
  const servers = config.mcpServers ?? config.servers ?? config.mcp;
  return servers?.backstory as Start;
}

const jsonConfigs = blocks("json")
  .map((text) => JSON.parse(text))
  .filter((config) => !("error" in config))
  .map((config) => [Object.keys(config)[0] as string, startIn(config)] as const);
const tomlConfigs = blocks("toml").map((text): readonly [string, Start] => {
  const [, command] = /^command = (".*")$/m.exec(text) ?? [];
  const [, args] = /^args = (\[.*\])$/m.exec(text) ?? [];
  return ["config.toml", { command: JSON.parse(command ?? ""), args: JSON.parse(args ?? "") }];
});

describe("the pages", () => {
  const hosts = readdirSync(join(checkout, "docs", "hosts")).map((name) => join("docs", "hosts", name));
  it.each(["README.md", "CONTRIBUTING.md", ...hosts])(
    "%s starts nothing with the machine's own Node",
    (name) => {
      expect(readFileSync(join(checkout, name), "utf8")).not.toMatch(/(?<![\w/])node (?:dist|scripts)\//);
    },
  );
});

describe("README.md", () => {
  it("shows the configuration of every host", () => {
    const shapes = [...jsonConfigs, ...tomlConfigs].map(([shape]) => shape);
    expect(shapes).toEqual(["mcpServers", "servers", "mcp", "config.toml"]);
  });

  it.each([...jsonConfigs, ...tomlConfigs])("starts the server as its %s says", async (_shape, start) => {
    const [command = "", ...args] = [start.command, start.args ?? []].flat();
    const env = { ...testEnvironment(), BACKSTORY_DB: join(makeFolder(), "readme.db") };
    const client = new Client({ name: "readme", version: "1" });
    await client.connect(
      new StdioClientTransport({ command, args, env, cwd: makeFolder(), stderr: "ignore" }),
    );
    const { tools } = await client.listTools();
    await client.close();
    expect(tools).toHaveLength(defaultToolCount);
  });
});
