// get_stats: what was done in a span of days, in sums.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { limits } from "../db/limits.ts";
import type { Stats, ToolStats, Totals } from "../db/stats.ts";
import { type Cuttable, cutRecord, fitItems } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxChars, text, time, until } from "./fields.ts";
import { lazily } from "./lazily.ts";

// A sum may be larger than the integers that are exact.
const sum = () => z.number().min(0);
const cut = { truncated: z.boolean().optional(), truncated_fields: z.array(z.string()).optional() };

const totals = lazily(() =>
  z.object({
    sessions: sum(),
    events: sum(),
    tokens: z.object({
      input: sum(),
      output: sum(),
      reasoning: sum(),
      cache_read: sum(),
      cache_write: sum(),
    }),
    cost_usd: sum(),
    runs: z.object({ running: sum(), completed: sum(), failed: sum(), crashed: sum(), ended: sum() }),
    success_rate: sum().optional().describe("completed / (completed + failed + crashed)"),
    tool_calls: sum(),
    tool_errors: sum(),
  }),
);

const listSchemas = lazily(() => ({
  tools: z.array(
    z.object({
      tool_name: z.string(),
      calls: sum(),
      errors: sum(),
      error_rate: sum(),
      median_duration_ms: sum()
        .optional()
        .describe("Of the calls whose duration is known, within a sixteenth"),
      ...cut,
    }),
  ),
  by_project: z.array(
    z.object({
      project_id: z.string().optional(),
      directory: z.string().optional(),
      ...totals().shape,
      ...cut,
    }),
  ),
  by_agent: z.array(z.object({ agent: z.string().optional(), ...totals().shape, ...cut })),
  by_day: z.array(z.object({ day: z.string(), ...totals().shape, ...cut })),
}));

type Lists = {
  [Name in keyof ReturnType<typeof listSchemas>]: z.input<ReturnType<typeof listSchemas>[Name]>;
};
type Entry = { [Name in keyof Lists]: [list: Name, entry: Lists[Name][number]] }[keyof Lists];
type WireTotals = z.input<ReturnType<typeof totals>>;

// More than that, of each list, is not looked at.
const longestList = 500;

export const getStats = defineTool({
  name: "get_stats",
  title: "Get statistics",
  description:
    "Sessions, events, tokens, cost, runs and tool calls: in total, and by project, agent and day. since and until stand for their whole UTC days.",
  toolset: "admin",
  effect: "read",
  input: () =>
    z.strictObject({
      since: time().optional(),
      until: until().optional(),
      directory: text(limits.path).min(1).optional().describe("Its project alone"),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      ...totals().shape,
      ...listSchemas(),
      truncated: z.boolean().optional().describe("A list goes on: ask for fewer days, or a larger max_chars"),
    }),
  async run({ since, until, directory, max_chars }, { store, readWorkspace }) {
    if (since !== undefined && until !== undefined && dayOf(since) > dayOf(until)) {
      throw new StoreError(
        "invalid_input",
        "since is a later day than until: there is none between them.",
        "Give the earlier time as since; leave one of them out for an open end.",
      );
    }
    const projectDirectory =
      directory === undefined ? undefined : (await readWorkspace(directory)).projectDirectory;
    const stats = await store.stats.get({ since, until, projectDirectory, limit: longestList });
    const entries = byRank(toLists(stats));
    const wrap = (shown: readonly Entry[]) => ({
      ...toWireTotals(stats),
      ...collect(shown),
      truncated: stats.more || shown.length < entries.length || undefined,
    });
    return fitItems(entries, max_chars, wrap, cutEntry, leastEntrySize).result;
  },
});

function toLists(stats: Stats): Lists {
  return {
    tools: stats.tools.map(toWireTool),
    by_project: stats.byProject.map(({ projectId, directory, ...sums }) => ({
      project_id: projectId ?? undefined,
      directory: directory ?? undefined,
      ...toWireTotals(sums),
    })),
    by_agent: stats.byAgent.map(({ agent, ...sums }) => ({
      agent: agent ?? undefined,
      ...toWireTotals(sums),
    })),
    by_day: stats.byDay.map(({ day, ...sums }) => ({ day: toDate(day), ...toWireTotals(sums) })),
  };
}

function toWireTool({ toolName, calls, errors, medianDuration }: ToolStats): Lists["tools"][number] {
  return {
    tool_name: toolName,
    calls,
    errors,
    error_rate: errors / calls,
    median_duration_ms: medianDuration ?? undefined,
  };
}

function toWireTotals({
  sessions,
  events,
  tokens,
  costUsd,
  runs,
  toolCalls,
  toolErrors,
}: Totals): WireTotals {
  const { cacheRead, cacheWrite, ...otherTokens } = tokens;
  const known = runs.completed + runs.failed + runs.crashed;
  return {
    sessions,
    events,
    tokens: { ...otherTokens, cache_read: cacheRead, cache_write: cacheWrite },
    cost_usd: costUsd,
    runs,
    success_rate: known === 0 ? undefined : runs.completed / known,
    tool_calls: toolCalls,
    tool_errors: toolErrors,
  };
}

function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / 86_400_000);
}

function toDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/T.*/, "");
}

/** The first of every list, then the second of every list …: what does not fit is the end of each. */
function byRank(lists: Lists): Entry[] {
  const names = Object.keys(lists) as (keyof Lists)[];
  const ranked = names.flatMap((name) =>
    lists[name].map((entry, rank) => ({ rank, entry: [name, entry] as Entry })),
  );
  return ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}

function collect(entries: readonly Entry[]): Lists {
  const lists: Lists = { tools: [], by_project: [], by_agent: [], by_day: [] };
  for (const [name, entry] of entries) (lists[name] as unknown[]).push(entry);
  return lists;
}

interface Named {
  tool_name?: string;
  agent?: string;
  directory?: string;
  truncated?: boolean;
  truncated_fields?: string[];
}
const names: Cuttable<Named> = { texts: ["tool_name", "agent", "directory"], values: [] };

function cutEntry([list, entry]: Entry, cap: number): Entry {
  return [list, cutRecord(entry as Named, Math.max(cap, 30), names)] as Entry;
}

/** The keys alone. */
function leastEntrySize([list]: Entry): number {
  return list === "tools" ? 40 : 200;
}
