// Which events make a turn, and what they tell of it: the rules of ../turns.ts, without the database.
import type { EventFilters, RunStatus } from "../records.ts";
import { type Closing, endsTurn, isPrompt } from "../speech.ts";
import type { Turn, TurnState } from "../turns.ts";

/** An event, and the turn that it names. */
export interface Mark {
  seq: number;
  turnId: string | null;
}

/** A turn's events are those of its turnId, and those without any that stand in its ranges (both ends inclusive). */
export interface Span {
  turnId: string | null;
  firstSeq: number;
  ranges: { from: number; to: number }[];
}

export interface Marks {
  prompts: readonly Mark[];
  /** The first event of each turnId. */
  firsts: ReadonlyMap<string, number>;
  /** The first event that names no turn and has no prompt before it. */
  prelude: number | null;
  lastSeq: number;
}

/** The turns, by their first events. */
export function toSpans({ prompts, firsts, prelude, lastSeq }: Marks): Span[] {
  const spans: Span[] = [...firsts].map(([turnId, firstSeq]) => ({ turnId, firstSeq, ranges: [] }));
  const named = new Map(spans.map((span) => [span.turnId, span]));
  const open = (from: number, to: number) =>
    spans.push({ turnId: null, firstSeq: from, ranges: [{ from, to }] });
  if (prelude !== null) open(prelude, (prompts[0]?.seq ?? lastSeq + 1) - 1);
  for (const [index, { seq, turnId }] of prompts.entries()) {
    const end = (prompts[index + 1]?.seq ?? lastSeq + 1) - 1;
    const span = turnId === null ? undefined : named.get(turnId);
    if (span) span.ranges.push({ from: seq, to: end });
    else open(seq, end);
  }
  return spans.sort((a, b) => a.firstSeq - b.firstSeq);
}

/** What is read of an event to tell its turn. */
export interface EventFacts extends Mark, Closing {
  branch: string | null;
  /** 1 or 0, as SQLite says it. */
  hasError: number;
  runId: string | null;
  createdAt: number;
  inputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  costUsd: number | null;
}

/** The same of some events that were all read. */
export function marksOf(facts: readonly EventFacts[]): Marks {
  const prompts = facts.filter(isPrompt);
  const firsts = new Map<string, number>();
  for (const { turnId, seq } of facts) {
    if (turnId !== null && !firsts.has(turnId)) firsts.set(turnId, seq);
  }
  const unnamed = facts.find(({ turnId }) => turnId === null)?.seq ?? Number.POSITIVE_INFINITY;
  return {
    prompts,
    firsts,
    prelude: unnamed < (prompts[0]?.seq ?? Number.POSITIVE_INFINITY) ? unnamed : null,
    lastSeq: facts.at(-1)?.seq ?? 0,
  };
}

export function isIn({ turnId, ranges }: Span, event: Mark): boolean {
  if (event.turnId !== null) return event.turnId === turnId;
  return ranges.some(({ from, to }) => event.seq >= from && event.seq <= to);
}

export function matches({ authors, types, branch, since, until }: EventFilters, event: EventFacts): boolean {
  return (
    (authors?.includes(event.author) ?? true) &&
    (types?.includes(event.type) ?? true) &&
    (branch === undefined || event.branch === branch) &&
    (since === undefined || event.createdAt >= since) &&
    (until === undefined || event.createdAt <= until)
  );
}

type Told = Omit<Turn, "turnId" | "state" | "endedAt" | "partial">;

/** What the turn's events say, but for its state. `lastAt`: when the latest of them happened. */
export function tell(events: readonly EventFacts[]): Told & { lastAt: number } {
  const seqs = events.map(({ seq }) => seq);
  const times = events.map(({ createdAt }) => createdAt);
  const sum = (name: (keyof EventFacts & `${string}Tokens`) | "costUsd") =>
    events.reduce<number | null>(
      (total, { [name]: count }) => (count === null ? total : (total ?? 0) + count),
      null,
    );
  return {
    firstSeq: seqs[0] ?? 0,
    lastSeq: seqs.at(-1) ?? 0,
    eventCount: events.length,
    tokens: {
      input: sum("inputTokens"),
      output: sum("outputTokens"),
      reasoning: sum("reasoningTokens"),
      cacheRead: sum("cacheReadTokens"),
      cacheWrite: sum("cacheWriteTokens"),
    },
    costUsd: sum("costUsd"),
    runId: events.findLast(({ runId }) => runId !== null)?.runId ?? null,
    startedAt: times.reduce((a, b) => Math.min(a, b)),
    lastAt: times.reduce((a, b) => Math.max(a, b)),
  };
}

/** `run`: the status of its run, null where none is known. */
export function stateOf(
  events: readonly EventFacts[],
  laterTurnBegan: boolean,
  run: RunStatus | null,
): TurnState {
  const said = events.filter(({ type }) => type !== "status" && type !== "note");
  const last = said.at(-1);
  if (last !== undefined && isFailure(last)) return "failed";
  const turning = said.findLastIndex((event) => isPrompt(event) || isFailure(event));
  if (said.slice(turning + 1).some((event) => endsTurn(event, run === "crashed"))) return "completed";
  if (laterTurnBegan) return "interrupted";
  if (run === "failed") return "failed";
  return run === null || run === "running" ? "in_progress" : "interrupted";
}

function isFailure(event: EventFacts): boolean {
  return !isPrompt(event) && (event.type === "error" || event.hasError === 1 || event.finish === "error");
}
