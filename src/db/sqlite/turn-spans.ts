// Which events make a turn, and what state they leave it in: the rules of ../turns.ts, without the database.
import type { RunStatus } from "../records.ts";
import type { TurnState } from "../turns.ts";

/** A turn's events are those of its turnId, and those without any that stand in its ranges (both ends inclusive). */
export interface Span {
  turnId: string | null;
  firstSeq: number;
  ranges: { from: number; to: number }[];
}

/** An event, and the turn that it names. */
export interface Mark {
  seq: number;
  turnId: string | null;
}

export interface Marks {
  prompts: readonly Mark[];
  /** The first event of each turnId. */
  firsts: readonly { seq: number; turnId: string }[];
  /** The first event that names no turn and has no prompt before it. */
  prelude: number | null;
  lastSeq: number;
}

/** The turns, by their first events. */
export function toSpans({ prompts, firsts, prelude, lastSeq }: Marks): Span[] {
  const spans: Span[] = firsts.map(({ seq, turnId }) => ({ turnId, firstSeq: seq, ranges: [] }));
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

/** The last seqs of a turn's events of each kind, as ../turns.ts tells them apart; null where there is none. */
export interface LastSeqs {
  prompt: number | null;
  word: number | null;
  failure: number | null;
  answer: number | null;
}

export function stateOf(last: LastSeqs, laterTurnBegan: boolean, run: RunStatus | null): TurnState {
  if (last.failure !== null && last.failure >= (last.word ?? 0)) return "failed";
  if (last.answer !== null && last.answer > (last.prompt ?? 0)) return "completed";
  if (!laterTurnBegan && run === "failed") return "failed";
  return laterTurnBegan || (run !== null && run !== "running") ? "interrupted" : "in_progress";
}
