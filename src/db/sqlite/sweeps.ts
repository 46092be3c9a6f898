// Which running runs are gone. Processes are asked between transactions: who only looks does not wait for a lock.
import type { ProcessProber, Verdict } from "../process.ts";
import type { Run } from "../records.ts";
import type { Sweep } from "../store.ts";
import type { Claims } from "./claims.ts";
import type { RunningRun, Runs } from "./runs.ts";
import type { Transactions } from "./transactions.ts";

interface Related {
  runs: Runs;
  claims: Claims;
  prober: ProcessProber;
}

interface SweepOptions {
  directory?: string | undefined;
  dryRun?: boolean | undefined;
}

// The newest: facts tell of no more.
const mostProbed = 20;

export class Sweeps {
  readonly #transactions: Transactions;
  readonly #related: Related;

  constructor(transactions: Transactions, related: Related) {
    this.#transactions = transactions;
    this.#related = related;
  }

  /** Reads and probes without the lock, and takes it for each dead run alone. */
  async mark({ directory, dryRun = false }: SweepOptions): Promise<Sweep> {
    const { runs, prober } = this.#related;
    const running = await this.#transactions.read(() => runs.running({ directory }));
    const sweep: Sweep = { crashed: [], ended: [], unknown: [], alive: 0, checked: running.length };
    for (const { run, identity } of running) {
      const verdict = await prober.probe(identity);
      if (verdict.state === "alive") sweep.alive += 1;
      if (verdict.state === "unknown") sweep.unknown.push({ run, evidence: verdict.evidence });
      if (verdict.state !== "dead") continue;
      const gone = dryRun
        ? runs.asGone(run, verdict.evidence)
        : await this.#transactions.write(() => this.#markGone(run.id, verdict.evidence));
      if (gone === null) continue;
      const told = dryRun ? { ...run, evidence: gone.evidence } : gone;
      sweep[gone.status === "ended" ? "ended" : "crashed"].push(told);
    }
    return sweep;
  }

  #markGone(runId: string, evidence: string): Run | null {
    const { runs, claims } = this.#related;
    const gone = runs.markGone(runId, evidence);
    if (gone) claims.giveBackOf(gone);
    return gone;
  }

  /** The newest of them by their ids, each as a sweep would leave it, or with the reason why that cannot be told. Writes nothing. */
  async judge(running: readonly RunningRun[]): Promise<Map<string, Run>> {
    const judged = running
      .slice(-mostProbed)
      .map(async ({ run, identity }) => this.#told(run, await this.#related.prober.probe(identity)));
    return new Map((await Promise.all(judged)).map((run) => [run.id, run]));
  }

  #told(run: Run, verdict: Verdict): Run {
    if (verdict.state === "alive") return run;
    if (verdict.state === "unknown") return { ...run, evidence: verdict.evidence };
    const gone = this.#related.runs.asGone(run, verdict.evidence);
    return { ...gone, evidence: `${gone.evidence} (not yet marked)` };
  }
}
