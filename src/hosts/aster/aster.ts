// Aster: sessions.db, with the tables `sessions` and `events`.
import { basename, join } from "node:path";
import { boundEvent, boundMetadata } from "../bounds.ts";
import { dataDirectory } from "../data-directory.ts";
import { isSqlite, mentionsTables, type Row } from "../foreign-sqlite.ts";
import type {
  ActionRecord,
  CallStatus,
  Environment,
  Host,
  HostRecord,
  JsonObject,
  Position,
  Source,
} from "../host.ts";
import { asName, asObject, asObjects, asText, asTexts, asTime, parseJson } from "../narrow.ts";
import { newAction, newEvent, newSession, newSkip } from "../new-records.ts";
import { withoutOwnTexts } from "../own-calls.ts";
import { readTables, type Table } from "../table-reading.ts";

const name = "aster";
const version = 1;

export const aster: Host = {
  name,
  title: "Aster",
  roots: (environment: Environment) => [join(dataDirectory(environment, "aster"), "sessions.db")],
  recognise(path: string, head: Buffer): Source | null {
    const named = isSqlite(head) && basename(path) === "sessions.db" && /aster/i.test(path);
    const ours = named || mentionsTables(head, "invocation_id", "app_name");
    return ours ? { host: name, path, kind: "sqlite" } : null;
  },
  read: (source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> =>
    readTables(source.path, () => [sessions, events], { position, signal, version }),
};

const sessions: Table = {
  name: "sessions",
  columns: ["id", "app_name", "user_id", "agent_id", "metadata", "created_at", "updated_at"],
  appended: false,
  records(row: Row): HostRecord[] {
    const id = asText(row.id);
    if (id === null) return [newSkip("no session")];
    const metadata = asObject(parseJson(row.metadata));
    return [
      newSession({
        id,
        appName: asText(row.app_name),
        userId: asText(row.user_id),
        agent: asText(row.agent_id),
        directory: asText(metadata?.directory) ?? asText(metadata?.cwd),
        metadata: boundMetadata(metadata ?? undefined),
        createdAt: asTime(row.created_at),
        updatedAt: asTime(row.updated_at),
      }),
    ];
  },
};

const events: Table = {
  name: "events",
  columns: [
    ...[
      "id",
      "session_id",
      "invocation_id",
      "agent_id",
      "branch",
      "author",
      "content",
      "reasoning",
      "actions",
    ],
    ...["long_running_tool_ids", "metadata", "created_at"],
  ],
  appended: true,
  records(row: Row): HostRecord[] {
    const sessionId = asText(row.session_id);
    const key = asText(row.id);
    if (sessionId === null || key === null) return [newSkip("no session")];
    const actions = toActions(parseJson(row.actions), key);
    const content = asText(row.content);
    const reasoning = asText(row.reasoning);
    const longRunning = asTexts(parseJson(row.long_running_tool_ids));
    const said = content !== null ? "message" : actions.length > 0 ? "tool_call" : "reasoning";
    const event = newEvent({
      sessionId,
      key,
      type: said,
      author: asText(row.author) ?? "assistant",
      content,
      reasoning,
      actions,
      turnId: asText(row.invocation_id),
      agent: asText(row.agent_id),
      branch: asText(row.branch),
      longRunningToolIds: longRunning.length === 0 ? null : longRunning,
      metadata: asObject(parseJson(row.metadata)),
      createdAt: asTime(row.created_at),
    });
    return [boundEvent(event)];
  },
};

/** Go's names or JSON's; an event's actions are over when it is written, unless they say otherwise. */
function toActions(stored: ReturnType<typeof parseJson>, key: string): ActionRecord[] {
  const list = asObjects(asObject(stored)?.actions ?? stored);
  return list.flatMap((action, index) => toAction(action, `${key}/${index + 1}`) ?? []);
}

const statuses = new Set<string>(["pending", "running", "completed", "error"]);

function toAction(action: JsonObject, made: string): ActionRecord | null {
  const toolName = asText(action.tool_name) ?? asText(action.ToolName) ?? asText(action.name);
  if (toolName === null) return null;
  const error = asText(action.error) ?? asText(action.Error);
  const given = statuses.has(String(action.status)) ? (action.status as CallStatus) : "completed";
  return withoutOwnTexts(
    newAction({
      callId: asName(action.call_id) ?? asName(action.id) ?? made,
      toolName,
      status: error === null ? given : "error",
      input: action.input ?? action.Input,
      output: action.output ?? action.Output,
      error,
    }),
  );
}
