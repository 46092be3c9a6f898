// The commit that a directory is at, as git itself would say.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readGitHead } from "../../src/workspace/git.ts";
import { makeFolder } from "../open-test-store.ts";

const hasGit = spawnSync("git", ["--version"]).status === 0;

function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const settings = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return execFileSync("git", [...settings, ...args], { cwd, env, encoding: "utf8", stdio: "pipe" }).trim();
}

function repository(): string {
  const directory = makeFolder();
  git(directory, "init", "-b", "main");
  git(directory, "commit", "--allow-empty", "-m", "first");
  return directory;
}

describe.runIf(hasGit)("in a repository", () => {
  test("a branch, from its top and from inside", async () => {
    const directory = repository();
    const inner = join(directory, "src", "inner");
    mkdirSync(inner, { recursive: true });
    const head = git(directory, "rev-parse", "HEAD");
    expect(await readGitHead(directory)).toBe(head);
    expect(await readGitHead(inner)).toBe(head);
  });

  test("a branch whose ref is packed", async () => {
    const directory = repository();
    git(directory, "tag", "-a", "v1", "-m", "v1");
    git(directory, "pack-refs", "--all");
    expect(await readGitHead(directory)).toBe(git(directory, "rev-parse", "HEAD"));
  });

  test("a detached HEAD, and a worktree at another commit", async () => {
    const directory = repository();
    const first = git(directory, "rev-parse", "HEAD");
    const worktree = join(makeFolder(), "worktree");
    git(directory, "worktree", "add", "-b", "other", worktree);
    git(worktree, "commit", "--allow-empty", "-m", "second");
    git(directory, "checkout", "--detach");
    expect(await readGitHead(directory)).toBe(first);
    expect(await readGitHead(worktree)).toBe(git(worktree, "rev-parse", "HEAD"));
  });

  test("none before the first commit", async () => {
    const directory = makeFolder();
    git(directory, "init", "-b", "main");
    expect(await readGitHead(directory)).toBeNull();
  });

  test("none where HEAD leads out of the repository", async () => {
    const directory = repository();
    writeFileSync(join(directory, "secret"), "a".repeat(40));
    for (const ref of ["../secret", "refs/../../secret"]) {
      writeFileSync(join(directory, ".git", "HEAD"), `ref: ${ref}\n`);
      expect(await readGitHead(directory)).toBeNull();
    }
  });
});

test("none outside of git, and none where nothing is", async () => {
  const directory = makeFolder();
  expect(await readGitHead(directory)).toBeNull();
  expect(await readGitHead(join(directory, "missing"))).toBeNull();
});
