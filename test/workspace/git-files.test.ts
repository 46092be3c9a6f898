import fc from "fast-check";
import { expect, test } from "vitest";
import {
  parseGitConfig,
  parseGitFile,
  parseHead,
  parsePackedRef,
  withoutCredentials,
} from "../../src/workspace/git-files.ts";

test.each<[string, string | null]>([
  ["gitdir: ../.git/modules/sub\n", "../.git/modules/sub"],
  ["gitdir: C:/code/main/.git/worktrees/x\r\n", "C:/code/main/.git/worktrees/x"],
  ["gitdir:\n", null],
  ["", null],
  ["<html>", null],
])(".git: %j", (text, path) => {
  expect(parseGitFile(text)).toBe(path);
});

test.each<[string, object | null]>([
  ["ref: refs/heads/main\n", { commit: null, ref: "refs/heads/main", branch: "main" }],
  ["ref: refs/heads/größe\n", { commit: null, ref: "refs/heads/größe", branch: "größe" }],
  ["ref: refs/heads/.invalid\n", { commit: null, ref: "refs/heads/.invalid", branch: null }],
  ["ref: refs/remotes/origin/main\n", { commit: null, ref: "refs/remotes/origin/main", branch: null }],
  [`${"a1".repeat(20)}\n`, { commit: "a1".repeat(20), ref: null, branch: null }],
  [`${"a1".repeat(32)}\n`, { commit: "a1".repeat(32), ref: null, branch: null }],
  ["<html>", null],
  ["", null],
])("HEAD: %j", (text, head) => {
  expect(parseHead(text)).toEqual(head);
});

test.each<[string, string | null]>([
  ["refs/heads/main", "a1".repeat(20)],
  ["refs/heads/other", "b2".repeat(20)],
  ["refs/heads/mai", null],
  ["heads/main", null],
  ["", null],
])("packed-refs: %j", (ref, commit) => {
  const lines = [
    "# pack-refs with: peeled fully-peeled sorted ",
    `${"a1".repeat(20)} refs/heads/main`,
    `${"b2".repeat(20)} refs/heads/other\r`,
    `^${"c3".repeat(20)}`,
  ];
  expect(parsePackedRef(`${lines.join("\n")}\n`, ref)).toBe(commit);
});

test.each<[string, string, string | null]>([
  ["origin before others", '[remote "a"]\n\turl = one\n[remote "origin"]\n\turl = two\n', "two"],
  ["the first without origin", '[remote "a"]\n\turl = one\n[remote "b"]\n\turl = two\n', "one"],
  ["the first url of several", '[remote "origin"]\n\turl = one\n\turl = two\n', "one"],
  ["no remote", "[core]\n\turl = one\n", null],
  ["an empty url", '[remote "origin"]\n\turl =\n', null],
  ["any case, one line, CRLF", '[Remote "origin"] URL = one\r\n', "one"],
  ["comments and quotes", '# x\n[remote "origin"] ; y\n\turl = "one#1" # z\n', "one#1"],
  [
    "an escaped path at a line's end",
    '[remote "origin"]\n\turl = C:\\\\code\\\\\n\tfetch = x\n',
    "C:\\code\\",
  ],
  ["a continued line", '[remote "origin"]\n\turl = on\\\ne\n', "one"],
  ["another section with that name", '[branch "origin"]\n\turl = one\n', null],
])("config, %s", (_, text, remote) => {
  expect(parseGitConfig(text).remote).toBe(remote);
});

test("core.worktree", () => {
  expect(parseGitConfig("[core]\n\tbare = false\n\tworktree = ../../../sub\n").worktree).toBe("../../../sub");
});

test.each([
  ["https://me:secret@host.example/a.git", "https://host.example/a.git"],
  ["https://secret@host.example:8443/a.git", "https://host.example:8443/a.git"],
  ["https://me:se@cret@host.example", "https://host.example"],
  ["ssh://git:secret@host.example:22/a.git", "ssh://git@host.example:22/a.git"],
  ["ssh://git@host.example/a.git", "ssh://git@host.example/a.git"],
  ["git@host.example:a/b.git", "git@host.example:a/b.git"],
  ["https://host.example/@scope/a.git", "https://host.example/@scope/a.git"],
  ["file:///home/a@b/c", "file:///home/a@b/c"],
  ["C:\\code\\a.git", "C:\\code\\a.git"],
])("%s → %s", (url, clean) => {
  expect(withoutCredentials(url)).toBe(clean);
});

test("no text makes a parser throw or crawl", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      parseGitFile(text);
      parseHead(text);
      parseGitConfig(`[remote "origin"]\nurl = ${text}\n${text}`);
    }),
  );
  const start = performance.now();
  for (const unit of ["[a ", "\\", '"', " ", "[", 'a="\\', "=", "\n["])
    parseGitConfig(unit.repeat(65_536 / unit.length));
  expect(performance.now() - start).toBeLessThan(1000);
});
