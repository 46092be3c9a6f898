// Forks: what it costs to read one, whatever its depth, and to make one, whatever the length of the history.
import { statSync } from "node:fs";
import type { Store } from "../../src/db/store.ts";
import { newEvent } from "../../test/new-records.ts";
import { withServers } from "../client.ts";
import type { Line } from "../line.ts";
import { exactly, interleave, spreadOf } from "../measure.ts";
import { openBenchStore, prose, sessionIn } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const depth = 10;
const eventsPerLevel = 5;

interface Sessions {
  plain: string;
  plainAgain: string;
  fork: string;
}

/** Two plain sessions of 50 events, and one whose 50 events belong to ten others. */
function makeFile(bench: Workbench): Promise<{ file: string; sessions: Sessions }> {
  return bench.once("forks", async () => {
    const file = bench.newFile();
    const store = await openBenchStore(file, "normal");
    const newId = async () => (await store.createSession(sessionIn("/bench"))).record.id;
    const [plain, plainAgain] = [await newId(), await newId()];
    for (const id of [plain, plainAgain]) await append(store, id, depth * eventsPerLevel);
    let fork = await newId();
    for (let level = 0; level < depth; level += 1) {
      await append(store, fork, eventsPerLevel);
      fork = await forkOf(store, fork);
    }
    await store.close();
    return { file, sessions: { plain, plainAgain, fork } };
  });
}

function append(store: Store, sessionId: string, count: number) {
  const event = (index: number) => newEvent(sessionId, { author: "assistant", content: prose(200, index) });
  return store.appendEvents(
    sessionId,
    Array.from({ length: count }, (_, index) => event(index)),
  );
}

async function forkOf(store: Store, sessionId: string): Promise<string> {
  const fork = { sessionId, atSeq: null, title: null, idempotencyKey: null, client: "bench" };
  return (await store.forkSession({ ...fork, origin: "tool" })).record.id;
}

const storeLine: Line = {
  name: "Store.getHistory of 50 on a 10-deep fork / on a plain session",
  unit: "ms",
  atMost: 2,
  async measure(bench) {
    const { file, sessions } = await makeFile(bench);
    const store = await openBenchStore(file, "normal");
    const read = (sessionId: string) => () =>
      store.getHistory({ sessionId, order: "asc", orderBy: "seq", limit: 50 });
    const measured = await interleave(
      { floor: read(sessions.plain), floorAgain: read(sessions.plainAgain), ours: read(sessions.fork) },
      { rounds: 3000, warmUp: 1000 },
    );
    await store.close();
    return measured;
  },
};

const callLine: Line = {
  name: "get_history of 50 on a 10-deep fork / on a plain session",
  unit: "ms",
  atMost: 2,
  async measure(bench) {
    const { file, sessions } = await makeFile(bench);
    return withServers({ server: await bench.server(file) }, ({ server }) => {
      const read = (session_id: string) => () => server.call("get_history", { session_id });
      return interleave(
        { floor: read(sessions.plain), floorAgain: read(sessions.plainAgain), ours: read(sessions.fork) },
        { rounds: 1500, warmUp: 700 },
      );
    });
  },
};

const large = 100_000;
const forks = 200;

/** Forks of a session of 10^5 events: milliseconds of each, and the bytes by which they make the file grow. */
function measureForking(bench: Workbench) {
  return bench.once("forking", async () => {
    const file = bench.newFile();
    const filled = await openBenchStore(file, "full");
    const { record } = await filled.createSession(sessionIn("/bench"));
    for (let count = 0; count < large; count += 500) await append(filled, record.id, 500);
    await filled.close();
    const before = statSync(file).size;
    const store = await openBenchStore(file, "full");
    const times: number[] = [];
    for (let index = 0; index < forks; index += 1) {
      const started = performance.now();
      await forkOf(store, record.id);
      times.push(performance.now() - started);
    }
    await store.close();
    return { times: spreadOf(times), bytes: exactly((statSync(file).size - before) / forks) };
  });
}

const forkTime: Line = {
  name: "Store.forkSession of 10^5 events",
  unit: "ms",
  atMost: 10,
  measure: async (bench) => ({ ours: (await measureForking(bench)).times }),
};

const forkSize: Line = {
  name: "bytes of the database that a fork of 10^5 events takes",
  unit: "bytes",
  atMost: 10_000,
  measure: async (bench) => ({ ours: (await measureForking(bench)).bytes }),
};

export const forkLines: readonly Line[] = [storeLine, callLine, forkTime, forkSize];
