// A host reduced to what a start costs: spawns a server, writes JSON-RPC by hand, and waits for each answer.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Program } from "./workbench.ts";

export class HostedServer {
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines;
  #id = 0;

  constructor({ command, args, env }: Program) {
    this.#process = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    this.#exited = once(this.#process, "exit");
    if (this.#process.stdout === null) throw new Error("no stdout");
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async request(method: string, params: object): Promise<void> {
    this.#id += 1;
    this.#send({ jsonrpc: "2.0", id: this.#id, method, params });
    const { value } = await this.#lines.next();
    const answer = JSON.parse(String(value));
    if (answer.id !== this.#id || answer.result === undefined || answer.result.isError) {
      throw new Error(`${method}: ${String(value).slice(0, 500)}`);
    }
  }

  /** The handshake and the list of tools, as every host begins. */
  async greet(): Promise<void> {
    const clientInfo = { name: "bench", version: "0" };
    await this.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await this.request("tools/list", {});
  }

  /** Resident memory in MiB, as the kernel counts it; undefined where there is no /proc. */
  residentMemory(): number | undefined {
    if (process.platform !== "linux") return undefined;
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  /** Closes its input, and waits for its end: the next one has the machine to itself. */
  async end(): Promise<void> {
    this.#process.stdin?.end();
    await this.#exited;
  }

  #send(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
