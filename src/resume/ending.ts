// How a session ended, as its runs tell it.
import type { Run, RunStatus, Session } from "../db/records.ts";

export type EndState = RunStatus | "unknown";

export interface Ending {
  /** `unknown`: no run was recorded. */
  state: EndState;
  run: Run | undefined;
}

/**
 * A crash counts until the session has gone on behind it. Else what still runs, else what ended last.
 * `runs`: newest first.
 */
export function findEnding(session: Pick<Session, "updatedAt">, runs: readonly Run[]): Ending {
  const crash = runs.find(({ status }) => status === "crashed");
  const run = crash && !hasGoneOn(session, crash, runs) ? crash : (runs.find(isRunning) ?? lastEnded(runs));
  return { state: run?.status ?? "unknown", run };
}

/** A run that began after the crash was found has ended since, or something was recorded while it ran. */
function hasGoneOn({ updatedAt }: Pick<Session, "updatedAt">, crash: Run, runs: readonly Run[]): boolean {
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
