// What the Store promises of exports: pages of records out, and transactions of some records in.
import type { PortableRecord, PortableScope, PortableStore } from "../portable.ts";
import type { PortableReads } from "./portable-reads.ts";
import { type PortableTables, PortableTaking } from "./portable-takings.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import type { Redaction } from "./redaction.ts";
import type { SearchFollower } from "./search-follower.ts";
import type { Transactions } from "./transactions.ts";

interface Related {
  portableReads: PortableReads;
  portableTables: PortableTables;
  providerSessions: ProviderSessions;
  redaction: Redaction;
  searchFollower: SearchFollower;
}

export function portableStore(transactions: Transactions, related: Related): PortableStore {
  const { portableReads: reads, searchFollower } = related;

  /** Page by page, each behind the last record of the one before. */
  async function* pages<T>(
    first: T,
    page: (after: T) => PortableRecord[],
    positionOf: (record: PortableRecord) => T,
  ): AsyncGenerator<PortableRecord[]> {
    for (let after = first; ; ) {
      const found = await transactions.read(() => page(after));
      const last = found.at(-1);
      if (last === undefined) return;
      yield found;
      after = positionOf(last);
    }
  }
  const idOf = (record: PortableRecord) => String(record.id);

  async function* session(sessionId: string): AsyncGenerator<PortableRecord[]> {
    const record = await transactions.read(() => reads.session(sessionId));
    if (record === null) return;
    yield [record];
    const upTo = Number(record.last_seq);
    yield* pages(
      0,
      (after) => reads.events(sessionId, after, upTo),
      ({ seq }) => Number(seq),
    );
    yield* pages("", (after) => reads.checkpoints(sessionId, after), idOf);
  }

  return {
    async *read({ sessionId, directory }: PortableScope) {
      const ids = await transactions.read(() => reads.sessionIds({ sessionId, directory }));
      const scope = { all: sessionId === undefined && directory === undefined, ids, directory };
      const list = (kind: "project" | "run" | "job" | "automation") =>
        pages("", (after) => reads.list(kind, scope, after), idOf);
      yield* list("project");
      for (const id of ids) yield* session(id);
      for (const kind of ["run", "job", "automation"] as const) yield* list(kind);
    },
    async take(batches) {
      const taking = new PortableTaking({ ...related, tables: related.portableTables });
      for await (const batch of batches) {
        const before = taking.counts.event;
        await transactions.writeSlice(() => taking.take(batch));
        searchFollower.note(taking.counts.event - before);
      }
      return { counts: taking.counts, leftForks: taking.leftForks };
    },
  };
}
