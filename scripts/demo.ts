// `npm run demo`: a story over the built server, real stdio and a real MCP client, that a person can follow.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Brief } from "../src/resume/brief.ts";
import type { WireEvent, WireRun, WireSession } from "../src/tools/wire-records.ts";

const folder = mkdtempSync(join(tmpdir(), "backstory-demo-"));
const database = join(folder, "backstory.db");

let step = 0;
function say(title: string, ...lines: string[]): void {
  step += 1;
  process.stdout.write(`\n${step}. ${title}\n${lines.map((line) => `     ${line}\n`).join("")}`);
}

/** A server process of its own, and a client that calls its tools. */
async function startServer(name: string) {
  const client = new Client({ name, version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ["dist/backstory.js", "--db", database, "--log-level", "warn"],
  });
  await client.connect(transport);
  const call = async <Result>(tool: string, args: Record<string, unknown>): Promise<Result> => {
    const result = await client.callTool({ name: tool, arguments: args });
    if (result.isError) throw new Error(JSON.stringify(result.content));
    return result.structuredContent as Result;
  };
  return { pid: transport.pid, call, close: () => client.close() };
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

process.stdout.write(`Backstory demo. The database is ${database}\n`);

const first = await startServer("first-agent");
const { session } = await first.call<{ session: WireSession }>("create_session", {
  title: "Make the parser accept empty files",
  directory: folder,
  agent: "coder",
});
say(
  `A first agent connects to a server of its own (pid ${first.pid}) and opens a session`,
  `create_session -> ${session.id}`,
  `"${session.title}" in ${session.directory}`,
);

await first.call("add_event", {
  session_id: session.id,
  author: "user",
  content: "The parser crashes on an empty file. Fix it, and add a test.",
});
const { event } = await first.call<{ event: WireEvent }>("add_event", {
  session_id: session.id,
  author: "assistant",
  content: "The tokenizer reads the first character without a check. I will guard it.",
  actions: [
    {
      tool_name: "Read",
      input: { path: "src/tokenizer.ts" },
      output: "const first = text[0].charCodeAt(0);",
    },
    { tool_name: "Bash", input: { command: "npm test" }, status: "running" },
  ],
  tokens: { input: 1200, output: 340 },
});
const { counts } = await first.call<{ counts: Record<string, number> }>("update_todos", {
  session_id: session.id,
  todos: [
    { content: "Guard the tokenizer against an empty text", status: "completed", priority: "high" },
    { content: "Add a test with an empty file", status: "in_progress" },
    { content: "Note the fix in the changelog" },
  ],
});
say(
  "It records what happens: a request, an answer with two tool calls, the plan",
  `add_event -> seq ${event.seq}, ${event.actions?.length} tool calls, one of them still running`,
  `update_todos -> ${counts.completed} completed, ${counts.in_progress} in progress, ${counts.pending} pending`,
);

const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
const { run } = await first.call<{ run: WireRun }>("start_run", {
  session_id: session.id,
  pid: child.pid,
  command: "npm",
  args: ["test"],
});
say("It starts a process and records it as a run", `start_run -> ${run.id}, pid ${run.pid}, ${run.status}`);

await killed(child);
await first.close();
say(
  "The process is killed with SIGKILL, and the first agent and its server are gone",
  "Nobody said goodbye.",
);

const second = await startServer("second-agent");
const { crashed } = await second.call<{ crashed: unknown[] }>("mark_crashed_runs", {});
const { runs } = await second.call<{ runs: WireRun[] }>("list_runs", {
  session_id: session.id,
  status: "crashed",
});
if (runs.length !== 1) throw new Error("the crashed run was not found");
say(
  `A second agent starts another server (pid ${second.pid}) on the same file`,
  `mark_crashed_runs -> ${crashed.length} found by this call (the server also looks when it starts)`,
  `${runs[0]?.id} is ${runs[0]?.status}: ${runs[0]?.evidence}`,
);

const history = await second.call<{ events: WireEvent[]; total: number }>("get_history", {
  session_id: session.id,
});
say(
  `It reads the history back: get_history -> ${history.total} events`,
  ...history.events.map((each) => `#${each.seq} ${each.author}: ${each.content}`),
  ...history.events.flatMap((each) =>
    (each.actions ?? []).map(
      (action) => `#${each.seq} ${action.tool_name} ${JSON.stringify(action.input)}: ${action.status}`,
    ),
  ),
);

const brief = await second.call<Brief>("resume_session", { directory: folder });
say(
  "And it asks: where were we? resume_session tells it in one reply",
  `It ended: ${brief.ended.state} (${brief.ended.evidence})`,
  `Last request, #${brief.last_request?.seq}: ${brief.last_request?.content}`,
  `Last answer, #${brief.last_answer?.seq}: ${brief.last_answer?.content}`,
  ...brief.open_todos.map((todo) => `Open todo [${todo.status}]: ${todo.content}`),
  ...brief.unfinished_actions.map((call) => `Never finished: ${call.tool_name} ${call.input}`),
  ...brief.files.map((file) => `Touched: ${file.path}`),
);
await second.close();

process.stdout.write(`\nEverything above is in ${database} (delete the folder when you like).\n`);
