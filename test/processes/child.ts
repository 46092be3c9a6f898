// A process that a test starts of a bundle, and kills at the latest when it is over.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { bundleEnvironment } from "./bundle.ts";

export interface Child {
  process: ChildProcess;
  /** It has loaded its code and said its first word; or it is gone. */
  ready: Promise<unknown>;
  closed: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it has said so far, in full lines. */
  said(): string[];
  /** What it waits for when it is ready. */
  go(): void;
  /** Kills it, and waits until it is gone. */
  kill(): Promise<void>;
}

export function startChild(file: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = once(child, "close").then(([code, signal]) => ({ code, signal }));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return {
    process: child,
    ready: Promise.race([once(child.stdout, "data"), closed]),
    closed,
    said: () => text.split("\n").slice(0, -1),
    go: () => void child.stdin.write("go\n"),
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
