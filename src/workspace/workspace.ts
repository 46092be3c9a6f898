// A directory → the project it belongs to, so that symlinks, subdirectories and worktrees meet in one place.
// Must not know what is stored about a project.
import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve, win32 } from "node:path";
import { findGit, type GitFacts } from "./git.ts";

export interface Workspace {
  /** Real path, symlinks resolved. */
  directory: string;
  /** What identifies the project: equal for a repository's subdirectories and all its worktrees. */
  projectDirectory: string;
  /** Real path of the git directory that all worktrees share. Null outside git, as the next two. */
  gitCommonDir: string | null;
  /** Null when detached. */
  gitBranch: string | null;
  /** The url of `origin`, else of the first remote; never with a password. */
  gitRemote: string | null;
  /** Whether there is such a directory on this machine. */
  exists: boolean;
}

/**
 * @param directory absolute, or relative to the current directory. One that does not exist, perhaps
 *   another machine's, is its own project, made absolute, and real as far as it is there: it is the same once it exists.
 * Reads files, runs nothing, writes nothing. Never rejects: what cannot be read is null.
 */
export async function readWorkspace(directory: string): Promise<Workspace> {
  const real = await realpath(resolve(directory)).catch(() => null);
  if (real === null) {
    const named = isForeign(directory) ? directory : await toReal(resolve(directory));
    return { ...outsideGit(named), exists: false };
  }
  const git = await findGit(real);
  if (git === null) return outsideGit(real);
  return {
    directory: real,
    projectDirectory: await projectOf(git),
    gitCommonDir: git.commonDir,
    gitBranch: git.branch,
    gitRemote: git.remote,
    exists: true,
  };
}

/** The real path of the nearest parent that exists, and the rest as given. */
async function toReal(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null);
  const parent = dirname(path);
  return real ?? (parent === path ? path : join(await toReal(parent), basename(path)));
}

/**
 * The main checkout, found from what every worktree knows. A submodule's git directory lies in its
 * superproject and names its own checkout. A git directory kept elsewhere knows none, and stands for it as soon as
 * there are worktrees. A bare repository has no checkout: it is the project itself.
 */
async function projectOf({ commonDir, worktree, onlyCheckout }: GitFacts): Promise<string> {
  if (onlyCheckout !== null) return onlyCheckout;
  if (basename(commonDir) === ".git") return dirname(commonDir);
  const checkout = worktree === null ? null : await realpath(worktree).catch(() => null);
  return checkout ?? commonDir;
}

function outsideGit(directory: string): Workspace {
  const git = { gitCommonDir: null, gitBranch: null, gitRemote: null };
  return { directory, projectDirectory: directory, ...git, exists: true };
}

/** `C:\code` on a POSIX machine: resolving it would put our own directory before it. */
function isForeign(directory: string): boolean {
  return !isAbsolute(directory) && win32.isAbsolute(directory);
}
