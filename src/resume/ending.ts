// How a session ended, as its runs tell it.
import type { Run, RunStatus, Session } from "../db/records.ts";

/** `continued`: it went on after a crash, and nothing says how that ended. `unknown`: no run was recorded. */
export type EndState = RunStatus | "continued" | "unknown";

export interface Ending {
  state: EndState;
  /** Of `continued`: the one that crashed. */
  run: Run | undefined;
}

/** What of a session tells how it ended. */
export interface Traces {
  session: Pick<Session, "updatedAt">;
  /** Newest first. */
  runs: readonly Run[];
  lastEvents: readonly { createdAt: number }[];
}

/** A crash counts until a later run has gone on behind it. Else what still runs, else what ended last. */
export function findEnding({ session, runs, lastEvents }: Traces): Ending {
  const crash = runs.find(({ status }) => status === "crashed");
  if (crash === undefined || hasLaterRun(session, crash, runs)) {
    const run = runs.find(isRunning) ?? lastEnded(runs);
    return { state: run?.status ?? "unknown", run };
  }
  // A crash that is not yet marked has no end: what was recorded may be from before it.
  const foundAt = crash.endedAt ?? Number.POSITIVE_INFINITY;
  const wentOn = lastEvents.some(({ createdAt }) => createdAt > foundAt);
  return { state: wentOn ? "continued" : "crashed", run: crash };
}

/** A run that began after the crash was found has ended since, or something was recorded while it ran. */
function hasLaterRun({ updatedAt }: Traces["session"], crash: Run, runs: readonly Run[]): boolean {
  const foundAt = crash.endedAt ?? crash.startedAt;
  return runs.some(
    (run) => run !== crash && run.startedAt >= foundAt && (!isRunning(run) || updatedAt > run.startedAt),
  );
}

function isRunning({ status }: Run): boolean {
  return status === "running";
}

function lastEnded(runs: readonly Run[]): Run | undefined {
  return runs.reduce<Run | undefined>(
    (last, run) => (last === undefined || (run.endedAt ?? 0) > (last.endedAt ?? 0) ? run : last),
    undefined,
  );
}
