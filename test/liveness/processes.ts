// Real processes to be judged, each ended by its pid when the test is over.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export const onLinux = process.platform === "linux";
export const idle = "setInterval(() => {}, 1000)";

/** A node process running `script` that has said its first line. */
export async function startNode(script: string): Promise<{ pid: number; line: string; child: ChildProcess }> {
  return started(spawn(process.execPath, ["-e", `${script}; console.log("up")`], { stdio: "pipe" }));
}

export async function started(
  child: ChildProcess,
): Promise<{ pid: number; line: string; child: ChildProcess }> {
  onTestFinished(() => void child.kill("SIGKILL"));
  const failed = once(child, "error").then(([error]) => Promise.reject(error));
  const said = once(child.stdout as NodeJS.ReadableStream, "data");
  const [data] = await Promise.race([said, failed]);
  return { pid: child.pid as number, line: String(data).trim(), child };
}

/** Resolves once the process has been killed and collected. */
export async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 200; waited++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the condition was not met within 5 s");
}
