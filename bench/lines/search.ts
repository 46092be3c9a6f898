// Searching 10^6 events, and what the index that makes it quick costs.
import type { SearchScope } from "../../src/db/search.ts";
import type { Store } from "../../src/db/store.ts";
import { newEvent } from "../../test/new-records.ts";
import { sessionIdOf } from "../fill.ts";
import { directoryOf, fillSearch, indexFile, marked, questionOf, rarest } from "../fill-search.ts";
import type { Line } from "../line.ts";
import { exactly, interleave, type Spread, spreadOf } from "../measure.ts";
import { openBenchStore, prose, sessionIn } from "../store.ts";
import { randomOf } from "../words.ts";
import type { Workbench } from "../workbench.ts";

const events = 1_000_000;

interface Filled {
  file: string;
  /** Of the transactions that indexed it. */
  slices: Spread;
}

function makeFile(bench: Workbench): Promise<Filled> {
  return bench.once("10^6 events to search", async () => {
    const file = bench.newFile();
    fillSearch(file, events);
    return { file, slices: spreadOf(indexFile(file).held) };
  });
}

const everywhere: SearchScope = { kind: "all" };
const inSession: SearchScope = { kind: "session", sessionId: sessionIdOf(0) };
const inProject: SearchScope = {
  kind: "project",
  of: { workspace: { directory: directoryOf(3), projectDirectory: directoryOf(3) } },
};

const search = (store: Store, text: string, scope: SearchScope) =>
  store.search.search({ text, mode: "any", scope, limit: 10, offset: 0 });

function searchLine(
  what: string,
  atMost: number,
  textOf: (random: () => number) => string,
  scope = everywhere,
): Line {
  return {
    name: `search 10^6 events for ${what}`,
    unit: "ms",
    atMost,
    async measure(bench) {
      const store = await openBenchStore((await makeFile(bench)).file, "full");
      const random = randomOf(3);
      const ours = () => search(store, textOf(random), scope);
      const measured = await interleave({ ours }, { rounds: 100, warmUp: 20 });
      await store.close();
      return measured;
    },
  };
}

const held: Line = {
  name: "the write lock held to index a slice of events",
  unit: "ms",
  atMost: 20,
  measure: async (bench) => ({ ours: (await makeFile(bench)).slices }),
};

/** Of a store whose log is a thousand events ahead, each time anew. */
const behind: Line = {
  name: "search right after 1,000 unindexed events of 1 KB",
  unit: "ms",
  atMost: 300,
  async measure(bench) {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const store = await openBenchStore(bench.newFile(), "full");
      const sessionId = (await store.createSession(sessionIn("/bench"))).record.id;
      const added = Array.from({ length: 500 }, (_, index) =>
        newEvent(sessionId, { author: "user", content: prose(1_000, index) }),
      );
      // In one turn of the event loop, so that nothing is indexed in between.
      const written = [store.appendEvents(sessionId, added), store.appendEvents(sessionId, added)];
      const began = performance.now();
      const { hits } = await search(store, "parser", everywhere);
      times.push(performance.now() - began);
      if (hits.length === 0) throw new Error("nothing was found");
      await Promise.all(written);
      await store.close();
    }
    return { ours: spreadOf(times) };
  },
};

/** Of 150 words. */
const indexing: Line = {
  name: "index an event of 1 KB",
  unit: "ms",
  atMost: 0.25,
  async measure(bench) {
    const file = bench.newFile();
    fillSearch(file, 20_000, 150);
    return { ours: exactly(indexFile(file).elapsed / 20_000) };
  },
};

/** The slowest but one of a hundred. */
const slowest: Line = {
  name: "search 10^6 events for a question of ten words: p99",
  unit: "ms",
  atMost: 120,
  async measure(bench) {
    const store = await openBenchStore((await makeFile(bench)).file, "full");
    const random = randomOf(4);
    const times: number[] = [];
    for (let round = -20; round < 300; round += 1) {
      const began = performance.now();
      await search(store, questionOf(random), everywhere);
      if (round >= 0) times.push(performance.now() - began);
    }
    await store.close();
    return { ours: exactly(times.toSorted((a, b) => a - b)[296] ?? 0) };
  },
};

export const searchLines: readonly Line[] = [
  searchLine("its rarest term", 2, () => rarest),
  searchLine("a term in 2 %", 10, () => marked.fiftieth),
  searchLine("a term in 92 %", 10, () => marked.most),
  searchLine("two common terms", 30, () => `${marked.tenth} ${marked.otherTenth}`),
  searchLine("a question of ten words", 40, questionOf),
  searchLine("a question, in a session of 10^4", 15, questionOf, inSession),
  searchLine("a term in 92 %, in a session of 10^4", 15, () => marked.most, inSession),
  searchLine("a question, in a project of 10^5", 20, questionOf, inProject),
  searchLine(
    "two common terms, in a project of 10^5",
    20,
    () => `${marked.tenth} ${marked.otherTenth}`,
    inProject,
  ),
  slowest,
  held,
  indexing,
  behind,
];
