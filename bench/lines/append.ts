// Appending through the Store, without a protocol: against raw SQL, and as the file grows.
import type { Store } from "../../src/db/store.ts";
import { newEvent } from "../../test/new-records.ts";
import { fillEvents, openRawLog, sessionIdOf } from "../fill.ts";
import type { Durability } from "../floors/raw-log.ts";
import type { Line } from "../line.ts";
import { interleave } from "../measure.ts";
import { openBenchStore, prose, sessionIn } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const content = prose(1000);

/** Events of 1 KB to one session of a new file, each with its commit; the floor to a file of its own. */
function appendLine(durability: Durability): Line {
  return {
    name: `Store.appendEvent at ${durability.toUpperCase()}`,
    unit: "ms",
    atMost: 1.15,
    async measure(bench) {
      const store = await openBenchStore(bench.newFile(), durability);
      const { record } = await store.createSession(sessionIn("/bench"));
      const event = newEvent(record.id, { author: "assistant", content });
      const raw = openRawLog(bench.newFile(), durability, [record.id]);
      const rawEvent = { sessionId: record.id, author: "assistant", content };
      const { floor, floorAgain, ours } = await interleave(
        {
          floor: () => raw.append(rawEvent),
          ours: () => store.appendEvent(event),
          floorAgain: () => raw.append(rawEvent),
        },
        { rounds: 6000, warmUp: 1500 },
      );
      await store.close();
      return { floor, floorAgain, ours };
    },
  };
}

/** To ten sessions in turn, as the agents at work at one time, at NORMAL: no disk hides the growth of the work. */
const growth: Line = {
  name: "Store.appendEvent at 10^6 events / at 10^3",
  unit: "ms",
  atMost: 1.3,
  async measure(bench) {
    const small = await openFilled(bench, 1_000);
    const smallAgain = await openFilled(bench, 1_000);
    const large = await openFilled(bench, 1_000_000);
    const { floor, floorAgain, ours } = await interleave(
      { floor: appendInTurn(small), floorAgain: appendInTurn(smallAgain), ours: appendInTurn(large) },
      { rounds: 3000, warmUp: 1000 },
    );
    await Promise.all([small, smallAgain, large].map((store) => store.close()));
    return { floor, floorAgain, ours };
  },
};

function openFilled(bench: Workbench, events: number): Promise<Store> {
  const file = bench.newFile();
  fillEvents(file, events);
  return openBenchStore(file, "normal");
}

function appendInTurn(store: Store): () => Promise<unknown> {
  let turn = 0;
  return () => {
    turn += 1;
    return store.appendEvent(newEvent(sessionIdOf(turn % 10), { author: "assistant", content }));
  };
}

export const appendLines: readonly Line[] = [appendLine("normal"), appendLine("full"), growth];
