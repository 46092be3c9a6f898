// Where a dry run's batches go: counted as the Store would count them, and dropped. What the Store has is asked of it; what
// this run has met already, which the Store would have by now, is remembered.
import type {
  CaptureBatch,
  CapturedEvent,
  CapturedOutcome,
  CapturedRecord,
  CaptureStore,
  KnownBatch,
  TakenBatch,
  TakenSession,
} from "../db/captures.ts";
import type { Taker } from "./take-source.ts";

/** @param captures null: there is no store yet */
export function countOnly(captures: CaptureStore | null): Taker {
  const met = new Map<string, MetSession>();
  const work = new Set<string>();
  return {
    getSource: async (host, path) => (await captures?.getSource(host, path)) ?? null,
    async take(batch) {
      const known = (await captures?.findKnown(batch)) ?? { sessions: [], records: [] };
      const counting = new Counting(batch, known, { met, work });
      return counting.count();
    },
  };
}

/** A session as this run has met it so far. */
interface MetSession {
  directory: string;
  deleted: boolean;
  /** It was not there before this run. */
  created: boolean;
  keys: Set<string>;
  callIds: Set<string>;
}

interface Met {
  met: Map<string, MetSession>;
  /** Runs, jobs and automations, each with what it came to. */
  work: Set<string>;
}

/** One batch. */
class Counting {
  readonly #batch: CaptureBatch;
  readonly #known: KnownBatch;
  readonly #met: Met;
  readonly #sessions = new Map<string, TakenSession>();
  readonly #counts = { runs: 0, projects: 0, jobs: 0, automations: 0 };

  constructor(batch: CaptureBatch, known: KnownBatch, met: Met) {
    this.#batch = batch;
    this.#known = known;
    this.#met = met;
  }

  count(): TakenBatch {
    for (const [index, record] of this.#batch.records.entries()) {
      this.#take(record, this.#known.records[index] ?? false);
    }
    return { sessions: [...this.#sessions.values()], ...this.#counts };
  }

  #take(record: CapturedRecord, isThere: boolean): void {
    const id = "providerSessionId" in record ? record.providerSessionId : null;
    const met = id === null ? null : this.#meet(id, record);
    const session = id === null ? undefined : this.#sessions.get(id);
    if (record.kind === "run" || record.kind === "job" || record.kind === "automation") {
      const said = this.#wordsOf(record);
      if (!isThere && !this.#met.work.has(said)) this.#counts[`${record.kind}s`] += 1;
      this.#met.work.add(said);
    }
    if (met === null || session === undefined || met.deleted) return;
    if (record.kind === "event") countEvent(record, session, met, isThere);
    if (record.kind === "outcome") countOutcome(record, session, met, isThere);
  }

  /** As the Store opens it: what it has, or a new one in the directory that is said first. */
  #meet(id: string, record: CapturedRecord): MetSession {
    const { met } = this.#met;
    const place = `${this.#batch.provider} ${id}`;
    const there = this.#known.sessions.find(({ providerSessionId }) => providerSessionId === id);
    const usual = this.#batch.workspace.directory;
    const session = met.get(place) ?? {
      directory: there?.directory ?? usual,
      deleted: there?.deleted ?? false,
      created: there === undefined,
      keys: new Set(),
      callIds: new Set(),
    };
    const isNew = session.created && !met.has(place);
    met.set(place, session);
    const told = record.kind === "session" ? record.workspace : null;
    if (told !== null && session.directory === usual) session.directory = told.directory;
    const taken = this.#sessions.get(id) ?? newTaken(id, isNew);
    taken.sessionId = session.deleted ? null : id;
    taken.directory = session.directory;
    this.#sessions.set(id, taken);
    return session;
  }

  #wordsOf(record: Extract<CapturedRecord, { kind: "run" | "job" | "automation" }>): string {
    if (record.kind === "automation") {
      return JSON.stringify([record.kind, record.workspace?.directory, record.name]);
    }
    const { kind, key, status } = record;
    return JSON.stringify([kind, this.#batch.provider, key, status]);
  }
}

function newTaken(id: string, created: boolean): TakenSession {
  return {
    providerSessionId: id,
    sessionId: id,
    directory: null,
    projectId: null,
    created,
    events: 0,
    duplicates: 0,
    actions: 0,
    tokens: { input: 0, output: 0 },
  };
}

function countEvent(
  { key, actions, tokens }: CapturedEvent,
  session: TakenSession,
  met: MetSession,
  isThere: boolean,
): void {
  if (isThere || met.keys.has(key)) {
    session.duplicates += 1;
    return;
  }
  met.keys.add(key);
  for (const { callId } of actions) met.callIds.add(callId);
  session.events += 1;
  session.actions += actions.length;
  session.tokens.input += tokens.input ?? 0;
  session.tokens.output += tokens.output ?? 0;
}

/** Of an unknown call it is an event of its own. */
function countOutcome(
  { callId }: CapturedOutcome,
  session: TakenSession,
  { callIds }: MetSession,
  isThere: boolean,
): void {
  if (isThere || callIds.has(callId)) return;
  callIds.add(callId);
  session.events += 1;
  session.actions += 1;
}
