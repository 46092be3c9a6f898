// The floor of a call: the SDK's own server with the schemas of two of our tools, answering from memory.
import { readFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { addEventInput, addEventOutput, getHistoryInput, getHistoryOutput } from "./schemas.ts";

// What ours answered to the same call.
const answers = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));

function answer(name: string) {
  const structuredContent = answers[name];
  const content = [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return async () => ({ content, structuredContent });
}

const server = new McpServer({ name: "floor", version: "0" });
server.registerTool(
  "add_event",
  { title: "Add an event", inputSchema: addEventInput, outputSchema: addEventOutput },
  answer("add_event"),
);
server.registerTool(
  "get_history",
  { title: "Get a session's history", inputSchema: getHistoryInput, outputSchema: getHistoryOutput },
  answer("get_history"),
);
await server.connect(new StdioServerTransport());
