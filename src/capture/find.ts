// Where the transcripts are: walks folders and asks the hosts which files are theirs. It reads the head of a
// file, and changes none.
import { open, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Extent, Host, Source } from "../hosts/host.ts";

export interface Found {
  host: Host;
  source: Source;
  /** With its write-ahead log, if it is a database, and what else its host keeps beside it. */
  size: number;
  modifiedAt: number;
}

/** What could not be looked at, and why. */
export interface Problem {
  path: string;
  reason: "not found" | "no permission" | "unknown kind" | "empty" | "unreadable";
}

export type Finding = { found: Found } | { problem: Problem };

const headBytes = 4096;
// Where those say nothing: documents whose messages come before their names, lines with a long prompt.
const longHeadBytes = 64 * 1024;

/** A folder or a file, and the hosts whose transcripts may be in it. */
export interface Root {
  path: string;
  hosts: readonly Host[];
  /** Whose transcripts are left alone here: they are no problem. */
  others?: readonly Host[];
  /** Somebody asked for it: that it is not there, or of no known kind, is a problem. */
  named: boolean;
}

/** As it was when it was read: what has not changed since is not opened to be known again. */
export interface ReadBefore extends Source, Extent {}

export interface FindOptions {
  /** Null: there is none. */
  openStore: string | null;
  readBefore?: readonly ReadBefore[];
}

/**
 * Each file once, whichever links lead to it, in the order of names. Never those of the store that is open here, whose
 * locks would be dropped with the first descriptor that is closed (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
export async function* findSources(
  roots: readonly Root[],
  { openStore, readBefore = [] }: FindOptions,
): AsyncGenerator<Finding> {
  const seen = new Set<string>();
  if (openStore !== null) for (const file of await storeFiles(openStore)) seen.add(file);
  const search = { seen, known: Map.groupBy(readBefore, ({ path }) => path) };
  for (const root of roots) yield* follow(root, root.path, search);
}

interface Search {
  /** Paths, and numbers of files. */
  seen: Set<string>;
  /** By their paths. */
  known: ReadonlyMap<string, readonly ReadBefore[]>;
}

const storeSuffixes = ["", "-wal", "-shm", "-journal"];

/** By their numbers too: a hard link leads to them by another name. */
async function storeFiles(store: string): Promise<string[]> {
  const real = await realpath(store).catch(() => store);
  const files = storeSuffixes.map(async (suffix) => {
    const numbers = await numbersOf(real + suffix);
    return numbers === null ? [real + suffix] : [real + suffix, numbers];
  });
  return (await Promise.all(files)).flat();
}

/** Exact: on Windows the number of a file does not fit a double. */
async function numbersOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}`;
}

/** To where a path leads, through links. */
async function* follow(root: Root, path: string, search: Search): AsyncGenerator<Finding> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) yield* walk(root, real, search);
    else yield* lookAt(root, real, search);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== "not found" || (root.named && path === root.path)) yield { problem: { path, reason } };
  }
}

/** A folder by its real path. */
async function* walk(root: Root, folder: string, search: Search): AsyncGenerator<Finding> {
  if (search.seen.has(folder)) return;
  search.seen.add(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => reasonOf(error));
  if (typeof entries === "string") {
    if (entries !== "not found") yield { problem: { path: folder, reason: entries } };
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(root, path, search);
    else if (entry.isFile()) yield* lookAt(root, path, search);
    else if (entry.isSymbolicLink()) yield* follow(root, path, search);
  }
}

async function* lookAt(root: Root, path: string, search: Search): AsyncGenerator<Finding> {
  const { seen, known } = search;
  if (seen.has(path) || seen.has((await numbersOf(path)) ?? path)) return;
  seen.add(path);
  const finding = await recognise(root, path, known.get(path) ?? []);
  if (finding !== null) yield finding;
}

/** Null: no transcript, and nobody said it was one. */
async function recognise(root: Root, path: string, before: readonly ReadBefore[]): Promise<Finding | null> {
  try {
    const { isFile, ...extent } = await look(path);
    if (!isFile) return null;
    const unchanged = await findUnchanged(root, extent, before);
    if (unchanged !== null) return { found: unchanged };
    const { size } = extent;
    const head = await readHead(path, size, headBytes);
    const isText = /\.jsonl?$/.test(path);
    let known = hostOf(root, path, head);
    if (known === null && isText && size > headBytes)
      known = hostOf(root, path, await readHead(path, size, longHeadBytes));
    // The place says what it should be; the first character, that it may be.
    const placed = root.named ? null : hostOf(root, path, head, true);
    if (known === null && beginsObject(head)) known = placed;
    const isEmpty = size === 0 && isText;
    if (known !== null && !isEmpty) return { found: await whole(known, extent) };
    const isRoot = root.named && path === (await realpath(root.path));
    if (!isRoot && root.others?.some((host) => host.recognise(path, head) !== null)) return null;
    // In a folder that somebody named, what is called as transcripts are was meant too.
    const wasMeant = root.named ? isRoot || isEmpty || path.endsWith(".jsonl") : placed !== null;
    return wasMeant ? { problem: { path, reason: isEmpty ? "empty" : "unknown kind" } } : null;
  } catch (error) {
    const reason = reasonOf(error);
    return reason === "not found" ? null : { problem: { path, reason } };
  }
}

function hostOf(
  { hosts }: Root,
  path: string,
  head: Buffer,
  inPlace = false,
): Pick<Found, "host" | "source"> | null {
  for (const host of hosts) {
    const source = host.recognise(path, head, inPlace);
    if (source !== null) return { host, source };
  }
  return null;
}

function beginsObject(head: Buffer): boolean {
  return /^\uFEFF?\s*\{\s*["}]/.test(head.toString("utf8"));
}

async function findUnchanged(
  { hosts }: Root,
  extent: Extent,
  before: readonly ReadBefore[],
): Promise<Found | null> {
  for (const { host: name, path, kind, size, modifiedAt } of before) {
    const host = hosts.find((each) => each.name === name);
    if (host === undefined) continue;
    const found = await whole({ host, source: { host: name, path, kind } }, extent);
    if (found.size === size && found.modifiedAt === modifiedAt) return found;
  }
  return null;
}

/** With what stands beside the file and is part of the transcript. */
async function whole(known: Pick<Found, "host" | "source">, { size, modifiedAt }: Extent): Promise<Found> {
  const beside = await known.host.lookBeside?.(known.source);
  if (beside === undefined) return { ...known, size, modifiedAt };
  return {
    ...known,
    size: size + beside.size,
    modifiedAt: Math.max(modifiedAt, beside.modifiedAt),
  };
}

/** A database in use is changed in the log beside it. */
async function look(path: string): Promise<Extent & { isFile: boolean }> {
  const file = await stat(path);
  const log = await stat(`${path}-wal`).catch(() => null);
  return {
    size: file.size + (log?.size ?? 0),
    modifiedAt: Math.floor(Math.max(file.mtimeMs, log?.mtimeMs ?? 0)),
    isFile: file.isFile(),
  };
}

async function readHead(path: string, size: number, most: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(most, size)), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export function reasonOf(error: unknown): Problem["reason"] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "not found";
  return code === "EACCES" || code === "EPERM" ? "no permission" : "unreadable";
}

/** Of a transcript that names no directory. */
export function folderOf({ path }: Source): string {
  return dirname(path);
}
