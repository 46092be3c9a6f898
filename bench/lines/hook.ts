// A host waits for its hook: from spawn to exit, against a bare node that reads its stdin and ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Line } from "../line.ts";
import { interleave, spreadOf } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Program, Workbench } from "../workbench.ts";

type PayloadOf = (bench: Workbench, round: number) => object;

const rounds = 25;
const session = { session_id: "bench", cwd: "/tmp" };

async function run({ command, args, env }: Program, payload: object): Promise<void> {
  const child = spawn(command, args, { env, stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(JSON.stringify(payload));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the hook ended with ${code}`);
}

function hookLine(name: string, payloadOf: PayloadOf, atMost?: number): Line {
  return {
    name,
    unit: "ms",
    ...(atMost === undefined ? {} : { atMost }),
    async measure(bench) {
      const file = await bench.once(`file of ${name}`, async () => {
        const made = bench.newFile();
        await (await openBenchStore(made, "full")).close();
        return made;
      });
      const bare = await bench.bareReader();
      const hook = await bench.server(file, "hook", "claude-code");
      // The first fills the compile cache of the run.
      for (let warm = -3; warm < 0; warm += 1) await run(hook, payloadOf(bench, warm));
      const times = { floor: [] as number[], floorAgain: [] as number[], ours: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        const payload = payloadOf(bench, round);
        const once = async (program: Program) => {
          const { only } = await interleave({ only: () => run(program, payload) }, { rounds: 1, warmUp: 0 });
          return only.p50;
        };
        times.floor.push(await once(bare));
        times.ours.push(await once(hook));
        times.floorAgain.push(await once(bare));
      }
      const { floor, floorAgain, ours } = times;
      return { floor: spreadOf(floor), floorAgain: spreadOf(floorAgain), ours: spreadOf(ours) };
    },
  };
}

const prompt: PayloadOf = (_bench, round) => ({
  ...session,
  hook_event_name: "UserPromptSubmit",
  prompt: `prompt ${round}`,
});

/** A turn has been added to a transcript of some length. */
const answer: PayloadOf = (bench, round) => {
  const transcript_path = join(bench.folder, "bench.jsonl");
  const line = (n: number) => {
    const uuid = `u-${round}-${n}`;
    const message = {
      role: n === 0 ? "user" : "assistant",
      content: `message ${round} ${n} ${"x".repeat(500)}`,
    };
    return `${JSON.stringify({ ...session, sessionId: "bench", uuid, type: message.role, message })}\n`;
  };
  if (round === -3) writeFileSync(transcript_path, Array.from({ length: 200 }, (_, n) => line(-n)).join(""));
  appendFileSync(transcript_path, line(0) + line(1));
  const last_assistant_message = JSON.parse(line(1)).message.content;
  return { ...session, hook_event_name: "Stop", transcript_path, last_assistant_message };
};

const start: PayloadOf = (_bench, round) => ({
  ...session,
  session_id: `start ${round}`,
  hook_event_name: "SessionStart",
  source: "startup",
});

export const hookLines: readonly Line[] = [
  hookLine("hook: a prompt", prompt, 3),
  hookLine("hook: an answer, with its transcript", answer),
  hookLine("hook: the start of a session", start),
];
