// The text of git's own small files: .git, HEAD, config. Pure parsing.
// Must not know where the files are.

/** gitrepository-layout(5): a `.git` file says `gitdir: <path>`, relative to where it lies, or absolute. */
export function parseGitFile(text: string): string | null {
  const path = text.startsWith("gitdir:") ? text.slice("gitdir:".length).trim() : "";
  return path === "" ? null : path;
}

/** What HEAD says: a commit, or a ref, which may be a branch. */
export interface Head {
  commit: string | null;
  ref: string | null;
  branch: string | null;
}

/**
 * Null if this is no HEAD. gitrepository-layout(5).
 * A reftable repository keeps its branch elsewhere and writes `refs/heads/.invalid` here: its branch is null.
 */
export function parseHead(text: string): Head | null {
  const commit = parseCommit(text);
  if (commit !== null) return { commit, ref: null, branch: null };
  const line = text.trimEnd();
  if (!line.startsWith("ref:")) return null;
  const ref = line.slice("ref:".length).trim();
  const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : "";
  return { commit, ref, branch: branch === "" || branch === ".invalid" ? null : branch };
}

/** The name of an object, SHA-1 or SHA-256: all that a file of a ref says. */
export function parseCommit(text: string): string | null {
  const line = text.trimEnd();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(line) ? line : null;
}

/** The object of a ref in packed-refs: lines of `<object> <ref>`, besides those that begin with # or ^. */
export function parsePackedRef(text: string, ref: string): string | null {
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (line.slice(space + 1).trimEnd() === ref) return parseCommit(line.slice(0, space));
  }
  return null;
}

export interface GitConfig {
  /** `origin`'s first url, else the first remote's; without a password. */
  remote: string | null;
  /** `core.worktree`: where a submodule's files are, relative to its git directory. */
  worktree: string | null;
}

/** git-config(1), "Syntax". Includes and `url.<base>.insteadOf` are not followed. Never throws. */
export function parseGitConfig(text: string): GitConfig {
  const remotes = new Map<string, string>();
  let worktree: string | null = null;
  for (const { section, subsection, name, value } of settings(text)) {
    if (value === "") continue;
    if (section === "core" && subsection === null && name === "worktree") worktree = value;
    if (section !== "remote" || subsection === null || name !== "url") continue;
    if (!remotes.has(subsection)) remotes.set(subsection, value);
  }
  const url = remotes.get("origin") ?? remotes.values().next().value;
  return { remote: url === undefined ? null : withoutCredentials(url), worktree };
}

interface Setting {
  /** Lower case, as `name`. */
  section: string;
  subsection: string | null;
  name: string;
  value: string;
}

function* settings(text: string): Generator<Setting> {
  let section = "";
  let subsection: string | null = null;
  // A backslash at the end of a line continues it, unless that backslash is itself escaped.
  const joined = text.replace(/\\(\\|\r?\n)/g, (all, next) => (next === "\\" ? all : ""));
  for (const line of joined.split("\n")) {
    const header = /^\s*\[([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\](.*)$/s.exec(line);
    if (header) {
      section = (header[1] ?? "").toLowerCase();
      subsection = header[2]?.replace(/\\(.)/g, "$1") ?? null;
    }
    const setting = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=(.*)$/s.exec(header ? (header[3] ?? "") : line);
    if (!setting) continue;
    const name = (setting[1] ?? "").toLowerCase();
    yield { section, subsection, name, value: parseValue(setting[2] ?? "") };
  }
}

/** Quotes may open anywhere, escapes work in and out of them, a bare # or ; begins a comment. */
function parseValue(text: string): string {
  const escapes: Record<string, string> = { n: "\n", t: "\t", b: "\b" };
  let value = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') quoted = !quoted;
    else if (char === "\\") {
      const next = text.charAt(++at);
      value += escapes[next] ?? next;
    } else if (!quoted && (char === "#" || char === ";")) break;
    else value += char;
  }
  return value.trim();
}

/**
 * A URL without what opens the door: over http even a lone user name may be a token, over ssh the name
 * ("git") is part of the address and only a password goes. Anything that is no URL is returned as it is.
 */
export function withoutCredentials(url: string): string {
  const scheme = url.indexOf("://");
  if (scheme < 0) return url;
  const start = scheme + "://".length;
  const slash = url.indexOf("/", start);
  const end = slash < 0 ? url.length : slash;
  const at = url.lastIndexOf("@", end - 1);
  if (at < start) return url;
  const user = url.slice(0, scheme).endsWith("ssh") ? url.slice(start, at).split(":", 1)[0] : "";
  return url.slice(0, start) + (user ? `${user}@` : "") + url.slice(at + 1);
}
