// `node_modules/.bin/node scripts/eval-large.ts SET.json.gz [--others N] [--in-project]`: what bounding the candidates costs.
// The set's messages are spread over all ages among N others (10^6) of the same words, and the Store's search, everywhere
// or in the one project that all are in, is compared with BM25 over every passage.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { sessionIdOf } from "../bench/fill.ts";
import { indexFile } from "../bench/fill-search.ts";
import { openRaw, RawLog } from "../bench/floors/raw-log.ts";
import { openBenchStore } from "../bench/store.ts";
import { randomOf } from "../bench/words.ts";
import type { SearchScope } from "../src/db/search.ts";
import { toPassages } from "../src/recall/passages.ts";
import { parseQuery } from "../src/recall/query.ts";
import { toTerms } from "../src/recall/terms.ts";

interface Message {
  readonly id: string;
  readonly session: string;
  readonly author: string;
  readonly text: string;
}

interface Asked {
  readonly q: string;
  readonly gold: readonly string[];
}

interface Set {
  readonly stores: readonly { store: string; messages: readonly Message[]; queries: readonly Asked[] }[];
}

const mostHits = 10;
const wordsPerOther = 40;
const othersPerSession = 100;
const [k1, b] = [1.2, 0.75];

/** Every passage that has a term of the queries: which of them, how often, and how long it is. */
class ExactIndex {
  readonly #terms = new Map<string, { events: number[]; passages: number[]; counts: number[] }>();
  readonly #lengths: number[] = [];
  #sum = 0;

  constructor(queries: readonly string[]) {
    for (const query of queries)
      for (const { term } of parseQuery(query).terms)
        this.#terms.set(term, { events: [], passages: [], counts: [] });
  }

  add(event: number, text: string): void {
    for (const passage of toPassages([{ kind: "content", text }])) {
      const counts = new Map<string, number>();
      const terms = toTerms(passage.text);
      for (const term of terms) if (this.#terms.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const [term, count] of counts) {
        const postings = this.#terms.get(term);
        postings?.events.push(event);
        postings?.passages.push(this.#lengths.length);
        postings?.counts.push(count);
      }
      this.#lengths.push(terms.length);
      this.#sum += terms.length;
    }
  }

  /** The best events, each by its best passage. */
  best(query: string): number[] {
    const average = this.#sum / this.#lengths.length;
    const scores = new Map<number, number>();
    const events = new Map<number, number>();
    for (const { term } of parseQuery(query).terms) {
      const { events: owners = [], passages = [], counts = [] } = this.#terms.get(term) ?? {};
      const idf = Math.log(1 + (this.#lengths.length - passages.length + 0.5) / (passages.length + 0.5));
      for (const [index, passage] of passages.entries()) {
        const count = counts[index] ?? 0;
        const norm = k1 * (1 - b + (b * (this.#lengths[passage] ?? 0)) / average);
        scores.set(passage, (scores.get(passage) ?? 0) + (idf * count * (k1 + 1)) / (count + norm));
        events.set(passage, owners[index] ?? 0);
      }
    }
    const best = new Map<number, number>();
    for (const [passage, score] of scores) {
      const event = events.get(passage) ?? 0;
      best.set(event, Math.max(score, best.get(event) ?? 0));
    }
    const ranked = [...best].sort(([one, score], [other, others]) => others - score || other - one);
    return ranked.slice(0, mostHits).map(([event]) => event);
  }
}

/** Fills the file; returns which message each event is, by `session seq` and by its place in the log. */
function fill(file: string, { stores }: Set, others: number, exact: ExactIndex) {
  const random = randomOf(11);
  const messages = stores.flatMap(({ store, messages }) =>
    messages.map((message) => ({
      ...message,
      id: `${store} ${message.id}`,
      session: `${store} ${message.session}`,
    })),
  );
  const words = messages.flatMap(({ text }) => text.split(/\s+/));
  const places = new Map<string, string>();
  const names: (string | undefined)[] = [];
  const seqs = new Map<string, number>();
  const db = openRaw(file, "off");
  db.transaction(() => {
    const log = new RawLog(db);
    const put = (session: string, author: string, content: string, name?: string) => {
      const seq = (seqs.get(session) ?? 0) + 1;
      if (seq === 1)
        log.insertSession(session, {
          userId: "user",
          directory: workspace.directory,
          events: 0,
          at: names.length,
        });
      seqs.set(session, seq);
      log.insertEvent(seq, names.length, { sessionId: session, author, content });
      exact.add(names.length, content);
      names.push(name);
      if (name !== undefined) places.set(`${session} ${seq}`, name);
    };
    let next = 0;
    for (let index = 0; index < others; index += 1) {
      while (next < messages.length && next <= (index / others) * messages.length) {
        const message = messages[next++];
        if (message) put(message.session, message.author, message.text, message.id);
      }
      const text = Array.from({ length: wordsPerOther }, () => words[Math.floor(random() * words.length)]);
      put(
        sessionIdOf(Math.floor(index / othersPerSession)),
        index % 2 ? "user" : "assistant",
        text.join(" "),
      );
    }
  })();
  db.close();
  return { places, names };
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { others: { type: "string" }, "in-project": { type: "boolean" } },
});
const [path] = positionals;
if (path === undefined)
  throw new Error(
    "Name a set: node_modules/.bin/node scripts/eval-large.ts SET.json.gz [--others N] [--in-project]",
  );
const set = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Set;
const others = Number(values.others ?? 1_000_000);
const workspace = { directory: "/large", projectDirectory: "/large" };
const scope: SearchScope = values["in-project"] ? { kind: "project", of: { workspace } } : { kind: "all" };

const folder = mkdtempSync(join(tmpdir(), "backstory-large-"));
try {
  const file = join(folder, "large.db");
  const exact = new ExactIndex(set.stores.flatMap(({ queries }) => queries.map(({ q }) => q)));
  const { places, names } = fill(file, set, others, exact);
  const { held } = indexFile(file);
  process.stderr.write(`filled and indexed, in ${held.length} slices\n`);
  const store = await openBenchStore(file, "normal");
  const [ours, theirs, times]: [number[], number[], number[]] = [[], [], []];
  for (const { store: name, queries } of set.stores) {
    for (const { q, gold } of queries) {
      const wanted = new Set(gold.map((id) => `${name} ${id}`));
      const share = (found: (string | undefined)[]) =>
        new Set(found.filter((each) => each !== undefined && wanted.has(each))).size / wanted.size;
      const began = performance.now();
      const query = {
        text: q,
        mode: "any" as const,
        scope,
        limit: mostHits,
        offset: 0,
      };
      const { hits } = await store.search.search(query);
      times.push(performance.now() - began);
      ours.push(share(hits.map(({ sessionId, seq }) => places.get(`${sessionId} ${seq}`))));
      theirs.push(share(exact.best(q).map((event) => names[event])));
    }
  }
  await store.close();
  const percent = (shares: number[]) =>
    ((100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length).toFixed(1);
  const sorted = times.toSorted((one, other) => one - other);
  process.stdout.write(`${ours.length} queries among ${others.toLocaleString("en")} others
evidence recall at 10: ${percent(ours)}
exact BM25:            ${percent(theirs)}
p50 ${sorted[Math.floor(sorted.length / 2)]?.toFixed(1)} ms, p99 ${sorted[Math.floor(sorted.length * 0.99)]?.toFixed(1)} ms
`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
