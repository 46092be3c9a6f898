// Sums → the totals, and the same by project, agent, day and tool. Knows no SQL.
import type { RunStatus } from "../records.ts";
import type { Stats, ToolStats, Totals } from "../stats.ts";
import { middleOf, unknownBucket } from "./duration-buckets.ts";
import { millisecondsPerDay, type ToldSum, type ToolSum } from "./log-sums.ts";

type Group = Pick<ToldSum, "day" | "projectId" | "agent">;
type Calls = Pick<ToolSum, "calls" | "errors">;

interface ToolTally extends Calls {
  buckets: Map<number, number>;
}

export class Tallies {
  readonly #all = noTotals();
  readonly #projects = new Map<string, Totals>();
  readonly #agents = new Map<string, Totals>();
  readonly #days = new Map<number, Totals>();
  readonly #tools = new Map<string, ToolTally>();

  addEvents(sum: ToldSum): void {
    for (const totals of this.#of(sum)) {
      const { tokens } = totals;
      totals.events += sum.events;
      tokens.input += sum.inputTokens;
      tokens.output += sum.outputTokens;
      tokens.reasoning += sum.reasoningTokens;
      tokens.cacheRead += sum.cacheReadTokens;
      tokens.cacheWrite += sum.cacheWriteTokens;
      totals.costUsd += sum.costUsd;
      totals.toolCalls += sum.toolCalls;
      totals.toolErrors += sum.toolErrors;
    }
  }

  /** A `sign` of -1 takes the sum off again. */
  addTool(sum: Pick<ToolSum, "toolName" | "bucket"> & Calls, sign = 1): void {
    const tool = getOrMake(this.#tools, sum.toolName, noCalls);
    tool.calls += sign * sum.calls;
    tool.errors += sign * sum.errors;
    tool.buckets.set(sum.bucket, (tool.buckets.get(sum.bucket) ?? 0) + sign * sum.calls);
  }

  addSessions(group: Group, count: number): void {
    for (const totals of this.#of(group)) totals.sessions += count;
  }

  addRuns(group: Group, status: RunStatus, count: number): void {
    for (const totals of this.#of(group)) totals.runs[status] += count;
  }

  toStats(limit: number, directoryOf: (projectId: string) => string | null): Stats {
    const tools = [...this.#tools].map(toToolStats).filter(({ calls }) => calls > 0);
    const projects = allPresented(this.#projects).sort(mostEventsFirst);
    const agents = allPresented(this.#agents).sort(mostEventsFirst);
    const days = allPresented(this.#days).sort(([a], [b]) => b - a);
    return {
      ...presented(this.#all),
      tools: tools.sort(mostCallsFirst).slice(0, limit),
      byProject: projects.slice(0, limit).map(([id, totals]) => {
        return { projectId: id || null, directory: directoryOf(id), ...totals };
      }),
      byAgent: agents.slice(0, limit).map(([agent, totals]) => ({ agent: agent || null, ...totals })),
      byDay: days.slice(0, limit).map(([day, totals]) => ({ day: day * millisecondsPerDay, ...totals })),
      more: [tools, projects, agents, days].some(({ length }) => length > limit),
    };
  }

  #of({ day, projectId, agent }: Group): Totals[] {
    return [
      this.#all,
      getOrMake(this.#projects, projectId, noTotals),
      getOrMake(this.#agents, agent, noTotals),
      getOrMake(this.#days, day, noTotals),
    ];
  }
}

function noTotals(): Totals {
  return {
    sessions: 0,
    events: 0,
    tokens: { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 },
    costUsd: 0,
    runs: { running: 0, completed: 0, failed: 0, crashed: 0, ended: 0 },
    toolCalls: 0,
    toolErrors: 0,
  };
}

function noCalls(): ToolTally {
  return { calls: 0, errors: 0, buckets: new Map() };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

function allPresented<K>(groups: Map<K, Totals>): [K, Totals][] {
  return [...groups].map(([name, totals]) => [name, presented(totals)]);
}

/** Dollars to a billionth: what is behind that depends on the order in which they were added. */
function presented(totals: Totals): Totals {
  const costUsd = Math.min(Math.max(totals.costUsd, 0), Number.MAX_VALUE);
  return { ...totals, costUsd: Number(costUsd.toFixed(9)) };
}

function mostEventsFirst([a, x]: [string, Totals], [b, y]: [string, Totals]): number {
  return y.events - x.events || y.sessions - x.sessions || (a < b ? -1 : 1);
}

function mostCallsFirst(a: ToolStats, b: ToolStats): number {
  return b.calls - a.calls || (a.toolName < b.toolName ? -1 : 1);
}

function toToolStats([toolName, { calls, errors, buckets }]: [string, ToolTally]): ToolStats {
  return { toolName, calls, errors, medianDuration: medianOf(buckets) };
}

/** The lower of the two in the middle of an even number. */
function medianOf(buckets: Map<number, number>): number | null {
  const known = [...buckets].filter(([bucket]) => bucket !== unknownBucket).sort(([a], [b]) => a - b);
  const calls = known.reduce((sum, [, count]) => sum + count, 0);
  let behind = 0;
  const middle = known.find(([, count]) => {
    behind += count;
    return behind * 2 >= calls && behind > 0;
  });
  return middle === undefined ? null : middleOf(middle[0]);
}
