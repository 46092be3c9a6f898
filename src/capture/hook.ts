// A call of a host's hook into the Store: the transcripts it points to are brought up to date the way an import does, then
// what only the hook knows comes, and a session that begins is told where the work stopped.
import { stat } from "node:fs/promises";
import type { CapturedHearing, CapturedRecord, TakenBatch } from "../db/captures.ts";
import type { Workspace } from "../db/records.ts";
import type { Store } from "../db/store.ts";
import type { HookCall, HostHooks } from "../hosts/hooks.ts";
import type { Host } from "../hosts/host.ts";
import { isOwnTool } from "../hosts/own-calls.ts";
import { DirectoryHashes } from "./directory-hashes.ts";
import { Exclusions } from "./exclusions.ts";
import { findSources } from "./find.ts";
import { type TakeOptions, takeSource } from "./take-source.ts";
import { type Content, type ReadWorkspace, toCaptured } from "./to-captured.ts";

export interface HookOptions {
  store: Store;
  hooks: HostHooks;
  /** Where the hook runs, for a payload that does not say. */
  directory: string;
  readWorkspace: ReadWorkspace;
  /** The pid of the host that called; null if it cannot be told. */
  findHost(): Promise<number | null>;
  /** Ends the reading of transcripts: the next call, or an import, goes on. */
  signal: AbortSignal;
  now(): number;
  /** Of what went wrong without a loss that matters. */
  onProblem(error: unknown): void;
}

export interface TakenCall {
  /** Where the session works. */
  workspace: Workspace;
  /** Ours; null: it was deleted here. */
  sessionId: string | null;
}

/** Null: its directory is excluded, and nothing was taken in. */
export async function takeHookCall(call: HookCall, options: HookOptions): Promise<TakenCall | null> {
  const { store, readWorkspace } = options;
  const workspace = await readWorkspace(call.session.directory ?? options.directory);
  const exclusions = new Exclusions(
    (await store.captures.listExclusions()).map(({ directory }) => directory),
  );
  if (await exclusions.has(workspace.directory)) return null;
  const hashes = new DirectoryHashes(async () =>
    [call.session.directory, workspace.directory].filter((directory) => directory !== null),
  );
  await bringUpToDate(call, { exclusions, findDirectory: (hash) => hashes.find(hash) }, options);
  const taken = await takeCall(call, workspace, options);
  const sessionId = idOf(call.session.id, taken);
  if (sessionId !== null) {
    if (call.task !== null) await takeTask(call.task, call, { sessionId, workspace }, options);
    if (call.start !== null) await startRun(sessionId, options);
  }
  return { workspace, sessionId };
}

function idOf(providerSessionId: string, { sessions }: TakenBatch): string | null {
  return sessions.find((session) => session.providerSessionId === providerSessionId)?.sessionId ?? null;
}

type Places = Pick<TakeOptions, "exclusions" | "findDirectory">;

async function bringUpToDate(call: HookCall, places: Places, options: HookOptions): Promise<void> {
  const { hooks } = options;
  if (hooks.transcripts === null) return;
  for (const path of call.transcripts) {
    try {
      const host = await hooks.transcripts();
      await readTranscript(path, host, places, options);
    } catch (error) {
      if (!isMissing(error)) options.onProblem(error);
    }
  }
}

/** A session that has just begun has none yet. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function readTranscript(
  path: string,
  host: Host,
  places: Places,
  { store, readWorkspace, signal, onProblem }: HookOptions,
): Promise<void> {
  // Whatever else it names, a folder of all the transcripts there are is not to be walked while a host waits.
  if (!(await stat(path)).isFile()) throw new Error("a transcript: not a file");
  const root = { path, hosts: [host], named: false };
  for await (const finding of findSources([root], { openStore: store.file })) {
    if ("problem" in finding) {
      onProblem(new Error(`a transcript: ${finding.problem.reason}`));
      continue;
    }
    await takeSource(finding.found, {
      origin: "hook",
      client: host.name,
      taker: store.captures,
      ...places,
      readWorkspace,
      includeDeleted: false,
      signal,
      onTaken() {},
      onSkipped() {},
      onExcluded() {},
      onProgress() {},
    });
  }
}

async function takeCall(call: HookCall, workspace: Workspace, options: HookOptions): Promise<TakenBatch> {
  const { readWorkspace } = options;
  const contents: Content[] = [call.session, ...(call.child === null ? [] : [call.child]), ...call.events];
  const records: CapturedRecord[] = [];
  for (const content of contents) records.push(await toCaptured(content, readWorkspace));
  const heard = call.heard.map((event) => toHearing(event, options.now()));
  if (call.end !== null) {
    records.push({ kind: "end", providerSessionId: call.session.id, reason: call.end.reason });
  }
  return take([...records, ...heard], workspace, options);
}

function take(
  records: readonly CapturedRecord[],
  workspace: Workspace,
  { store, hooks }: HookOptions,
): Promise<TakenBatch> {
  return store.captures.take({
    origin: "hook",
    client: hooks.name,
    provider: hooks.name,
    workspace,
    includeDeleted: false,
    isOwnTool,
    records,
    source: null,
  });
}

function toHearing(event: HookCall["heard"][number], now: number): CapturedHearing {
  const { sessionId, type, author, content, turnId, error, metadata, createdAt } = event;
  return {
    kind: "hearing",
    providerSessionId: sessionId,
    type,
    author,
    content: content ?? "",
    turnId,
    error,
    metadata,
    createdAt: Math.min(createdAt ?? now, now),
  };
}

/** One change of the list: the others of it stay as they are. */
async function takeTask(
  task: NonNullable<HookCall["task"]>,
  call: HookCall,
  { sessionId, workspace }: { sessionId: string; workspace: Workspace },
  options: HookOptions,
): Promise<void> {
  const { todos } = await options.store.getTodos(sessionId);
  const present = todos.map(({ content, status, priority }) => ({ content, status, priority }));
  const same = present.find(({ content }) => content === task.content);
  if (same === undefined) present.push({ ...task, priority: "medium" });
  else if (task.status === "completed") same.status = "completed";
  const at = options.now();
  await take([{ kind: "todos", providerSessionId: call.session.id, todos: present, at }], workspace, options);
}

/** So that its end is known however it comes, and which session that process is in. */
async function startRun(sessionId: string, { store, hooks, findHost }: HookOptions): Promise<void> {
  const pid = await findHost();
  if (pid === null) return;
  const latest = await store.latestRun(sessionId);
  if (latest?.status === "running" && latest.pid === pid) return;
  await store.startRun({
    sessionId,
    workspace: null,
    pid,
    pidFound: true,
    command: hooks.name,
    args: [],
    prompt: null,
    origin: "hook",
    client: hooks.name,
    idempotencyKey: null,
  });
}
