// Finds the git repository that holds a directory, by its files alone: a git process costs milliseconds,
// may not be installed, and runs what a stranger's configuration says. Must not know what a project is for.
import { open, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  type Head,
  parseCommit,
  parseGitConfig,
  parseGitFile,
  parseHead,
  parsePackedRef,
} from "./git-files.ts";

export interface GitFacts {
  /** The checkout's own, where its HEAD is. */
  gitDir: string;
  head: Head;
  /** What all worktrees of one repository share; real path. */
  commonDir: string;
  /** Null when detached. */
  branch: string | null;
  /** Null without a remote. Never with a password. */
  remote: string | null;
  /** `core.worktree`, absolute: set for a submodule. */
  worktree: string | null;
  /** The directory whose `.git` file names the git directory, where there is no other; null without such a file. */
  onlyCheckout: string | null;
}

const maxBytes = 64 * 1024;
// A line is some 80 bytes: 200,000 refs.
const maxPackedRefs = 16 * 1024 * 1024;

/**
 * The repository of `directory` or of its nearest parent that has one; null if there is none, or if the
 * nearest `.git` file points to nothing (git refuses that too, rather than take an outer repository).
 * Never rejects.
 */
export async function findGit(directory: string): Promise<GitFacts | null> {
  for (let at = directory; ; at = dirname(at)) {
    const entry = join(at, ".git");
    const link = await readSmall(entry);
    if (link !== null) {
      const target = parseGitFile(link);
      return target === null ? null : readGitDir(resolve(at, target), at);
    }
    // A bare repository, or the inside of a `.git`, is a git directory itself.
    const facts = (await readGitDir(entry)) ?? (await readGitDir(at));
    if (facts !== null) return facts;
    if (dirname(at) === at) return null;
  }
}

/**
 * Null: not a git directory. It needs HEAD and objects (setup.c, is_git_directory); a worktree borrows objects.
 * `holder`: the directory whose `.git` file names it.
 */
async function readGitDir(gitDir: string, holder: string | null = null): Promise<GitFacts | null> {
  const head = parseHead((await readSmall(join(gitDir, "HEAD"))) ?? "");
  if (head === null) return null;
  const common = ((await readSmall(join(gitDir, "commondir"))) ?? "").trim();
  const commonDir = await realpath(resolve(gitDir, common)).catch(() => null);
  if (commonDir === null || !(await isDirectory(join(commonDir, "objects")))) return null;
  const config = parseGitConfig((await readSmall(join(commonDir, "config"))) ?? "");
  const worktree = config.worktree === null ? null : resolve(commonDir, config.worktree);
  const isOnly = common === "" && !(await isDirectory(join(commonDir, "worktrees")));
  const onlyCheckout = isOnly ? holder : null;
  return { gitDir, head, commonDir, branch: head.branch, remote: config.remote, worktree, onlyCheckout };
}

/**
 * The commit that the checkout around a directory is at. Null outside git, before the first commit, and where refs
 * are not files (reftable). Runs nothing. Never rejects.
 */
export async function readGitHead(directory: string): Promise<string | null> {
  const git = await findGit(await realpath(directory).catch(() => directory));
  if (git === null || git.head.ref === null) return git?.head.commit ?? null;
  const { ref } = git.head;
  if (!ref.startsWith("refs/") || ref.includes("..")) return null;
  const loose = (await readSmall(join(git.gitDir, ref))) ?? (await readSmall(join(git.commonDir, ref)));
  if (loose !== null) return parseCommit(loose);
  return parsePackedRef((await readSmall(join(git.commonDir, "packed-refs"), maxPackedRefs)) ?? "", ref);
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The first bytes of a regular file (opening a pipe would wait for a writer), or null. */
async function readSmall(path: string, most = maxBytes): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return null;
    const length = Math.min(found.size, most);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
