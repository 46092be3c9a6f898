// What `backstory import` takes for a long transcript: processor time for each megabyte, and the most memory it held.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Line } from "../line.ts";
import { exactly } from "../measure.ts";
import { prose } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const megabytes = 300;
const textLength = 2_500;

/** A Claude Code transcript: requests and answers by turns. */
async function writeTranscript(bench: Workbench): Promise<string> {
  const path = join(bench.newFolder("transcripts"), "long.jsonl");
  const file = openSync(path, "w");
  for (let n = 0, bytes = 0; bytes < megabytes * 1024 * 1024; n += 1) {
    const type = n % 2 === 0 ? "user" : "assistant";
    const content = type === "user" ? prose(textLength, n) : [{ type: "text", text: prose(textLength, n) }];
    const line = {
      type,
      uuid: `event-${n}`,
      sessionId: "long",
      cwd: "/bench",
      timestamp: new Date(Date.UTC(2026, 9, 1) + n * 1000).toISOString(),
      message: { role: type, id: `message-${n}`, content },
    };
    bytes += writeSync(file, `${JSON.stringify(line)}\n`);
  }
  closeSync(file);
  return path;
}

/** Both figures of one import. */
async function importOnce(bench: Workbench): Promise<{ seconds: number; mebibytes: number }> {
  const transcript = await writeTranscript(bench);
  const program = await bench.program();
  const args = [program, "--db", bench.newFile(), "import", transcript];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const figures = { seconds: 0, mebibytes: 0 };
  const ended = once(child, "exit");
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const held = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
      // A process that has just ended holds nothing.
      if (held !== undefined) figures.mebibytes = Number(held) / 1024;
      figures.seconds = processorSeconds(readFileSync(`/proc/${child.pid}/stat`, "utf8"));
    } catch {
      // It has just ended.
    }
    await sleep(20);
  }
  await ended;
  return figures;
}

// utime and stime, in hundredths of a second (proc_pid_stat(5)); the name before them may have spaces.
function processorSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export const importLines: readonly Line[] = [
  {
    name: `import of ${megabytes} MB, processor time for each MB`,
    unit: "ms",
    atMost: 50,
    async measure(bench) {
      const { seconds } = await bench.once("import", () => importOnce(bench));
      return { ours: exactly((seconds * 1000) / megabytes) };
    },
  },
  {
    name: `import of ${megabytes} MB, most memory resident`,
    unit: "MiB",
    atMost: 200,
    async measure(bench) {
      const { mebibytes } = await bench.once("import", () => importOnce(bench));
      return { ours: exactly(mebibytes) };
    },
  },
];
