// Who may open a file, beside SQLite: to close a descriptor of the store's drops all locks that the process has on it
// (https://sqlite.org/howtocorrupt.html, section 2.2). A file that is not named here may look at files, make, move and
// remove them, and nothing else. That none of these is given the store's is what test/promises/locks.test.ts watches.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "..", "..", "src");

const opening: Record<string, string> = {
  "capture/find.ts":
    "the first bytes of what may be a transcript; the store's files are told by their inodes",
  "cli/backstory.ts": "none: it looks whether a newer Node is beside it",
  "cli/check-file-system.ts": "/proc/self/mountinfo",
  "cli/export.ts": "the export, a file that it makes",
  "cli/hook.ts": "hook.log, to append to it",
  "cli/serve.ts": "the description that lies beside the program",
  "db/sqlite/file-bytes.ts": "a store's header, while this process has no connection to it",
  "db/sqlite/migration-files.ts": "this installation's migrations",
  "db/sqlite/place.ts": "a store's file and folder, before SQLite opens it",
  "hosts/codewhale/runtime.ts": "a host's",
  "hosts/documents.ts": "a host's",
  "hosts/foreign-sqlite.ts": "a host's database, to copy it",
  "hosts/gemini/recording.ts": "a host's",
  "hosts/lines.ts": "a transcript, or an export that comes in",
  "hosts/opencode/files.ts": "a host's",
  "install/files.ts": "a host's configuration",
  "liveness/linux.ts": "/proc, /etc/machine-id",
  "workspace/git.ts": "git's own small files",
};

const looking = new Set([
  ...["access", "accessSync", "chmod", "chmodSync", "constants", "existsSync", "mkdir", "mkdirSync"],
  ...[
    "readdir",
    "readdirSync",
    "readlink",
    "readlinkSync",
    "realpath",
    "realpathSync",
    "rename",
    "renameSync",
  ],
  ...["rm", "rmSync", "stat", "statSync", "statfs", "statfsSync", "unlink", "unlinkSync", "watch"],
]);

/** What a source takes from `node:fs` beside types and what only looks; a whole module counts as opening. */
function openers(text: string): string[] {
  const imports = [...text.matchAll(/^import (type )?([^;]*?) from "(?:node:)?fs(?:\/promises)?";/gm)];
  const values = imports.filter(([, type]) => type === undefined).map(([, , what = ""]) => what);
  const names = values.flatMap((what) =>
    what.startsWith("{") ? what.slice(1, -1).split(",") : [`all of it: ${what}`],
  );
  const taken = names.map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "));
  // A dynamic import, a re-export, `require`: no list of names to look at.
  const mentions = [...text.matchAll(/["'`](?:node:)?fs(?:\/promises)?["'`]/g)];
  const others = mentions.length > imports.length ? ["another way of importing it"] : [];
  return [...taken.filter((name) => !looking.has(name)), ...others];
}

it("is one of those that have a reason", () => {
  const sources = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const found = sources.filter((name) => openers(readFileSync(join(source, name), "utf8")).length > 0);
  expect(found.map((name) => name.replaceAll("\\", "/")).toSorted()).toEqual(Object.keys(opening).toSorted());
});

it.each([
  ['import { existsSync, type Stats } from "node:fs";', []],
  ['import type { FileHandle } from "node:fs/promises";', []],
  ['import {\n  readFileSync,\n  statSync,\n} from "node:fs";', ["readFileSync"]],
  ['import { openSync as statSync } from "node:fs";', ["openSync as statSync"]],
  ['import * as fs from "fs";', ["all of it: * as fs"]],
  ['import fs, { statSync } from "node:fs";', ["all of it: fs, { statSync }"]],
  ['const { open } = await import("node:fs/promises");', ["another way of importing it"]],
  ['export { open } from "node:fs/promises";', ["another way of importing it"]],
])("would see %s", (text, found) => {
  expect(openers(text)).toEqual(found);
});
