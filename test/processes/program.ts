// The built program as a process: lines in, lines out, ended by its own pid when the test is over.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeFolder } from "../open-test-store.ts";

export const checkout = join(import.meta.dirname, "..", "..");
export const program = join(checkout, "dist", "backstory.js");

// Compiled code is shared between the starts of all tests, as it is between those of a user.
const cache = join(checkout, "node_modules", ".cache");

export interface Reply {
  id: number | string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape.
  result?: any;
  // biome-ignore lint/suspicious/noExplicitAny: and into errors of every shape.
  error?: any;
}

/** What a tool said: its structured result, or the error that stands in its text. */
export interface ToolAnswer {
  isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape.
  result: any;
  error: { code: string; message: string; hint: string; retryable: boolean };
}

/** An environment in which nothing of the user's is read or written. */
export function testEnvironment(folder = makeFolder()): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    XDG_CACHE_HOME: cache,
    XDG_DATA_HOME: join(folder, "data"),
  };
}

export interface StartOptions {
  db?: string;
  args?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Instead of node and the built program. */
  command?: readonly string[];
}

export function startProgram(options: StartOptions = {}): Program {
  const [file = process.execPath, ...args] = options.command ?? [process.execPath, program];
  const db = options.db === undefined ? [] : ["--db", options.db];
  const child = spawn(file, [...args, ...db, ...(options.args ?? [])], {
    cwd: options.cwd ?? makeFolder(),
    env: { ...testEnvironment(), ...options.env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return new Program(child);
}

export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written, line by line; a last line without its end is not among them. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly #waiting = new Set<() => void>();
  #lastId = 0;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    // Both streams are read to their ends before a test looks at what was written.
    this.ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
    void this.ended.then(() => this.#wake());
    child.stdin.on("error", () => {});
    collectLines(child.stdout, this.stdout, () => this.#wake());
    collectLines(child.stderr, this.stderr, () => this.#wake());
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get replies(): Reply[] {
    return this.stdout.map((line) => JSON.parse(line) as Reply);
  }

  write(text: string | Buffer): void {
    this.child.stdin.write(text);
  }

  send(...messages: readonly object[]): void {
    this.write(messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join(""));
  }

  /** Resolves with what `find` finds, once it finds something; rejects when the process has ended without it. */
  async until<T>(find: () => T | undefined): Promise<T> {
    while (true) {
      const found = find();
      if (found !== undefined) return found;
      const { exitCode, signalCode, stdout } = this.child;
      if ((exitCode !== null || signalCode !== null) && stdout.readableEnded) {
        throw new Error(`the process ended (${exitCode ?? signalCode}): ${this.stderr.join("\n")}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  reply(id: Reply["id"]): Promise<Reply> {
    let seen = 0;
    return this.until(() => {
      while (seen < this.stdout.length) {
        const reply = JSON.parse(this.stdout[seen++] ?? "") as Reply;
        if (reply.id === id) return reply;
      }
      return undefined;
    });
  }

  request(method: string, params?: object): Promise<Reply> {
    const id = `request-${++this.#lastId}`;
    this.send({ id, method, params });
    return this.reply(id);
  }

  async initialize(): Promise<void> {
    await this.request("initialize", initializeParams());
    this.send({ method: "notifications/initialized" });
  }

  async call(name: string, args: object = {}): Promise<ToolAnswer> {
    return toAnswer(await this.request("tools/call", { name, arguments: args }));
  }

  /** Closes its stdin and waits for its end. */
  end(): Promise<{ code: number | null; signal: string | null }> {
    this.child.stdin.end();
    return this.ended;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export function initializeParams(protocolVersion = "2025-11-25"): object {
  return { protocolVersion, capabilities: {}, clientInfo: { name: "raw-client", version: "1" } };
}

export function toAnswer({ result, error }: Reply): ToolAnswer {
  if (result === undefined) throw new Error(`no result but ${JSON.stringify(error)}`);
  if (result.isError) return { isError: true, result: undefined, ...JSON.parse(result.content[0].text) };
  return { isError: false, result: result.structuredContent, error: undefined as never };
}

// Not node:readline, which also splits at U+2028, a character like others in JSON.
function collectLines(stream: NodeJS.ReadableStream, lines: string[], wake: () => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  stream.on("end", wake);
}
