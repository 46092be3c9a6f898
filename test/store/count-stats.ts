// Statistics by the simplest way there is: every row read, and counted in JavaScript.
import type Database from "better-sqlite3";
import type { RunStatus } from "../../src/db/records.ts";
import { bucketOf, middleOf } from "../../src/db/sqlite/duration-buckets.ts";
import type { Stats, StatsQuery, ToolStats, Totals } from "../../src/db/stats.ts";

export const millisecondsPerDay = 86_400_000;

type Range = Omit<StatsQuery, "limit">;

interface Row {
  kind: "session" | "event" | "action" | "run";
  at: number;
  project: string | null;
  agent: string | null;
  status: string;
  tool: string;
  duration: number | null;
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite: number;
  cost: number;
}

/** Of these days, both included, and of a project's directory. */
export function countStats(db: Database.Database, { since, until, projectDirectory }: Range = {}): Stats {
  const dayOf = (time: number) => Math.floor(time / millisecondsPerDay);
  const rows = readRows(db).filter(
    ({ at, project }) =>
      (since === undefined || dayOf(at) >= dayOf(since)) &&
      (until === undefined || dayOf(at) <= dayOf(until)) &&
      (projectDirectory === undefined || directoryOf(db, project) === projectDirectory),
  );
  const by = <K>(keyOf: (row: Row) => K) => {
    const groups = Map.groupBy(rows, keyOf);
    return [...groups].map(([key, found]): [K, Totals] => [key, totalsOf(found)]);
  };
  const byEvents = ([a, x]: [string | null, Totals], [b, y]: [string | null, Totals]) =>
    y.events - x.events || y.sessions - x.sessions || ((a ?? "") < (b ?? "") ? -1 : 1);
  return {
    ...totalsOf(rows),
    tools: toolsOf(rows),
    byProject: by(({ project }) => project)
      .sort(byEvents)
      .map(([projectId, totals]) => ({ projectId, directory: directoryOf(db, projectId), ...totals })),
    byAgent: by(({ agent }) => agent)
      .sort(byEvents)
      .map(([agent, totals]) => ({ agent, ...totals })),
    byDay: by(({ at }) => dayOf(at) * millisecondsPerDay)
      .sort(([a], [b]) => b - a)
      .map(([day, totals]) => ({ day, ...totals })),
    more: false,
  };
}

function readRows(db: Database.Database): Row[] {
  const session = "JOIN sessions s ON s.id = e.session_id AND s.deleted_at IS NULL";
  const place = "e.created_at AS at, s.project_id AS project, coalesce(e.agent, s.agent) AS agent";
  const queries = [
    `SELECT 'session' AS kind, created_at AS at, project_id AS project, agent FROM sessions
      WHERE deleted_at IS NULL`,
    `SELECT 'event' AS kind, ${place}, e.input_tokens AS input, e.output_tokens AS output,
      e.reasoning_tokens AS reasoning, e.cache_read_tokens AS cacheRead, e.cache_write_tokens AS cacheWrite,
      e.cost_usd AS cost FROM events e ${session}`,
    `SELECT 'action' AS kind, ${place}, a.tool_name AS tool, a.status, a.ended_at - a.started_at AS duration
      FROM events e ${session} JOIN actions a ON a.session_id = e.session_id AND a.seq = e.seq`,
    `SELECT 'run' AS kind, r.started_at AS at, r.project_id AS project, s.agent, r.status
      FROM runs r LEFT JOIN sessions s ON s.id = r.session_id AND s.deleted_at IS NULL`,
  ];
  return queries.flatMap((query) => db.prepare<[], Row>(query).all());
}

function totalsOf(rows: readonly Row[]): Totals {
  const of = (kind: Row["kind"]) => rows.filter((row) => row.kind === kind);
  const sum = (name: "input" | "output" | "reasoning" | "cacheRead" | "cacheWrite" | "cost") =>
    of("event").reduce((total, row) => total + (row[name] ?? 0), 0);
  const runs = (status: RunStatus) => of("run").filter((row) => row.status === status).length;
  return {
    sessions: of("session").length,
    events: of("event").length,
    tokens: {
      input: sum("input"),
      output: sum("output"),
      reasoning: sum("reasoning"),
      cacheRead: sum("cacheRead"),
      cacheWrite: sum("cacheWrite"),
    },
    costUsd: Number(sum("cost").toFixed(9)),
    runs: {
      running: runs("running"),
      completed: runs("completed"),
      failed: runs("failed"),
      crashed: runs("crashed"),
      ended: runs("ended"),
    },
    toolCalls: of("action").length,
    toolErrors: of("action").filter(({ status }) => status === "error").length,
  };
}

function toolsOf(rows: readonly Row[]): ToolStats[] {
  const calls = Map.groupBy(
    rows.filter(({ kind }) => kind === "action"),
    ({ tool }) => tool,
  );
  const tools = [...calls].map(([toolName, found]) => {
    const durations = found.map(({ duration }) => duration ?? -1).filter((duration) => duration >= 0);
    const middle = durations.sort((a, b) => a - b)[Math.ceil(durations.length / 2) - 1];
    return {
      toolName,
      calls: found.length,
      errors: found.filter(({ status }) => status === "error").length,
      medianDuration: middle === undefined ? null : middleOf(bucketOf(middle)),
    };
  });
  return tools.sort((a, b) => b.calls - a.calls || (a.toolName < b.toolName ? -1 : 1));
}

function directoryOf(db: Database.Database, projectId: string | null): string | null {
  const query = db.prepare<[string | null], string>("SELECT directory FROM projects WHERE id = ?");
  return query.pluck().get(projectId) ?? null;
}
