// resume_session of a session of 10^5 events: one at work as agents are, and one whose only request was its first event.
import { withServers } from "../client.ts";
import { fillSession } from "../fill.ts";
import { indexFile } from "../fill-search.ts";
import type { Line } from "../line.ts";
import { interleave } from "../measure.ts";

const events = 100_000;
const rounds = { rounds: 300, warmUp: 100 };

function resumeLine(name: string, eventsPerRequest: number): Line {
  return {
    name,
    unit: "ms",
    atMost: 10,
    async measure(bench) {
      const file = bench.newFile();
      const session_id = fillSession(file, events, eventsPerRequest);
      // As in use: else the server indexes them between the calls.
      indexFile(file);
      const ours = await bench.server(file);
      return withServers({ ours }, ({ ours }) =>
        interleave({ ours: () => ours.call("resume_session", { session_id }) }, rounds),
      );
    },
  };
}

export const resumeLines: readonly Line[] = [
  resumeLine("resume_session on a session of 10^5 events", 20),
  resumeLine("resume_session on a session of 10^5 events with one request", events),
];
