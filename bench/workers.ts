// Child processes that get ready, start at one word, and report once.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What each of `count` processes of a script beside this file reports. */
export async function runWorkers<Report>(count: number, script: string, args: string[]): Promise<Report[]> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const children = Array.from({ length: count }, () => fork(path, args));
  try {
    await Promise.all(children.map(messageOf));
    const reports = children.map((child) => messageOf(child) as Promise<Report>);
    for (const child of children) child.send("go");
    return await Promise.all(reports);
  } finally {
    for (const child of children) {
      if (child.connected) child.kill();
      else if (child.exitCode === null) await once(child, "exit");
    }
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const failed = once(child, "exit").then(() => Promise.reject(new Error("a worker ended early")));
  const [message] = await Promise.race([once(child, "message"), failed]);
  failed.catch(() => {});
  return message;
}
