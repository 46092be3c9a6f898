// An agent host: starts the server, records a run of itself, and then does as it is told on stdin.
// "leave": closes the server's stdin, waits for its end, and goes. Killed, it leaves without a word.
import { spawn } from "node:child_process";
import { once } from "node:events";

const [program = "", db = ""] = process.argv.slice(2);
const server = spawn(process.execPath, [program, "--db", db], { stdio: ["pipe", "pipe", "inherit"] });
let said = "";
server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
  said += chunk;
});

function send(message: object): void {
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

async function reply(id: number): Promise<string> {
  while (true) {
    const line = said.split("\n").find((text) => text.endsWith("}") && JSON.parse(text).id === id);
    if (line !== undefined) return line;
    await once(server.stdout, "data");
  }
}

const clientInfo = { name: "host", version: "1" };
const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
send({ id: 1, method: "initialize", params: hello });
await reply(1);
send({ method: "notifications/initialized" });
send({ id: 2, method: "tools/call", params: { name: "start_run", arguments: { directory: process.cwd() } } });
const { run } = JSON.parse(await reply(2)).result.structuredContent;
process.stdout.write(`${JSON.stringify({ run, server: server.pid })}\n`);

const [order] = await once(process.stdin, "data");
const gone = once(server, "close");
if (String(order).trim() === "terminate") server.kill("SIGTERM");
else server.stdin.end();
await gone;
process.exit(0);
