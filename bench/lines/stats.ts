// get_stats over a year of work, and what bringing its sums up to date takes from others.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { LogSums } from "../../src/db/sqlite/log-sums.ts";
import { Rollups } from "../../src/db/sqlite/rollups.ts";
import { withServers } from "../client.ts";
import { fillYear } from "../fill-year.ts";
import type { Line } from "../line.ts";
import { interleave, type Spread, spreadOf } from "../measure.ts";
import type { Workbench } from "../workbench.ts";

const events = 1_000_000;

interface Filled {
  file: string;
  directory: string;
  /** Of the transactions that brought the sums up to date. */
  slices: Spread;
}

function makeFile(bench: Workbench): Promise<Filled> {
  return bench.once("a year of work", async () => {
    const file = bench.newFile();
    // Real ones: get_stats resolves the directory it is given.
    const directories = Array.from({ length: 20 }, (_, index) => bench.newFolder(`year-${index}`));
    fillYear(file, events, directories);
    return { file, directory: directories[0] ?? "", slices: spreadOf(bringUpToDate(file)) };
  });
}

/** Returns how long each transaction took. */
function bringUpToDate(file: string): number[] {
  const db = new Database(file);
  db.pragma("synchronous = FULL");
  const query = drizzle(db);
  const rollups = new Rollups(query, new LogSums(query));
  const times: number[] = [];
  for (let more = true; more; ) {
    const began = performance.now();
    more = db.transaction(() => rollups.advance()).immediate();
    times.push(performance.now() - began);
  }
  db.close();
  return times;
}

function callLine(name: string, argsOf: (filled: Filled) => Record<string, string>): Line {
  return {
    name: `get_stats through MCP over 10^6 events${name}`,
    unit: "ms",
    atMost: 50,
    async measure(bench) {
      const filled = await makeFile(bench);
      const args = argsOf(filled);
      const our = await bench.server(filled.file, "--toolsets", "admin");
      return withServers({ our }, ({ our }) =>
        interleave({ ours: () => our.call("get_stats", args) }, { rounds: 40, warmUp: 10 }),
      );
    },
  };
}

const slices: Line = {
  name: "get_stats: the write lock held to sum a slice of events",
  unit: "ms",
  atMost: 20,
  measure: async (bench) => ({ ours: (await makeFile(bench)).slices }),
};

export const statsLines: readonly Line[] = [
  callLine("", () => ({})),
  callLine(" of 30 days", () => ({ since: new Date(Date.now() - 30 * 86_400_000).toISOString() })),
  callLine(" of a project", ({ directory }) => ({ directory })),
  slices,
];
