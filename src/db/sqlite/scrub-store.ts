// What the Store promises of a scrub: its slices, its audit entry, and that the file forgets what was overwritten.
import type Database from "better-sqlite3";
import type { Scrub, Scrubbed, ScrubStore } from "../redaction.ts";
import type { Audit } from "./audit.ts";
import type { Erasure } from "./erasure.ts";
import type { Erasures } from "./erasures.ts";
import { addFindings } from "./redaction.ts";
import type { Scrubs } from "./scrubs.ts";
import type { Sessions } from "./sessions.ts";
import type { Transactions } from "./transactions.ts";

interface Related {
  scrubs: Scrubs;
  sessions: Sessions;
  audit: Audit;
  erasures: Erasures;
  erasure: Erasure;
}

export function scrubStore(
  db: Database.Database,
  transactions: Transactions,
  { scrubs, sessions, audit, erasures, erasure }: Related,
): ScrubStore {
  async function scrubTable(name: string, { sessionId, dryRun }: Scrub, sum: Scrubbed): Promise<void> {
    let next: number | null = 0;
    while (next !== null) {
      const behind: number = next;
      const look = await transactions.read(() => scrubs.look(name, behind, sessionId));
      addFindings(sum.findings, look.findings);
      if (look.found.length > 0) sum.records[name] = (sum.records[name] ?? 0) + look.found.length;
      let left = dryRun ? [] : look.found;
      while (left.length > 0) {
        const rowids = left;
        left = left.slice(await transactions.writeSlice(() => scrubs.clean(name, rowids)));
      }
      next = look.next;
    }
  }

  return {
    async run(scrub) {
      const { sessionId, dryRun, compact } = scrub;
      if (sessionId !== undefined) await transactions.read(() => void sessions.get(sessionId));
      const sum: Scrubbed = { findings: {}, records: {}, pending: null };
      const before = db.pragma("secure_delete", { simple: true });
      // What is overwritten or let go of in the file is filled with zeros.
      if (!dryRun) db.pragma("secure_delete = ON");
      try {
        for (const name of scrubs.names) await scrubTable(name, scrub, sum);
      } finally {
        db.pragma(`secure_delete = ${Number(before)}`);
      }
      if (dryRun) return sum;
      await transactions.write(() => {
        audit.append(entryOf(sessionId, sum));
        if (compact) erasures.want();
      });
      if (compact) return { ...sum, pending: await erasure.finish({ anySize: true }) };
      return { ...sum, pending: (await erasure.emptyLog()) ? null : "held" };
    },
  };
}

function entryOf(sessionId: string | undefined, { findings, records }: Scrubbed) {
  return {
    origin: "cli" as const,
    client: "backstory",
    tool: "scrub",
    sessionId: sessionId ?? null,
    subjectId: sessionId ?? "all",
    details: { findings, records },
  };
}
