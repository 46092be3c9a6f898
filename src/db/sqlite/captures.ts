// Captures: what hosts recorded, taken in batch by batch, each record once.
import type {
  CaptureBatch,
  CapturedAction,
  CapturedEvent,
  CapturedHearing,
  CapturedOutcome,
  CapturedRecord,
  CapturedSession,
  CaptureOrigin,
  CaptureStore,
  OpenedSession,
  TakenBatch,
  TakenSession,
} from "../captures.ts";
import type { JsonValue } from "../records.ts";
import type { Findings } from "../redaction.ts";
import type { Actions } from "./actions.ts";
import { namedSession, orphanOf, toSaid } from "./captured-events.ts";
import { cleanRecord } from "./captured-texts.ts";
import type { CapturedWork } from "./captured-work.ts";
import type { Events } from "./events.ts";
import type { Hearings, Said } from "./hearings.ts";
import type { HostSessions } from "./host-sessions.ts";
import type { KnownCaptures } from "./known-captures.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import type { Redaction } from "./redaction.ts";
import type { Runs } from "./runs.ts";
import type { Sources } from "./sources.ts";
import { fromJson } from "./text.ts";
import type { Todos } from "./todos.ts";
import type { Transactions } from "./transactions.ts";

interface Related {
  providerSessions: ProviderSessions;
  events: Events;
  hearings: Hearings;
  actions: Actions;
  todos: Todos;
  runs: Runs;
  work: CapturedWork;
  sources: Sources;
  redaction: Redaction;
}

export class Captures {
  readonly #related: Related;

  constructor(related: Related) {
    this.#related = related;
  }

  open(session: CapturedSession, by: CaptureOrigin): OpenedSession {
    const { record } = cleanRecord(this.#related.redaction, session);
    return this.#related.providerSessions.open(record, by);
  }

  take(batch: CaptureBatch): TakenBatch {
    const taking = new Taking(batch, this.#related);
    for (const record of batch.records) taking.take(record);
    if (batch.source !== null) this.#related.sources.note(batch.source);
    return taking.taken();
  }
}

/** One batch on its way in. */
class Taking {
  readonly #batch: CaptureBatch;
  readonly #related: Related;
  readonly #sessions = new Map<string, TakenSession>();
  readonly #counts = { runs: 0, projects: 0, jobs: 0, automations: 0 };

  constructor(batch: CaptureBatch, related: Related) {
    this.#batch = batch;
    this.#related = related;
  }

  taken(): TakenBatch {
    return { sessions: [...this.#sessions.values()], ...this.#counts };
  }

  take(given: CapturedRecord): void {
    const { work, redaction } = this.#related;
    const { record, findings } = cleanRecord(redaction, given);
    switch (record.kind) {
      case "session":
        this.#open(record.providerSessionId, record);
        break;
      case "event":
        this.#event(record, findings);
        break;
      case "hearing":
        this.#hear(record, findings);
        break;
      case "end": {
        const { sessionId } = this.#sessionOf(record.providerSessionId);
        if (sessionId !== null) this.#related.runs.endOf(sessionId, `its host ended it: ${record.reason}`);
        break;
      }
      case "outcome":
        this.#outcome(record, findings);
        break;
      case "todos": {
        const { sessionId } = this.#sessionOf(record.providerSessionId);
        if (sessionId !== null) this.#related.todos.takeHosts(sessionId, record.todos, record.at);
        break;
      }
      case "run": {
        const session = this.#known(record.providerSessionId);
        if (work.run(record, session?.sessionId ?? null, this.#batch)) this.#counts.runs += 1;
        break;
      }
      case "project":
        if (work.project(record)) this.#counts.projects += 1;
        break;
      case "job": {
        const session = this.#known(record.providerSessionId);
        if (work.job(record, session, this.#batch)) this.#counts.jobs += 1;
        break;
      }
      case "automation":
        if (work.automation(record, this.#batch)) this.#counts.automations += 1;
        break;
    }
  }

  #known(providerSessionId: string | null): TakenSession | null {
    return providerSessionId === null ? null : this.#sessionOf(providerSessionId);
  }

  /** Of a session that its reader has opened in an earlier batch, or not at all. */
  #sessionOf(providerSessionId: string): TakenSession {
    return this.#sessions.get(providerSessionId) ?? this.#open(providerSessionId);
  }

  #open(providerSessionId: string, said: CapturedSession = namedSession(providerSessionId)): TakenSession {
    const { session, created } = this.#related.providerSessions.open(said, this.#batch);
    const before = this.#sessions.get(providerSessionId);
    const taken: TakenSession = {
      providerSessionId,
      sessionId: session?.id ?? null,
      directory: session?.directory ?? null,
      projectId: session?.projectId ?? null,
      created: created || (before?.created ?? false),
      events: before?.events ?? 0,
      duplicates: before?.duplicates ?? 0,
      actions: before?.actions ?? 0,
      tokens: before?.tokens ?? { input: 0, output: 0 },
    };
    this.#sessions.set(providerSessionId, taken);
    return taken;
  }

  #event(event: CapturedEvent, findings: Findings): void {
    const taken = this.#sessionOf(event.providerSessionId);
    if (taken.sessionId === null) return;
    const { events, actions } = this.#related;
    const { isOwnTool } = this.#batch;
    const earlier = events.ofHost(taken.sessionId, event.key);
    if (earlier !== undefined) {
      taken.duplicates += 1;
      if (earlier.forgottenAt !== null) return;
      for (const action of event.actions) {
        const { seq } = earlier;
        actions.settle(taken.sessionId, action.callId, action, { isOwnTool, findings: {}, seq });
      }
      return;
    }
    const { kind: _kind, providerSessionId: _id, key, ...rest } = event;
    const known = rest.actions.map((action) => this.#withOutcome(taken.sessionId ?? "", action));
    const said = { ...rest, actions: known };
    const heard = this.#related.hearings.of(taken.sessionId, said);
    if (heard === undefined) this.#append(taken, said, { key, findings });
    else if (this.#related.hearings.replace(heard, said, { key, findings })) count(taken, said);
    else taken.duplicates += 1;
  }

  #hear({ kind: _kind, providerSessionId, ...hearing }: CapturedHearing, findings: Findings): void {
    const taken = this.#sessionOf(providerSessionId);
    if (taken.sessionId === null) return;
    const key = this.#related.hearings.keyFor(taken.sessionId, hearing);
    if (key === null) taken.duplicates += 1;
    else this.#append(taken, toSaid(hearing), { key, findings });
  }

  #append(taken: TakenSession, said: Said, by: { key: string; findings: Findings }): void {
    if (taken.sessionId === null) return;
    const { origin, client } = this.#batch;
    this.#related.events.appendHosts({ ...said, sessionId: taken.sessionId, origin, client }, by);
    count(taken, said);
  }

  /** As it ended, if that came in before the call itself; and without what one of our own tools was told. */
  #withOutcome(sessionId: string, action: CapturedAction): CapturedAction {
    const { events, actions } = this.#related;
    if (this.#batch.isOwnTool(action.toolName)) {
      return { ...action, input: undefined, output: undefined, error: null };
    }
    if (action.status === "completed" || action.status === "error") return action;
    const orphan = events.ofHost(sessionId, outcomeKey(action.callId));
    const row = orphan && actions.of(orphan)[0];
    if (row === undefined) return action;
    const { status, error, endedAt } = row;
    const output = fromJson<JsonValue>(row.output) ?? undefined;
    return { ...action, status, output, error, endedAt, title: row.title ?? action.title };
  }

  #outcome(outcome: CapturedOutcome, findings: Findings): void {
    const taken = this.#sessionOf(outcome.providerSessionId);
    if (taken.sessionId === null) return;
    const { actions, events } = this.#related;
    const { callId } = outcome;
    const { isOwnTool } = this.#batch;
    if (actions.settle(taken.sessionId, callId, outcome, { isOwnTool, findings })) return;
    if (events.ofHost(taken.sessionId, outcomeKey(callId)) !== undefined) return;
    this.#append(taken, orphanOf(outcome), { key: outcomeKey(callId), findings });
  }
}

function count(taken: TakenSession, { actions, tokens }: Said): void {
  taken.events += 1;
  taken.actions += actions.length;
  taken.tokens.input += tokens.input ?? 0;
  taken.tokens.output += tokens.output ?? 0;
}

function outcomeKey(callId: string): string {
  return `outcome:${callId}`;
}

export function captureStore(
  transactions: Transactions,
  parts: {
    captures: Captures;
    knownCaptures: KnownCaptures;
    hostSessions: HostSessions;
    sources: Sources;
  },
): CaptureStore {
  const { captures, knownCaptures, hostSessions, sources: read } = parts;
  return {
    openSession: (session, by) => transactions.write(() => captures.open(session, by)),
    take: (batch) => transactions.write(() => captures.take(batch)),
    findKnown: (batch) => transactions.read(() => knownCaptures.of(batch)),
    listDirectories: () => transactions.read(() => knownCaptures.listDirectories()),
    latestOfHost: (host) => transactions.read(() => hostSessions.latest(host)),
    listSources: () => transactions.read(() => read.list()),
    getSource: (host, path) => transactions.read(() => read.get(host, path)),
    listExclusions: () => transactions.read(() => read.listExclusions()),
    addExclusion: (directory) => transactions.write(() => read.exclude(directory)),
    deleteExclusion: (directory) => transactions.write(() => read.include(directory)),
  };
}
