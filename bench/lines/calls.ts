// Calls through MCP on warm servers, by the SDK's client: ours, and the SDK's server answering from memory.
import { writeFileSync } from "node:fs";
import { type Connected, withServers } from "../client.ts";
import { eventsPerSession, fillEvents, openRawLog, sessionIdOf } from "../fill.ts";
import type { Durability } from "../floors/raw-log.ts";
import type { Line } from "../line.ts";
import { interleave } from "../measure.ts";
import { prose } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const content = prose(1000);
const rounds = { rounds: 1500, warmUp: 700 };

/** The floor is the sum of two medians of the same rounds: a tool that does nothing, and the append it would do. */
function addEventLine(durability: Durability): Line {
  return {
    name: `add_event through MCP at ${durability.toUpperCase()}`,
    unit: "ms",
    atMost: 1.15,
    async measure(bench) {
      const file = bench.newFile();
      const our = await bench.server(file, "--durability", durability);
      const args = await newCall(bench, file);
      const answers = { add_event: await answerOf(bench, file, "add_event", args) };
      const sdk = await bench.sdkServer(writeAnswers(bench, answers));
      const raw = openRawLog(bench.newFile(), durability, [args.session_id]);
      return withServers({ our, sdk }, async ({ our, sdk }) => {
        const times = await interleave(
          {
            ours: () => our.call("add_event", args),
            tool: () => sdk.call("add_event", args),
            toolAgain: () => sdk.call("add_event", args),
            append: () => raw.append({ sessionId: args.session_id, author: args.author, content }),
          },
          rounds,
        );
        const { tool, toolAgain, append } = times;
        return { floor: sum(tool, append), floorAgain: sum(toolAgain, append), ours: times.ours };
      });
    },
  };
}

const sum = (a: { p50: number; p90: number; samples: number }, b: { p50: number; p90: number }) => ({
  p50: a.p50 + b.p50,
  p90: a.p90 + b.p90,
  samples: a.samples,
});

/** The first 50 events of a session of its own, read again and again; the floor answers with the same result. */
function getHistoryLine(name: string, contentLength: number): Line {
  return {
    name,
    unit: "ms",
    atMost: 1.3,
    async measure(bench) {
      const file = bench.newFile();
      const our = await bench.server(file);
      const { session_id } = await newCall(bench, file);
      await withServers({ our }, async ({ our }) => {
        for (let index = 0; index < 50; index += 1) {
          await our.call("add_event", { session_id, author: "user", content: prose(contentLength, index) });
        }
      });
      const answers = { get_history: await answerOf(bench, file, "get_history", { session_id }) };
      const sdk = await bench.sdkServer(writeAnswers(bench, answers));
      return withServers({ our, sdk }, ({ our, sdk }) =>
        interleave(
          {
            ours: () => our.call("get_history", { session_id }),
            floor: () => sdk.call("get_history", { session_id }),
            floorAgain: () => sdk.call("get_history", { session_id }),
          },
          rounds,
        ),
      );
    },
  };
}

/** Any session of the file, each time another one. */
const growth: Line = {
  name: "get_history of 50 through MCP at 10^6 events / at 10^4",
  unit: "ms",
  atMost: 2,
  async measure(bench) {
    const [small, large] = [bench.newFile(), bench.newFile()];
    fillEvents(small, 10_000);
    fillEvents(large, 1_000_000);
    const programs = {
      floor: await bench.server(small),
      floorAgain: await bench.server(small),
      ours: await bench.server(large),
    };
    return withServers(programs, ({ floor, floorAgain, ours }) =>
      interleave(
        {
          floor: readAny(floor, 10_000),
          floorAgain: readAny(floorAgain, 10_000),
          ours: readAny(ours, 1_000_000),
        },
        { rounds: 700, warmUp: 300 },
      ),
    );
  },
};

function readAny(server: Connected, events: number): () => unknown {
  return () => {
    const index = Math.floor(Math.random() * (events / eventsPerSession));
    return server.call("get_history", { session_id: sessionIdOf(index) });
  };
}

async function newCall(bench: Workbench, file: string) {
  return withServers({ our: await bench.server(file) }, async ({ our }) => {
    const created = await our.call("create_session", {});
    const { id } = created.session as { id: string };
    return { session_id: id, author: "assistant", content };
  });
}

async function answerOf(bench: Workbench, file: string, name: string, args: Record<string, unknown>) {
  return withServers({ our: await bench.server(file) }, async ({ our }) => our.call(name, args));
}

function writeAnswers(bench: Workbench, answers: Record<string, unknown>): string {
  const file = `${bench.newFile()}.json`;
  writeFileSync(file, JSON.stringify(answers));
  return file;
}

export const callLines: readonly Line[] = [
  addEventLine("full"),
  addEventLine("normal"),
  getHistoryLine("get_history of 50 through MCP", 150),
  getHistoryLine("get_history of 50 through MCP, 1 KB each, cut to fit", 1000),
  growth,
];
