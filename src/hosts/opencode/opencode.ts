// opencode: a SQLite database since 1.2, JSON files before, and exports of single sessions.
import { basename, join } from "node:path";
import { readDocument } from "../documents.ts";
import { isSqlite, mentionsTables } from "../foreign-sqlite.ts";
import type { Environment, Extent, Host, HostRecord, Position, Source } from "../host.ts";
import { readPartsDatabase } from "../part-database.ts";
import { exportRecords, lookAtStorage, storageRecords } from "./files.ts";

const name = "opencode";
const version = 1;

export const opencode: Host = {
  name,
  title: "opencode",
  roots({ home, variables }: Environment): string[] {
    const data = join(variables.XDG_DATA_HOME || join(home, ".local", "share"), "opencode");
    return [variables.OPENCODE_DB || join(data, "opencode.db"), join(data, "storage", "session")];
  },
  recognise(path: string, head: Buffer): Source | null {
    const kind = kindOf(path, head);
    return kind === null ? null : { host: name, path, kind };
  },
  lookBeside: async ({ kind, path }: Source): Promise<Extent> =>
    kind === "storage" ? lookAtStorage(path) : { size: 0, modifiedAt: 0 },
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> {
    if (source.kind === "sqlite") return readPartsDatabase(source.path, name, position, signal);
    const records = source.kind === "export" ? exportRecords : storageRecords.bind(null, source.path);
    return readDocument(source.path, { position, signal, version, records });
  },
};

function kindOf(path: string, head: Buffer): string | null {
  if (isSqlite(head)) {
    const ours =
      /^opencode[\w.-]*\.db$/.test(basename(path)) ||
      mentionsTables(head, "message_id", "slug", "project_id");
    return ours ? "sqlite" : null;
  }
  if (!path.endsWith(".json")) return null;
  if (/[\\/]storage[\\/]session[\\/][^\\/]+[\\/]ses_[^\\/]+\.json$/.test(path)) return "storage";
  const start = head.toString("utf8");
  return /^\s*\{\s*"info"\s*:\s*\{/.test(start) && /"(?:projectID|directory)"\s*:/.test(start)
    ? "export"
    : null;
}
