// Is the process of a recorded identity still running? Pure: facts in, a verdict out.
// Must not know where the facts come from, nor what is done about a dead process.
import type { ProcessIdentity, Verdict } from "../db/process.ts";
import type { MachineFacts, ProcessFacts } from "./facts.ts";

/**
 * What the place alone decides: other machine → unknown, other boot → dead, other pid namespace → unknown.
 * Null: recorded where we are now, so the process itself has to be looked at.
 */
export function judgePlace(then: ProcessIdentity, now: MachineFacts): Verdict | null {
  const sameBoot = then.bootId !== null && then.bootId === now.bootId;
  if (then.machineId === null || now.machineId === null) {
    // Boot ids are random: the same one is the same kernel, so the same machine. Containers often have
    // no machine id, and would otherwise never learn of a crash.
    if (!sameBoot) return unknown("it cannot be told whether it was recorded on this machine");
  } else if (then.machineId !== now.machineId) {
    return unknown("recorded on another machine");
  }
  if (!sameBoot && then.bootId !== null && now.bootId !== null) {
    return { state: "dead", evidence: "the machine has been restarted since" };
  }
  if (then.pidNamespace === now.pidNamespace) return null;
  const known = then.pidNamespace !== null && now.pidNamespace !== null;
  return unknown(
    known
      ? "recorded in another pid namespace"
      : "it cannot be told whether it was recorded in this pid namespace",
  );
}

/** What the process with that pid decides, once `judgePlace` has found nothing. */
export function judgeProcess(then: ProcessIdentity, now: ProcessFacts): Verdict {
  const { pid, startToken } = then;
  if (now.state === "gone") return { state: "dead", evidence: `no process has pid ${pid}` };
  if (now.state === "exited") {
    return { state: "dead", evidence: `pid ${pid} has exited, its entry is about to be removed` };
  }
  if (now.state === "unreadable") return unknown(`pid ${pid} is in use by a process that cannot be read`);
  if (startToken === null) {
    return unknown(`pid ${pid} is in use, but the start of the run's process was not recorded`);
  }
  if (now.startToken === startToken) return { state: "alive" };
  const starts = `it started at ${now.startToken}, the run's at ${startToken}`;
  return { state: "dead", evidence: `pid ${pid} now belongs to another process (${starts})` };
}

function unknown(evidence: string): Verdict {
  return { state: "unknown", evidence };
}
