// Listing 20 sessions of 10^3 and of 10^5. Every filter leaves at least 20 in both files.
import type { SessionQuery } from "../../src/db/store.ts";
import { withServers } from "../client.ts";
import { fillSessions } from "../fill.ts";
import type { Line } from "../line.ts";
import { interleave } from "../measure.ts";
import { openBenchStore } from "../store.ts";
import type { Workbench } from "../workbench.ts";

const counts = { small: 1_000, large: 100_000 };

interface Files {
  small: string;
  smallAgain: string;
  large: string;
  directory: string;
}

function makeFiles(bench: Workbench): Promise<Files> {
  return bench.once("session files", async () => {
    // Real ones: list_sessions resolves the directory it is given.
    const directories = Array.from({ length: 10 }, (_, index) => bench.newFolder(`project-${index}`));
    const [small, smallAgain, large] = [bench.newFile(), bench.newFile(), bench.newFile()];
    fillSessions(small, counts.small, directories);
    fillSessions(smallAgain, counts.small, directories);
    fillSessions(large, counts.large, directories);
    return { small, smallAgain, large, directory: directories[3] ?? "" };
  });
}

type Filters = Pick<SessionQuery, "directory" | "appName" | "userId">;

function storeLine(name: string, filtersOf: (files: Files) => Filters): Line {
  return {
    name: `Store.listSessions${name} at 10^5 sessions / at 10^3`,
    unit: "ms",
    atMost: 1.2,
    async measure(bench) {
      const files = await makeFiles(bench);
      const query = { ...filtersOf(files), limit: 20 };
      const small = await openBenchStore(files.small, "full");
      const smallAgain = await openBenchStore(files.smallAgain, "full");
      const large = await openBenchStore(files.large, "full");
      const measured = await interleave(
        {
          floor: () => small.listSessions(query),
          floorAgain: () => smallAgain.listSessions(query),
          ours: () => large.listSessions(query),
        },
        { rounds: 1000, warmUp: 300 },
      );
      await Promise.all([small, smallAgain, large].map((store) => store.close()));
      return measured;
    },
  };
}

function callLine(name: string, argsOf: (files: Files) => Record<string, string>): Line {
  return {
    name: `list_sessions${name} through MCP at 10^5 sessions / at 10^3`,
    unit: "ms",
    atMost: 1.2,
    async measure(bench) {
      const files = await makeFiles(bench);
      const args = argsOf(files);
      const programs = {
        small: await bench.server(files.small),
        smallAgain: await bench.server(files.smallAgain),
        large: await bench.server(files.large),
      };
      return withServers(programs, ({ small, smallAgain, large }) =>
        interleave(
          {
            floor: () => small.call("list_sessions", args),
            floorAgain: () => smallAgain.call("list_sessions", args),
            ours: () => large.call("list_sessions", args),
          },
          { rounds: 1000, warmUp: 500 },
        ),
      );
    },
  };
}

export const sessionLines: readonly Line[] = [
  storeLine("", () => ({})),
  storeLine(" of a directory", ({ directory }) => ({ directory })),
  storeLine(" of an app and user", () => ({ appName: "bench", userId: "user-3" })),
  storeLine(" of an app", () => ({ appName: "bench" })),
  callLine("", () => ({})),
  callLine(" of a directory", ({ directory }) => ({ directory })),
  callLine(" of an app and user", () => ({ app_name: "bench", user_id: "user-3" })),
];
