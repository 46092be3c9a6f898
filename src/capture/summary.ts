// What an import did, counted by host and project, and what it left out, by reason. It knows no Store.
import type { TakenBatch } from "../db/captures.ts";
import type { SkippedRecord, SkipReason } from "../hosts/host.ts";
import type { Problem } from "./find.ts";

export interface Counts {
  /** Of which something was taken in now. */
  sessions: number;
  newSessions: number;
  events: number;
  /** Were stored before. */
  duplicates: number;
  toolCalls: number;
  tokens: { input: number; output: number };
}

export interface ProjectCounts extends Counts {
  host: string;
  directory: string;
}

/** What was left out of one source, for one reason. */
export interface SkippedLines {
  path: string;
  reason: SkipReason;
  /** The first, or its place in the source, from 1. Null: it has none. */
  line: number | null;
  count: number;
}

export interface Summary extends Counts {
  sources: { read: number; unchanged: number; failed: number };
  projects: ProjectCounts[];
  runs: number;
  jobs: number;
  automations: number;
  /** Sessions in excluded directories, and such as were deleted here. */
  left: { excluded: number; deleted: number };
  /** Lines and rows by reason; what a format is known to carry without content is apart. */
  skipped: Record<string, number>;
  skippedLines: SkippedLines[];
  skippedAsExpected: number;
  problems: Problem[];
}

// Named one by one; the rest is counted, in `sources.failed` and in `skipped`.
const mostProblems = 1_000;
const mostSkippedLines = 1_000;

export class Tally {
  readonly #projects = new Map<string, ProjectCounts>();
  readonly #sessions = new Set<string>();
  readonly #newSessions = new Set<string>();
  readonly #excluded = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #skipped = new Map<SkipReason, number>();
  readonly #skippedLines = new Map<string, SkippedLines>();
  readonly #problems: Problem[] = [];
  readonly #sources = { read: 0, unchanged: 0, failed: 0 };
  readonly #work = { runs: 0, jobs: 0, automations: 0 };
  #expected = 0;

  read(): void {
    this.#sources.read += 1;
  }

  unchanged(): void {
    this.#sources.unchanged += 1;
  }

  problem(problem: Problem): void {
    this.#sources.failed += 1;
    if (this.#problems.length < mostProblems) this.#problems.push(problem);
  }

  skip(path: string, { reason, expected, line }: SkippedRecord): void {
    if (expected) {
      this.#expected += 1;
      return;
    }
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
    const key = `${reason} ${path}`;
    const known = this.#skippedLines.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.#skippedLines.size < mostSkippedLines) {
      this.#skippedLines.set(key, { path, reason, line, count: 1 });
    }
  }

  exclude(host: string, sessionId: string): void {
    this.#excluded.add(`${host} ${sessionId}`);
  }

  /** @param projects the project of a directory */
  take(
    host: string,
    { sessions, runs, jobs, automations }: TakenBatch,
    projects: ReadonlyMap<string, string>,
  ): void {
    for (const session of sessions) {
      const id = `${host} ${session.providerSessionId}`;
      if (session.sessionId === null) {
        this.#deleted.add(id);
        continue;
      }
      const directory = session.directory ?? "";
      const counts = this.#of(host, projects.get(directory) ?? directory);
      if (session.created) counts.newSessions += count(this.#newSessions, id);
      if (session.events > 0 || session.created) counts.sessions += count(this.#sessions, id);
      counts.events += session.events;
      counts.duplicates += session.duplicates;
      counts.toolCalls += session.actions;
      counts.tokens.input += session.tokens.input;
      counts.tokens.output += session.tokens.output;
    }
    this.#work.runs += runs;
    this.#work.jobs += jobs;
    this.#work.automations += automations;
  }

  #of(host: string, directory: string): ProjectCounts {
    const key = `${host} ${directory}`;
    let counts = this.#projects.get(key);
    if (counts === undefined) {
      counts = { host, directory, ...nothing() };
      this.#projects.set(key, counts);
    }
    return counts;
  }

  summary(): Summary {
    const all = [...this.#projects.values()];
    const projects = all.filter(({ sessions, events }) => sessions + events > 0);
    const total = all.reduce(add, nothing());
    return {
      ...total,
      sources: { ...this.#sources },
      projects: projects.toSorted((a, b) => (a.host + a.directory < b.host + b.directory ? -1 : 1)),
      ...this.#work,
      left: { excluded: this.#excluded.size, deleted: this.#deleted.size },
      skipped: Object.fromEntries([...this.#skipped].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      skippedLines: [...this.#skippedLines.values()],
      skippedAsExpected: this.#expected,
      problems: [...this.#problems],
    };
  }
}

/** 1 if it was not there yet. */
function count(seen: Set<string>, id: string): number {
  if (seen.has(id)) return 0;
  seen.add(id);
  return 1;
}

function nothing(): Counts {
  const tokens = { input: 0, output: 0 };
  return { sessions: 0, newSessions: 0, events: 0, duplicates: 0, toolCalls: 0, tokens };
}

function add(a: Counts, b: Counts): Counts {
  return {
    sessions: a.sessions + b.sessions,
    newSessions: a.newSessions + b.newSessions,
    events: a.events + b.events,
    duplicates: a.duplicates + b.duplicates,
    toolCalls: a.toolCalls + b.toolCalls,
    tokens: { input: a.tokens.input + b.tokens.input, output: a.tokens.output + b.tokens.output },
  };
}
