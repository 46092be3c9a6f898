// What a host's reader says → what the Store takes in. It knows where a directory's project is, and no host's format.
import type { CapturedEvent, CapturedRecord, CapturedSession } from "../db/captures.ts";
import type { Workspace } from "../db/records.ts";
import type {
  AutomationRecord,
  EventRecord,
  HostRecord,
  JobRecord,
  JsonObject,
  ProjectRecord,
  RunRecord,
  SessionRecord,
} from "../hosts/host.ts";

export type ReadWorkspace = (directory: string) => Promise<Workspace>;

/** A directory is read once in an import. */
export function remember(read: ReadWorkspace): ReadWorkspace {
  const known = new Map<string, ReturnType<ReadWorkspace>>();
  return (directory) => {
    let workspace = known.get(directory);
    if (workspace === undefined) {
      workspace = read(directory);
      known.set(directory, workspace);
    }
    return workspace;
  };
}

/** What is taken in of a transcript: not what its reader left out, nor how far it came. */
export type Content = Exclude<HostRecord, { kind: "skipped" | "position" }>;

const lastTime = Date.UTC(10_000, 0) - 1;
const standardAttempts = 3;
const noTokens = { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null };

export async function toCaptured(record: Content, read: ReadWorkspace): Promise<CapturedRecord> {
  switch (record.kind) {
    case "session":
      return toSession(record, read);
    case "event":
      return toEvent(record);
    case "outcome": {
      const { sessionId, directory: _, endedAt, ...outcome } = record;
      return { ...outcome, providerSessionId: sessionId, endedAt: toTime(endedAt) };
    }
    case "todos":
      return {
        kind: "todos",
        providerSessionId: record.sessionId,
        todos: record.todos,
        at: toTime(record.at),
      };
    case "run":
      return toRun(record, read);
    case "project":
      return toProject(record, read);
    case "job":
      return toJob(record, read);
    case "automation":
      return toAutomation(record, read);
  }
}

async function toSession(record: SessionRecord, read: ReadWorkspace): Promise<CapturedSession> {
  const { kind, id, parentId, directory, directoryHash: _, model, ...rest } = record;
  const { metadata, createdAt, updatedAt, ...said } = rest;
  return {
    ...said,
    kind,
    providerSessionId: id,
    parentProviderSessionId: parentId,
    workspace: directory === null ? null : await read(directory),
    metadata: withModel(metadata, model),
    createdAt: toTime(createdAt),
    updatedAt: toTime(updatedAt),
  };
}

function toEvent({ sessionId, directory: _, model, actions, ...event }: EventRecord): CapturedEvent {
  return {
    ...event,
    providerSessionId: sessionId,
    tokens: event.tokens ?? noTokens,
    metadata: withModel(event.metadata, model),
    createdAt: toTime(event.createdAt),
    actions: actions.map((action) => ({
      ...action,
      startedAt: toTime(action.startedAt),
      endedAt: endOf(toTime(action.startedAt), toTime(action.endedAt)),
    })),
  };
}

async function toRun({ sessionId, directory, ...run }: RunRecord, read: ReadWorkspace) {
  return {
    ...run,
    providerSessionId: sessionId,
    workspace: await read(directory),
    startedAt: toTime(run.startedAt),
    endedAt: toTime(run.endedAt),
  };
}

async function toProject({ directory, ...project }: ProjectRecord, read: ReadWorkspace) {
  return { ...project, workspace: await read(directory) };
}

async function toJob({ sessionId, directory, ...job }: JobRecord, read: ReadWorkspace) {
  const attempts = job.attempts ?? 0;
  return {
    ...job,
    providerSessionId: sessionId,
    workspace: directory === null ? null : await read(directory),
    priority: job.priority ?? 0,
    attempts,
    maxAttempts: Math.max(job.maxAttempts ?? standardAttempts, attempts, 1),
    runAfter: toTime(job.runAfter),
    createdAt: toTime(job.createdAt),
    startedAt: toTime(job.startedAt),
    endedAt: toTime(job.endedAt),
  };
}

async function toAutomation(record: AutomationRecord, read: ReadWorkspace) {
  const { kind, name, schedule, timeZone, directory, prompt } = record;
  const workspace = directory === null ? null : await read(directory);
  return { kind, name, schedule, timeZone: timeZone ?? "UTC", workspace, prompt };
}

function withModel(metadata: JsonObject | null, model: string | null): JsonObject | null {
  return model === null ? metadata : { model, ...metadata };
}

/** Within what a date can show: hosts' clocks jump. */
function toTime(time: number | null): number | null {
  return time === null ? null : Math.min(Math.max(Math.trunc(time), 0), lastTime);
}

function endOf(startedAt: number | null, endedAt: number | null): number | null {
  return startedAt === null || endedAt === null ? endedAt : Math.max(startedAt, endedAt);
}
