// etcode: a SQLite database with the tables of opencode's, of fewer columns.
import { basename, join } from "node:path";
import { isSqlite, mentionsTables } from "../foreign-sqlite.ts";
import type { Environment, Host, HostRecord, Position, Source } from "../host.ts";
import { readPartsDatabase } from "../part-database.ts";

const name = "etcode";

export const etcode: Host = {
  name,
  title: "etcode",
  roots: ({ home, variables }: Environment) => [
    join(variables.XDG_DATA_HOME || join(home, ".local", "share"), "etcode", "etcode.db"),
  ],
  recognise(path: string, head: Buffer): Source | null {
    const named = isSqlite(head) && /^etcode[\w.-]*\.db$/.test(basename(path));
    const ours =
      named || (mentionsTables(head, "message_id", "project_id", "position") && !head.includes("slug"));
    return ours ? { host: name, path, kind: "sqlite" } : null;
  },
  read: (source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> =>
    readPartsDatabase(source.path, name, position, signal),
};
