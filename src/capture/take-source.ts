// One transcript into the Store, from where its last reading ended: batch by batch, each stored with how far it came. So
// a process that is killed loses nothing and takes in nothing twice. The one way in, for imports, hooks and watching.
import { setTimeout as sleep } from "node:timers/promises";
import type { CaptureBatch, CapturedRecord, CaptureSource, TakenBatch } from "../db/captures.ts";
import { StoreError } from "../db/errors.ts";
import type { Provenance, Workspace } from "../db/records.ts";
import type { HostRecord, JsonObject, SkippedRecord } from "../hosts/host.ts";
import { newSkip } from "../hosts/new-records.ts";
import { isOwnTool } from "../hosts/own-calls.ts";
import type { FindDirectory } from "./directory-hashes.ts";
import type { Exclusions } from "./exclusions.ts";
import { type Found, folderOf } from "./find.ts";
import { type Content, type ReadWorkspace, toCaptured } from "./to-captured.ts";

/** Where batches go; a dry run has one that only counts. */
export interface Taker {
  getSource(host: string, path: string): Promise<CaptureSource | null>;
  take(batch: CaptureBatch): Promise<TakenBatch>;
}

export interface TakeOptions extends Provenance {
  origin: "import" | "hook";
  taker: Taker;
  exclusions: Exclusions;
  readWorkspace: ReadWorkspace;
  findDirectory: FindDirectory;
  /** Also sessions that were deleted here: for that, everything is read again. */
  includeDeleted: boolean;
  signal?: AbortSignal | undefined;
  onTaken(host: string, taken: TakenBatch): void;
  onSkipped(skipped: SkippedRecord): void;
  onExcluded(host: string, sessionId: string): void;
  /** Bytes of the source so far. */
  onProgress(bytes: number): void;
}

// Of one transaction, which holds the lock for some ten milliseconds.
const mostEvents = 500;
const mostBytes = 1024 * 1024;
// A reader that gives no position for so long is stored without one: what was taken in is known again by its keys.
const mostRecords = 2_000;
// Milliseconds between two transactions, in which others find the lock free.
const pause = 2;

const ofContent: ReadonlySet<string> = new Set(["internal", "invalid_input", "too_large", "conflict"]);
const isOfContent = (error: unknown) => error instanceof StoreError && ofContent.has(error.code);

/** Rejects if the source cannot be read at all, or the Store does not take it. */
export async function takeSource(found: Found, options: TakeOptions): Promise<void> {
  const taking = new Taking(found, options, await options.readWorkspace(folderOf(found.source)));
  await taking.run();
}

class Taking {
  readonly #found: Found;
  readonly #options: TakeOptions;
  readonly #workspace: Workspace;
  /** Sessions, and their directories. */
  readonly #excluded = new Map<string, string>();
  /** Of events that were left out of a session that is not. */
  readonly #excludedWithin = new Set<string>();
  /** Sessions that were deleted here: only their first record may say whose subagent's they are. */
  readonly #deleted = new Set<string>();
  #records: CapturedRecord[] = [];
  #events = 0;
  #skipped = 0;
  #flushedAt: number | null = null;
  #position: JsonObject | null = null;

  constructor(found: Found, options: TakeOptions, workspace: Workspace) {
    this.#found = found;
    this.#options = options;
    this.#workspace = workspace;
  }

  async run(): Promise<void> {
    const { host, source } = this.#found;
    const { taker, includeDeleted, signal } = this.#options;
    const earlier = includeDeleted ? null : await taker.getSource(host.name, source.path);
    for await (const record of host.read(source, earlier?.position ?? null, signal)) await this.#take(record);
    if (signal?.aborted !== true) await this.#flush(true);
  }

  async #take(record: HostRecord): Promise<void> {
    if (record.kind === "skipped") {
      this.#skipped += 1;
      this.#options.onSkipped(record);
    } else if (record.kind === "position") {
      this.#position = record.position;
      this.#flushedAt ??= record.bytes;
      this.#options.onProgress(record.bytes);
      if (this.#events >= mostEvents || record.bytes - this.#flushedAt >= mostBytes) {
        await this.#flush(false);
        this.#flushedAt = record.bytes;
      }
    } else {
      await this.#keep(record);
      if (this.#records.length >= mostRecords) await this.#flush(false);
    }
  }

  async #keep(given: Content): Promise<void> {
    const record = await this.#placed(given);
    if (this.#wasDeleted(record) || (await this.#isExcluded(record))) return;
    const captured = await toCaptured(record, this.#options.readWorkspace);
    this.#records.push(captured);
    if (captured.kind === "event") this.#events += 1;
    // Records behind the last position go without one.
    this.#position = null;
  }

  async #placed(record: Content): Promise<Content> {
    if (record.kind !== "session" || record.directory !== null || record.directoryHash === null) {
      return record;
    }
    return { ...record, directory: await this.#options.findDirectory(record.directoryHash) };
  }

  /** Runs and jobs stay without their session. */
  #wasDeleted(record: Content): boolean {
    return record.kind !== "run" && record.kind !== "job" && this.#deleted.has(sessionOf(record) ?? "");
  }

  async #isExcluded(record: Content): Promise<boolean> {
    const { exclusions, readWorkspace, onExcluded } = this.#options;
    const sessionId = sessionOf(record);
    if (sessionId !== null && this.#excluded.has(sessionId)) return true;
    if (!("directory" in record)) return false;
    if (record.kind !== "session" && record.directory === null) return false;
    const { directory } = record.directory === null ? this.#workspace : await readWorkspace(record.directory);
    if (!(await exclusions.has(directory))) return false;
    if (record.kind === "session") {
      this.#excluded.set(record.id, directory);
      onExcluded(this.#found.host.name, record.id);
    } else if (record.kind === "event") this.#excludedWithin.add(directory);
    return true;
  }

  async #flush(done: boolean): Promise<void> {
    const { host } = this.#found;
    const { taker, origin, client, includeDeleted } = this.#options;
    if (!done && this.#records.length === 0) return;
    const batch = {
      origin,
      client,
      provider: host.name,
      workspace: this.#workspace,
      includeDeleted,
      isOwnTool,
      records: this.#records,
      source: this.#progress(done),
    };
    try {
      this.#told(await taker.take(batch));
    } catch (error) {
      if (!isOfContent(error)) throw error;
      await this.#takeEach(batch);
    }
    this.#records = [];
    this.#events = 0;
    this.#skipped = 0;
    if (!done) await sleep(pause);
  }

  #told(taken: TakenBatch): void {
    for (const { sessionId, providerSessionId } of taken.sessions) {
      if (sessionId === null) this.#deleted.add(providerSessionId);
    }
    this.#options.onTaken(this.#found.host.name, taken);
  }

  /** One by one: what a record says is no reason to leave out the others. */
  async #takeEach(batch: CaptureBatch): Promise<void> {
    const { taker, onSkipped } = this.#options;
    for (const record of batch.records) {
      try {
        this.#told(await taker.take({ ...batch, records: [record], source: null }));
      } catch (error) {
        if (!isOfContent(error)) throw error;
        onSkipped(newSkip("refused", null));
      }
    }
    await taker.take({ ...batch, records: [] });
  }

  /** What was left out is read from the start when it is not to be any more. */
  #progress(done: boolean): CaptureSource | null {
    if (this.#position === null && !done) return null;
    const { source, size, modifiedAt } = this.#found;
    const excluded = new Set([...this.#excluded.values(), ...this.#excludedWithin]);
    return {
      ...source,
      // Not yet what it is: the next reading goes on.
      size: done ? size : -1,
      modifiedAt,
      position: excluded.size > 0 ? null : this.#position,
      excluded: [...excluded],
      events: this.#events,
      skipped: this.#skipped,
    };
  }
}

/** The host's id of the session that a record is about. */
function sessionOf(record: Content): string | null {
  if (record.kind === "session") return record.id;
  return "sessionId" in record ? record.sessionId : null;
}
