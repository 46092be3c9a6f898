// Sums → the totals, and the same by project, agent, day and tool. Knows no SQL.
import type { RunStatus } from "../records.ts";
import type { Stats, ToolStats, Totals } from "../stats.ts";
import { middleOf, unknownBucket } from "./duration-buckets.ts";
import { type EventSum, millisecondsPerDay, type ToolSum } from "./log-sums.ts";

type Group = Pick<EventSum, "day" | "projectId" | "agent">;
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

  /** A `sign` of -1 takes the sum off again. */
  addEvents(sum: EventSum, sign = 1): void {
    for (const totals of this.#of(sum)) {
      const { tokens } = totals;
      totals.events += sign * sum.events;
      tokens.input += sign * sum.inputTokens;
      tokens.output += sign * sum.outputTokens;
      tokens.reasoning += sign * sum.reasoningTokens;
      tokens.cacheRead += sign * sum.cacheReadTokens;
      tokens.cacheWrite += sign * sum.cacheWriteTokens;
      totals.costUsd += sign * sum.costUsd;
      totals.toolCalls += sign * sum.toolCalls;
      totals.toolErrors += sign * sum.toolErrors;
    }
  }

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
    const projects = counted(this.#projects).sort(mostEventsFirst);
    const agents = counted(this.#agents).sort(mostEventsFirst);
    const days = counted(this.#days).sort(([a], [b]) => b - a);
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

/** Without those from which everything was taken off. */
function counted<K>(groups: Map<K, Totals>): [K, Totals][] {
  const found = [...groups].map(([name, totals]): [K, Totals] => [name, presented(totals)]);
  return found.filter(([, { sessions, events, runs }]) => {
    return sessions > 0 || events > 0 || Object.values(runs).some((count) => count > 0);
  });
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
