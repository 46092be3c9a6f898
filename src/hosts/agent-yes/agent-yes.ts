// agent-yes: .agent-yes/store.sqlite in a project's directory, with the projects and runs of its commands.
import { basename, dirname, join } from "node:path";
import { boundText } from "../bounds.ts";
import { type ForeignDatabase, isSqlite, mentionsTables, type Row } from "../foreign-sqlite.ts";
import type { Environment, Host, HostRecord, Position, RunRecord, Source } from "../host.ts";
import { asInteger, asName, asText, asTexts, asTime, parseJson } from "../narrow.ts";
import { newSkip } from "../new-records.ts";
import { readTables, type Table } from "../table-reading.ts";

const name = "agent-yes";
const version = 1;

export const agentYes: Host = {
  name,
  title: "agent-yes",
  // Each project has its own, of which nobody keeps a list: these are found by their path.
  roots: ({ home }: Environment) => [join(home, ".agent-yes", "store.sqlite")],
  recognise(path: string, head: Buffer): Source | null {
    const inPlace = isSqlite(head) && basename(path) === "store.sqlite" && projectOf(path) !== null;
    const ours = inPlace || mentionsTables(head, "exit_code", "project_id", "last_run_at");
    return ours ? { host: name, path, kind: "sqlite" } : null;
  },
  read: (source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> =>
    readTables(source.path, (db) => [projects, runsOf(db, source.path)], { position, signal, version }),
};

/** Whose store it is, where it stands in its place. */
function projectOf(path: string): string | null {
  return basename(dirname(path)) === ".agent-yes" ? dirname(dirname(path)) : null;
}

const projects: Table = {
  name: "projects",
  columns: ["id", "dir", "cmd", "prompt", "created_at", "updated_at", "last_run_at"],
  appended: false,
  records(row: Row): HostRecord[] {
    const directory = asText(row.dir);
    if (directory === null) return [newSkip("no content")];
    return [
      {
        kind: "project",
        directory,
        name: null,
        command: boundText(asText(row.cmd)),
        prompt: boundText(asText(row.prompt)),
      },
    ];
  },
};

function runsOf(db: ForeignDatabase, path: string): Table {
  const projectsById = new Map(
    db.columns("projects").has("dir")
      ? db.all("SELECT id, dir, cmd, prompt FROM projects").map((row) => [asName(row.id), row] as const)
      : [],
  );
  return {
    name: "runs",
    columns: ["id", "pid", "project_id", "status", "exit_code", "started_at", "ended_at", "args"],
    appended: false,
    records(row: Row): HostRecord[] {
      const project = projectsById.get(asName(row.project_id));
      const id = asName(row.id);
      const directory = asText(project?.dir) ?? projectOf(path);
      return id === null || directory === null
        ? [newSkip("no content")]
        : [toRun(row, `${path}#${id}`, project, directory)];
    },
  };
}

const statuses = new Set<string>(["running", "completed", "failed", "crashed"]);

function toRun(row: Row, key: string, project: Row | undefined, directory: string): RunRecord {
  return {
    kind: "run",
    key,
    sessionId: null,
    directory,
    pid: asInteger(row.pid),
    command: boundText(asText(project?.cmd)),
    args: asTexts(parseJson(row.args)),
    prompt: boundText(asText(project?.prompt)),
    status: statuses.has(String(row.status)) ? (row.status as RunRecord["status"]) : "crashed",
    exitCode: asInteger(row.exit_code),
    error: null,
    startedAt: asTime(row.started_at),
    endedAt: asTime(row.ended_at),
  };
}
