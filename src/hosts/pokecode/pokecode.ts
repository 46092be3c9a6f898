// PokéCode: sessions, their messages as the provider wrote them, and a queue of jobs.
import { basename, join } from "node:path";
import { boundMetadata, boundText } from "../bounds.ts";
import { type ForeignDatabase, isSqlite, mentionsTables, type Row } from "../foreign-sqlite.ts";
import type {
  Environment,
  Host,
  HostRecord,
  JobRecord,
  JsonObject,
  Position,
  SessionRecord,
  Source,
} from "../host.ts";
import { asInteger, asObject, asText, asTexts, asTime, parseJson, remaining } from "../narrow.ts";
import { newJob, newSession, newSkip } from "../new-records.ts";
import { readTables, type Table } from "../table-reading.ts";
import { UsageByMessage } from "../usage-by-message.ts";
import { messageRecords } from "./messages.ts";

const name = "pokecode";
const version = 1;

export const pokecode: Host = {
  name,
  title: "PokéCode",
  roots: ({ home }: Environment) => [join(home, ".pokecode")],
  recognise(path: string, head: Buffer): Source | null {
    const named = isSqlite(head) && /pokecode/i.test(path) && /\.(?:db|sqlite3?)$/.test(basename(path));
    const ours = named || mentionsTables(head, "claude_directory_path");
    return ours ? { host: name, path, kind: "sqlite" } : null;
  },
  read: (source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> =>
    readTables(
      source.path,
      (db, { session_messages }) => [sessionsOf(db), messagesAfter(asObject(session_messages)), jobs],
      { position, signal, version },
    ),
};

/** Its document calls the table by two names. */
function sessionsOf(db: ForeignDatabase): Table {
  return {
    name: db.columns("sessions").size > 0 ? "sessions" : "claude_code_sessions",
    columns: [
      ...["id", "provider", "project_path", "name", "context", "claude_directory_path", "metadata", "state"],
      ...["created_at", "updated_at"],
    ],
    appended: false,
    records: (row) => [toSession(row) ?? newSkip("no session")],
  };
}

function toSession(row: Row): SessionRecord | null {
  const id = asText(row.id);
  if (id === null) return null;
  const metadata = asObject(parseJson(row.metadata)) ?? {};
  const { provider, claude_directory_path } = row;
  return newSession({
    id,
    title: asText(row.name),
    directory: asText(row.project_path),
    gitBranch: asText(metadata.branch),
    agent: asText(provider),
    context: boundText(asText(row.context)),
    state: row.state === "active" || row.state === "inactive" ? row.state : null,
    metadata: boundMetadata(
      remaining({
        ...metadata,
        provider: provider ?? null,
        claude_directory_path: claude_directory_path ?? null,
      }),
    ),
    createdAt: asTime(row.created_at),
    updatedAt: asTime(row.updated_at),
  });
}

/** @param state of the rows before */
function messagesAfter(state: JsonObject | null): Table {
  const usage = new UsageByMessage(state);
  return {
    name: "session_messages",
    columns: ["id", "session_id", "type", "content_data", "provider_session_id", "token_count", "created_at"],
    appended: true,
    records: (row) => messageRecords(row, usage),
    state: () => usage.state(),
  };
}

const statuses = new Set<string>(["pending", "processing", "completed", "failed", "cancelled"]);

const jobs: Table = {
  name: "job_queue",
  columns: [
    ...["id", "session_id", "prompt_id", "status", "data", "attempts", "max_attempts", "error"],
    ...["created_at", "started_at", "completed_at", "next_retry_at"],
  ],
  appended: false,
  records(row: Row): HostRecord[] {
    const data = asObject(parseJson(row.data));
    const key = asText(row.id);
    const prompt = asText(data?.prompt);
    if (key === null || prompt === null) return [newSkip("no content")];
    const status = statuses.has(String(row.status)) ? (row.status as JobRecord["status"]) : "failed";
    return [
      newJob({
        key,
        prompt: boundText(prompt),
        sessionId: asText(row.session_id),
        promptId: asText(row.prompt_id),
        directory: asText(data?.projectPath),
        messageId: asText(data?.messageId),
        model: asText(data?.model),
        allowedTools: data?.allowedTools == null ? null : asTexts(data.allowedTools),
        status,
        attempts: asInteger(row.attempts),
        maxAttempts: asInteger(row.max_attempts),
        error: boundText(asText(row.error)),
        runAfter: asTime(row.next_retry_at),
        createdAt: asTime(row.created_at),
        startedAt: asTime(row.started_at),
        endedAt: asTime(row.completed_at),
      }),
    ];
  },
};
