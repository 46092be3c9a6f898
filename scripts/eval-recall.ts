// `npm run eval:recall -- SET.json.gz`: how much of the evidence searching finds, asked of the built program as a client asks.
// `--one-database` puts all stores of the set into one; `--in-project` asks for what is in their project instead of all;
// `--in-memory` asks src/recall alone, with exact frequencies.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { searchInMemory } from "../test/recall/memory-index.ts";

interface Message {
  readonly id: string;
  readonly session: string;
  readonly author: string;
  readonly text: string;
  /** As its set writes it; may be empty. */
  readonly time: string;
}

interface Store {
  readonly store: string;
  readonly messages: readonly Message[];
  readonly queries: readonly { readonly q: string; readonly gold: readonly string[] }[];
}

/** The stores' messages, searchable: the first hits as `nameOf` names them. */
interface Searcher {
  search(query: string): Promise<string[]>;
  close(): Promise<void>;
}

const mostHits = 10;
const nameOf = (store: Store, id: string) => `${store.store} ${id}`;

/** Each store's sessions with their messages in order. */
function sessionsOf(store: Store): { name: string; messages: Message[] }[] {
  const sessions = Map.groupBy(store.messages, ({ session }) => session);
  return [...sessions].map(([name, messages]) => ({ name: `${store.store} ${name}`, messages }));
}

/** "March-15-2024", "1:56 pm on 8 May, 2023"; undefined where there is none. */
function toTime(time: string): Date | undefined {
  const date = new Date(`${time.replace(/^.* on /, "").replaceAll("-", " ")} UTC`);
  return time === "" || Number.isNaN(date.getTime()) ? undefined : date;
}

async function startProgram(stores: readonly Store[], inProject: boolean): Promise<Searcher> {
  const folder = mkdtempSync(join(tmpdir(), "backstory-recall-"));
  const scope = inProject ? { scope: "project", directory: folder } : { scope: "all" };
  const client = new Client({ name: "eval-recall", version: "1.0.0" });
  const args = ["dist/backstory.js", "--db", join(folder, "recall.db"), "--log-level", "warn"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  // biome-ignore lint/suspicious/noExplicitAny: results of several shapes.
  const call = async (name: string, given: Record<string, unknown>): Promise<any> => {
    const result = await client.callTool({ name, arguments: given });
    if (result.isError) throw new Error(JSON.stringify(result.content));
    return result.structuredContent;
  };
  const names = new Map<string, string>();
  for (const store of stores) {
    for (const { name, messages } of sessionsOf(store)) {
      const { session } = await call("create_session", { title: name, directory: folder });
      for (let from = 0; from < messages.length; from += 100) {
        const batch = messages.slice(from, from + 100);
        const events = batch.map(({ author, text, time }) => {
          const created_at = toTime(time)?.toISOString();
          return { author, content: text, ...(created_at && { created_at }) };
        });
        const { seqs } = await call("add_events", { session_id: session.id, events });
        for (const [index, { id }] of batch.entries())
          names.set(`${session.id}#${seqs[index]}`, nameOf(store, id));
      }
    }
  }
  const ask = (query: string) => call("search_history", { query, mode: "any", ...scope, limit: mostHits });
  // A search follows the log for a bounded time; what is measured is a store that has been followed.
  while ((await ask("ready")).unindexed > 0);
  return {
    async search(query) {
      const { hits } = await ask(query);
      return hits.map((hit: { session_id: string; seq: number }) =>
        names.get(`${hit.session_id}#${hit.seq}`),
      );
    },
    async close() {
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startInMemory(stores: readonly Store[]): Searcher {
  const events = stores.flatMap((store) =>
    sessionsOf(store).flatMap(({ name, messages }) =>
      messages.map(({ id, author, text, time }, index) => ({
        name: nameOf(store, id),
        session: name,
        seq: index + 1,
        author,
        text,
        createdAt: toTime(time)?.getTime() ?? 0,
      })),
    ),
  );
  const search = searchInMemory(events);
  return {
    search: async (query) =>
      search(query)
        .slice(0, mostHits)
        .map(({ key }) => events[key]?.name ?? ""),
    close: async () => {},
  };
}

interface Answer {
  readonly atFive: number;
  readonly atTen: number;
  readonly isEmpty: boolean;
  readonly milliseconds: number;
}

async function askAll(searcher: Searcher, store: Store): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { q, gold } of store.queries) {
    const start = performance.now();
    const found = await searcher.search(q);
    const milliseconds = performance.now() - start;
    const share = (most: number) =>
      gold.filter((id) => found.slice(0, most).includes(nameOf(store, id))).length / gold.length;
    answers.push({ atFive: share(5), atTen: share(mostHits), isEmpty: found.length === 0, milliseconds });
  }
  return answers;
}

function readSet(path: string): { name: string; stores: Store[] } {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    "one-database": { type: "boolean" },
    "in-project": { type: "boolean" },
    "in-memory": { type: "boolean" },
  },
});
const [path] = positionals;
if (path === undefined)
  throw new Error(
    "Name a set: npm run eval:recall -- SET.json.gz [--one-database] [--in-project | --in-memory]",
  );

const { name, stores } = readSet(path);
const answers: Answer[] = [];
for (const together of values["one-database"] ? [stores] : stores.map((store) => [store])) {
  const searcher = values["in-memory"]
    ? startInMemory(together)
    : await startProgram(together, values["in-project"] === true);
  for (const store of together) answers.push(...(await askAll(searcher, store)));
  await searcher.close();
}

const percent = (values: number[]) =>
  ((100 * values.reduce((sum, value) => sum + value, 0)) / values.length).toFixed(1);
const times = answers.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
const quantile = (share: number) => `${times[Math.floor(share * (times.length - 1))]?.toFixed(1)} ms`;
process.stdout.write(`${name}, ${answers.length} queries
evidence recall at 10: ${percent(answers.map(({ atTen }) => atTen))}
evidence recall at 5:  ${percent(answers.map(({ atFive }) => atFive))}
empty answers:         ${answers.filter(({ isEmpty }) => isEmpty).length}
p50 ${quantile(0.5)}, p95 ${quantile(0.95)}
`);
