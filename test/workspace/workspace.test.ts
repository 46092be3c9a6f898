import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readWorkspace } from "../../src/workspace/workspace.ts";

const hasGit = spawnSync("git", ["--version"]).status === 0;
const nothing = { gitCommonDir: null, gitBranch: null, gitRemote: null, exists: true };
let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "workspace-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function make(...path: string[]): string {
  const directory = join(root, ...path);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** git as on a machine where nobody has configured it. */
function git(cwd: string, ...args: string[]): void {
  const settings = ["user.name=a", "user.email=a@b", "protocol.file.allow=always", "init.defaultBranch=main"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
    cwd,
    env,
    stdio: "pipe",
  });
}

function repository(name: string): string {
  const directory = make(name);
  git(directory, "init", "-b", "main");
  git(directory, "commit", "--allow-empty", "-m", "first");
  return directory;
}

describe("outside git", () => {
  test("the real directory is the project", async () => {
    const plain = make("plain", "inner");
    symlinkSync(plain, join(root, "link"));
    const expected = { directory: plain, projectDirectory: plain, ...nothing };
    expect(await readWorkspace(plain)).toEqual(expected);
    expect(await readWorkspace(join(root, "link"))).toEqual(expected);
  });

  test("a directory that does not exist stays as given", async () => {
    for (const given of ["/nowhere/at/all", "/nowhere/x/../at", "nowhere", "/nul\0byte"]) {
      const directory = resolve(given);
      expect(await readWorkspace(given)).toEqual({
        directory,
        projectDirectory: directory,
        ...nothing,
        exists: false,
      });
    }
  });

  test("a directory below a symlink is the same before it exists and after", async () => {
    symlinkSync(make("target"), join(root, "way"));
    const later = join(root, "way", "not", "yet");
    const before = await readWorkspace(later);
    mkdirSync(later, { recursive: true });
    const directory = join(root, "target", "not", "yet");
    expect(before).toEqual({ directory, projectDirectory: directory, ...nothing, exists: false });
    expect(await readWorkspace(later)).toEqual({ ...before, exists: true });
  });

  test.runIf(process.platform !== "win32")(
    "a Windows directory on another system stays as given",
    async () => {
      for (const directory of ["C:\\Users\\me\\code", "c:/code", "\\\\server\\share"]) {
        expect(await readWorkspace(directory)).toEqual({
          directory,
          projectDirectory: directory,
          ...nothing,
          exists: false,
        });
      }
    },
  );

  test.each<[string, (at: string) => void]>([
    [
      "a .git file that points to nothing",
      (at) => writeFileSync(join(at, ".git"), "gitdir: C:/gone/.git/worktrees/x\n"),
    ],
    ["a .git file that says nothing", (at) => writeFileSync(join(at, ".git"), "")],
    ["an empty .git directory", (at) => mkdirSync(join(at, ".git"))],
    ["a HEAD without objects", (at) => writeFileSync(join(at, "HEAD"), "ref: refs/heads/main\n")],
    [
      "a commondir that points to nothing",
      (at) => {
        mkdirSync(join(at, ".git"));
        writeFileSync(join(at, ".git", "HEAD"), "ref: refs/heads/main\n");
        writeFileSync(join(at, ".git", "commondir"), "../gone\n");
      },
    ],
  ])("%s is no repository", async (name, spoil) => {
    const directory = make("spoilt", name);
    spoil(directory);
    expect(await readWorkspace(directory)).toEqual({ directory, projectDirectory: directory, ...nothing });
  });

  test.runIf(process.platform === "linux")("a pipe in git's place is not waited for", async () => {
    const directory = make("pipes");
    execFileSync("mkfifo", [join(directory, ".git"), join(directory, "HEAD")]);
    expect(await readWorkspace(directory)).toMatchObject(nothing);
  });
});

describe.skipIf(!hasGit)("in git (skipped where git is not installed)", () => {
  test("a subdirectory belongs to its checkout; branch and remote are read", async () => {
    const main = repository("plain-repository");
    git(main, "remote", "add", "upstream", "https://host.example/up.git");
    git(main, "remote", "add", "origin", "https://me:secret@host.example/a.git");
    git(main, "checkout", "-b", "feature/x");
    const inner = make("plain-repository", "src", "deep");
    expect(await readWorkspace(inner)).toEqual({
      directory: inner,
      projectDirectory: main,
      exists: true,
      gitCommonDir: join(main, ".git"),
      gitBranch: "feature/x",
      gitRemote: "https://host.example/a.git",
    });
    expect((await readWorkspace(join(main, ".git", "refs"))).projectDirectory).toBe(main);
  });

  test.each(["", "gitdir: /gone/.git/worktrees/x\n"])(
    "a broken .git file (%j) is not its outer repository's",
    async (text) => {
      repository("outer");
      const directory = make("outer", "broken");
      writeFileSync(join(directory, ".git"), text);
      expect(await readWorkspace(directory)).toEqual({ directory, projectDirectory: directory, ...nothing });
    },
  );

  test("before the first commit there is a branch; detached there is none", async () => {
    const fresh = make("fresh");
    git(fresh, "init", "-b", "trunk");
    expect(await readWorkspace(fresh)).toMatchObject({ gitBranch: "trunk", gitRemote: null });
    const detached = repository("detached");
    git(detached, "checkout", "--detach");
    expect(await readWorkspace(detached)).toMatchObject({ projectDirectory: detached, gitBranch: null });
  });

  test("a worktree is its main checkout's project, on its own branch", async () => {
    const main = repository("main");
    git(main, "worktree", "add", "-b", "side", "../side");
    const [ours, theirs] = [await readWorkspace(main), await readWorkspace(join(root, "side"))];
    expect(theirs).toEqual({ ...ours, directory: join(root, "side"), gitBranch: "side" });
    expect(ours.projectDirectory).toBe(main);
  });

  test("the worktrees of a bare repository meet in it", async () => {
    git(repository("source"), "clone", "--bare", ".", "../shared.git");
    const bare = join(root, "shared.git");
    git(bare, "worktree", "add", "-b", "one", "../bare-one");
    for (const directory of [bare, join(root, "bare-one")]) {
      expect(await readWorkspace(directory)).toMatchObject({ projectDirectory: bare, gitCommonDir: bare });
    }
    expect((await readWorkspace(join(root, "bare-one"))).gitBranch).toBe("one");
  });

  test("a submodule is its own project, its worktrees too", async () => {
    repository("library");
    const above = repository("above");
    git(above, "submodule", "add", join(root, "library"), "parts/library");
    const sub = join(above, "parts", "library");
    git(sub, "worktree", "add", "-b", "side", join(root, "library-side"));
    const common = join(above, ".git", "modules", "parts", "library");
    for (const directory of [sub, join(root, "library-side")]) {
      expect(await readWorkspace(directory)).toMatchObject({ projectDirectory: sub, gitCommonDir: common });
    }
    expect((await readWorkspace(join(above, "parts"))).projectDirectory).toBe(above);
  });

  test.each(["apart.git", "apart/.git"])(
    "a checkout whose git directory is %s is its own project",
    async (kept) => {
      const checkout = make(`co-${kept}`.replace("/", "-"));
      make("apart");
      git(checkout, "init", "-b", "main", "--separate-git-dir", join(root, kept));
      const inner = make(`co-${kept}`.replace("/", "-"), "src");
      for (const directory of [checkout, inner]) {
        const expected = { directory, projectDirectory: checkout, gitCommonDir: join(root, kept) };
        expect(await readWorkspace(directory)).toMatchObject(expected);
      }
    },
  );

  test("a git directory kept elsewhere identifies its checkout and its worktrees alike", async () => {
    const checkout = make("separate");
    git(checkout, "init", "-b", "main", "--separate-git-dir", join(root, "kept.git"));
    git(checkout, "commit", "--allow-empty", "-m", "first");
    git(checkout, "worktree", "add", "-b", "side", join(root, "separate-side"));
    for (const directory of [checkout, join(root, "separate-side")]) {
      expect((await readWorkspace(directory)).projectDirectory).toBe(join(root, "kept.git"));
    }
  });
});
