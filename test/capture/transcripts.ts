// Claude Code transcripts made for a test: lines as the host writes them, in a folder of their own.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../open-test-store.ts";

export interface LineOptions {
  sessionId: string;
  cwd?: string;
  text?: string;
}

const began = Date.UTC(2026, 9, 1);

/** The n-th line of a session: requests and answers by turns, each with a call of a tool and its result. */
export function lineOf(n: number, { sessionId, cwd = "/home/ada/engine", text }: LineOptions): string {
  const base = {
    uuid: `${sessionId}-${n}`,
    parentUuid: n === 0 ? null : `${sessionId}-${n - 1}`,
    sessionId,
    cwd,
    gitBranch: "main",
    version: "2.1.0",
    isSidechain: false,
    userType: "external",
    timestamp: new Date(began + n * 1000).toISOString(),
  };
  const words = text ?? `line ${n} of ${sessionId}`;
  const call = `toolu_${sessionId}_${n - (n % 3)}`;
  if (n % 3 === 0)
    return JSON.stringify({ ...base, type: "user", message: { role: "user", content: words } });
  if (n % 3 === 1) {
    const content = [
      { type: "text", text: words },
      { type: "tool_use", id: call, name: "Bash", input: { command: `echo ${n}` } },
    ];
    const usage = { input_tokens: 10, output_tokens: 5 };
    const message = { id: `msg_${sessionId}_${n}`, role: "assistant", model: "claude-x", content, usage };
    return JSON.stringify({ ...base, type: "assistant", message });
  }
  const content = [{ type: "tool_result", tool_use_id: call, content: words }];
  return JSON.stringify({ ...base, type: "user", message: { role: "user", content } });
}

export function linesOf(count: number, options: LineOptions): string {
  return Array.from({ length: count }, (_, n) => `${lineOf(n, options)}\n`).join("");
}

/** A home with a transcript of each name, in the folder where Claude Code keeps them. */
export function makeHome(files: Record<string, string>): { home: string; path: (name: string) => string } {
  const home = makeFolder();
  const path = (name: string) => join(home, ".claude", "projects", name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  }
  return { home, path };
}
