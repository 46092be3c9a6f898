// The floor of starting and of memory: node itself, and answers that were written before it started.
import { stdin, stdout } from "node:process";

declare const TOOLS_JSON: string;

const results: Record<string, string> = {
  initialize:
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"bare","version":"0"}}',
  "tools/list": `{"tools":${TOOLS_JSON}}`,
  "tools/call": '{"content":[{"type":"text","text":"{}"}],"structuredContent":{}}',
};

let rest = "";
stdin.setEncoding("utf8");
stdin.on("data", (chunk: string) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, method } = JSON.parse(line);
    if (id !== undefined) stdout.write(`{"jsonrpc":"2.0","id":${id},"result":${results[method]}}\n`);
  }
});
