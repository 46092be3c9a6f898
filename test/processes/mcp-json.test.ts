// The configuration at the root of the checkout starts the server, exactly as it stands there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { checkout } from "./program.ts";

test("a host that reads mcp.json gets a server that keeps sessions", async () => {
  const { mcpServers } = JSON.parse(readFileSync(join(checkout, "mcp.json"), "utf8"));
  expect(Object.keys(mcpServers)).toEqual(["backstory"]);
  const folder = makeFolder();
  const db = join(folder, "sessions.db");
  const env = { ...mcpServers.backstory.env, PATH: process.env.PATH, HOME: folder, BACKSTORY_DB: db };
  const client = new Client({ name: "host", version: "1" });
  onTestFinished(() => client.close());
  const transport = new StdioClientTransport({
    ...mcpServers.backstory,
    cwd: checkout,
    env,
    stderr: "ignore",
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  expect((await client.listTools()).tools).toHaveLength(13);
  const { structuredContent } = await client.callTool({ name: "create_session", arguments: {} });
  expect(structuredContent).toMatchObject({ session: { app_name: "host", directory: checkout } });
  expect(existsSync(db)).toBe(true);
});
