// Captures: what hosts recorded, taken in batch by batch, each record once.
import type {
  CaptureBatch,
  CapturedAction,
  CapturedEvent,
  CapturedHearing,
  CapturedOutcome,
  CapturedRecord,
  CapturedSession,
  CaptureStore,
  TakenBatch,
  TakenSession,
} from "../captures.ts";
import type { JsonValue } from "../records.ts";
import type { Actions } from "./actions.ts";
import type { CapturedWork } from "./captured-work.ts";
import type { Events } from "./events.ts";
import type { Hearings } from "./hearings.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
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
}

const nothingSaid = {
  kind: "session",
  parentProviderSessionId: null,
  workspace: null,
  gitBranch: null,
  title: null,
  agent: null,
  appName: null,
  userId: null,
  context: null,
  state: null,
  metadata: null,
  createdAt: null,
  updatedAt: null,
} as const;

const noTokens = { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null };

export class Captures {
  readonly #related: Related;

  constructor(related: Related) {
    this.#related = related;
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

  take(record: CapturedRecord): void {
    const { work } = this.#related;
    switch (record.kind) {
      case "session":
        this.#open(record.providerSessionId, record);
        break;
      case "event":
        this.#event(record);
        break;
      case "hearing":
        this.#hear(record);
        break;
      case "end": {
        const { sessionId } = this.#sessionOf(record.providerSessionId);
        if (sessionId !== null) this.#related.runs.endOf(sessionId, `its host ended it: ${record.reason}`);
        break;
      }
      case "outcome":
        this.#outcome(record);
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

  #open(
    providerSessionId: string,
    said: CapturedSession = { ...nothingSaid, providerSessionId },
  ): TakenSession {
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

  #event(event: CapturedEvent): void {
    const taken = this.#sessionOf(event.providerSessionId);
    if (taken.sessionId === null) return;
    const { events, actions } = this.#related;
    const { isOwnTool } = this.#batch;
    const earlier = events.ofHost(taken.sessionId, event.key);
    if (earlier !== undefined) {
      taken.duplicates += 1;
      if (earlier.forgottenAt !== null) return;
      for (const action of event.actions) {
        actions.settle(taken.sessionId, action.callId, action, { isOwnTool, seq: earlier.seq });
      }
      return;
    }
    const { kind: _kind, providerSessionId: _id, key, ...rest } = event;
    const known = rest.actions.map((action) => this.#withOutcome(taken.sessionId ?? "", action));
    const said = { ...rest, actions: known };
    const heard = this.#related.hearings.of(taken.sessionId, said);
    if (heard === undefined) {
      this.#append(taken, said, key);
      return;
    }
    const { origin, client } = this.#batch;
    events.replaceHeard(heard, { ...said, sessionId: taken.sessionId, origin, client }, key);
    this.#count(taken, said);
  }

  #hear({ kind: _kind, providerSessionId, ...hearing }: CapturedHearing): void {
    const taken = this.#sessionOf(providerSessionId);
    if (taken.sessionId === null) return;
    const key = this.#related.hearings.keyFor(taken.sessionId, hearing);
    if (key === null) taken.duplicates += 1;
    else this.#append(taken, { ...nothingElse, ...hearing }, key);
  }

  #append(taken: TakenSession, said: Said, key: string): void {
    if (taken.sessionId === null) return;
    const { origin, client } = this.#batch;
    this.#related.events.appendHosts({ ...said, sessionId: taken.sessionId, origin, client }, key);
    this.#count(taken, said);
  }

  #count(taken: TakenSession, said: Said): void {
    taken.events += 1;
    taken.actions += said.actions.length;
    taken.tokens.input += said.tokens.input ?? 0;
    taken.tokens.output += said.tokens.output ?? 0;
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

  #outcome(outcome: CapturedOutcome): void {
    const taken = this.#sessionOf(outcome.providerSessionId);
    if (taken.sessionId === null) return;
    const { actions, events } = this.#related;
    const { callId } = outcome;
    if (actions.settle(taken.sessionId, callId, outcome, { isOwnTool: this.#batch.isOwnTool })) return;
    if (events.ofHost(taken.sessionId, outcomeKey(callId)) !== undefined) return;
    this.#append(taken, toEvent(outcome), outcomeKey(callId));
  }
}

/** Of an event that a hook has heard of. */
const nothingElse = {
  reasoning: null,
  actions: [],
  agent: null,
  branch: null,
  messageId: null,
  finish: null,
  tokens: noTokens,
  costUsd: null,
  longRunningToolIds: null,
  raw: undefined,
};

type Said = Omit<CapturedEvent, "kind" | "providerSessionId" | "key">;

function outcomeKey(callId: string): string {
  return `outcome:${callId}`;
}

/** Of a call that is not known: its transcript began later, or lost a line. */
function toEvent({ callId, status, title, output, error, endedAt }: CapturedOutcome): Said {
  const action = { callId, toolName: "unknown", title, status, input: undefined, output, error };
  return {
    type: "tool_result",
    author: "tool",
    content: null,
    reasoning: null,
    actions: [{ ...action, startedAt: null, endedAt }],
    agent: null,
    branch: null,
    turnId: null,
    messageId: null,
    finish: null,
    error: null,
    tokens: noTokens,
    costUsd: null,
    longRunningToolIds: null,
    metadata: null,
    raw: undefined,
    createdAt: endedAt,
  };
}

export function captureStore(
  transactions: Transactions,
  parts: { captures: Captures; providerSessions: ProviderSessions; sources: Sources },
): CaptureStore {
  const { captures, providerSessions, sources: read } = parts;
  return {
    openSession: (session, by) => transactions.write(() => providerSessions.open(session, by)),
    take: (batch) => transactions.write(() => captures.take(batch)),
    listSources: () => transactions.read(() => read.list()),
    getSource: (host, path) => transactions.read(() => read.get(host, path)),
    listExclusions: () => transactions.read(() => read.listExclusions()),
    addExclusion: (directory) => transactions.write(() => read.exclude(directory)),
    deleteExclusion: (directory) => transactions.write(() => read.include(directory)),
  };
}
