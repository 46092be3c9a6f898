// Takes in every transcript that can be found: of each host on this machine, or what the paths name.
import type { CaptureStore } from "../db/captures.ts";
import { StoreError } from "../db/errors.ts";
import type { Environment, Host } from "../hosts/host.ts";
import { hosts as allHosts } from "../hosts/hosts.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { countOnly } from "./count-only.ts";
import { DirectoryHashes } from "./directory-hashes.ts";
import { Exclusions } from "./exclusions.ts";
import { type Found, findSources, type Root, reasonOf } from "./find.ts";
import { type Summary, Tally } from "./summary.ts";
import { takeSource } from "./take-source.ts";
import { remember } from "./to-captured.ts";

export interface ImportOptions {
  /** Null: there is no store yet, and a dry run makes none. */
  captures: CaptureStore | null;
  /** The store's own file, which is never read as a transcript. Null: there is none. */
  storeFile: string | null;
  hosts: readonly Host[];
  environment: Environment;
  /** None: where the hosts keep their transcripts. */
  paths: readonly string[];
  /** Transcripts that changed then or later. */
  since: number | null;
  /** Counts, and stores nothing. */
  dryRun: boolean;
  includeDeleted: boolean;
  /** Who takes them in: stored with each record. */
  client: string | null;
  signal?: AbortSignal | undefined;
  /** Of all that is to be read. */
  onProgress(done: { bytes: number; total: number; path: string }): void;
}

/** Rejects only if the Store fails: a source that cannot be read is a problem of the summary. */
export async function importTranscripts(options: ImportOptions): Promise<Summary> {
  const { captures, dryRun } = options;
  const tally = new Tally();
  const listed = (await captures?.listExclusions()) ?? [];
  const exclusions = new Exclusions(listed.map(({ directory }) => directory));
  const pending = await findPending(options, exclusions, tally);
  const total = pending.reduce((sum, { size }) => sum + size, 0);
  const projects = new Map<string, string>();
  const hashes = new DirectoryHashes(async () => (await captures?.listDirectories()) ?? []);
  const read = remember(async (directory) => {
    const workspace = await readWorkspace(directory);
    projects.set(workspace.directory, workspace.projectDirectory);
    hashes.add(directory);
    hashes.add(workspace.directory);
    return workspace;
  });
  const taker = captures === null || dryRun ? countOnly(captures) : captures;
  let before = 0;
  for (const found of pending) {
    if (options.signal?.aborted) break;
    const { path } = found.source;
    const progress = (bytes: number) => options.onProgress({ bytes: before + bytes, total, path });
    try {
      await takeSource(found, {
        origin: "import",
        client: options.client,
        taker,
        exclusions,
        readWorkspace: read,
        findDirectory: (hash) => hashes.find(hash),
        includeDeleted: options.includeDeleted,
        signal: options.signal,
        onTaken: (host, taken) => tally.take(host, taken, projects),
        onSkipped: (skipped) => tally.skip(path, skipped),
        onExcluded: (host, id) => tally.exclude(host, id),
        onProgress: (bytes) => progress(Math.min(bytes, found.size)),
      });
      tally.read();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      tally.problem({ path, reason: reasonOf(error) });
    }
    before += found.size;
    progress(0);
  }
  return tally.summary();
}

/** Those that have changed since they were read, or of which something was left out that is not to be any more. */
async function findPending(options: ImportOptions, exclusions: Exclusions, tally: Tally): Promise<Found[]> {
  const { captures, since, includeDeleted } = options;
  const readBefore = (await captures?.listSources()) ?? [];
  const known = new Map(readBefore.map((source) => [`${source.host} ${source.path}`, source]));
  const pending: Found[] = [];
  for await (const finding of findSources(rootsOf(options), { openStore: options.storeFile, readBefore })) {
    if ("problem" in finding) {
      tally.problem(finding.problem);
      continue;
    }
    const { source, size, modifiedAt } = finding.found;
    const before = known.get(`${source.host} ${source.path}`);
    const same = before?.size === size && before.modifiedAt === modifiedAt && !includeDeleted;
    if (same && (await areAll(before.excluded, exclusions))) tally.unchanged();
    else if (since === null || modifiedAt >= since) pending.push(finding.found);
  }
  return [...pending.filter((found) => !isHashed(found)), ...pending.filter(isHashed)];
}

function isHashed({ host }: Found): boolean {
  return host.hashesDirectories === true;
}

async function areAll(directories: readonly string[], exclusions: Exclusions): Promise<boolean> {
  for (const directory of directories) if (!(await exclusions.has(directory))) return false;
  return true;
}

export function rootsOf({
  hosts,
  environment,
  paths,
}: Pick<ImportOptions, "hosts" | "environment" | "paths">): Root[] {
  const others = allHosts.filter((host) => !hosts.includes(host));
  if (paths.length > 0) return paths.map((path) => ({ path, hosts, others, named: true }));
  return hosts.flatMap((host) =>
    host.roots(environment).map((path) => ({ path, hosts: [host], named: false })),
  );
}
