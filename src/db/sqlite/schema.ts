// The tables, for drizzle-kit and the queries. What a column promises is said in ../records.ts.
import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { projects } from "./project-schema.ts";

const tokenColumns = () => ({
  inputTokens: integer("input_tokens"),
  outputTokens: integer("output_tokens"),
  reasoningTokens: integer("reasoning_tokens"),
  cacheReadTokens: integer("cache_read_tokens"),
  cacheWriteTokens: integer("cache_write_tokens"),
});

/** The checksum of each migration that made this file, in the order of `user_version`. */
export const migrations = sqliteTable("migrations", {
  version: integer("version").primaryKey(),
  name: text("name").notNull(),
  checksum: text("checksum").notNull(),
  appliedAt: integer("applied_at").notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    appName: text("app_name").notNull(),
    userId: text("user_id"),
    projectId: text("project_id").references(() => projects.id),
    directory: text("directory").notNull(),
    gitBranch: text("git_branch"),
    title: text("title"),
    agent: text("agent"),
    provider: text("provider"),
    providerSessionId: text("provider_session_id"),
    parentSessionId: text("parent_session_id"),
    forkedFromSessionId: text("forked_from_session_id"),
    forkedAtSeq: integer("forked_at_seq"),
    state: text("state", { enum: ["active", "inactive", "archived"] }).notNull(),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    idempotencyKey: text("idempotency_key"),
    requestHash: text("request_hash"),
    lossy: integer("lossy"),
    lastSeq: integer("last_seq").notNull(),
    eventCount: integer("event_count").notNull(),
    ...tokenColumns(),
    costUsd: real("cost_usd"),
    todosVersion: integer("todos_version").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    lastAccessedAt: integer("last_accessed_at").notNull(),
    deletedAt: integer("deleted_at"),
    // When the last row of a deleted session was gone; only its id and provider's id are left then.
    purgedAt: integer("purged_at"),
    // What its host called it last: a title that differs from it is somebody else's, and stays.
    hostTitle: text("host_title"),
    // The host's id of its parent, which may be taken in later than this one.
    providerParentId: text("provider_parent_id"),
    // The list of todos that its host had last: of when, and which version of the todos it became.
    hostTodosAt: integer("host_todos_at"),
    hostTodosVersion: integer("host_todos_version"),
    // When its texts were forgotten: a host that tells of it again is not listened to.
    forgottenAt: integer("forgotten_at"),
    context: text("context"),
    metadata: text("metadata"),
  },
  (table) => [
    index("sessions_by_updated_at").on(table.updatedAt, table.id),
    index("sessions_by_directory").on(table.directory, table.updatedAt, table.id),
    index("sessions_by_app").on(table.appName, table.updatedAt, table.id),
    index("sessions_by_app_user").on(table.appName, table.userId, table.updatedAt, table.id),
    index("sessions_by_parent").on(table.parentSessionId).where(sql`${table.parentSessionId} is not null`),
    // Not unique: files of earlier versions may have two of them. A write looks before it makes one.
    index("sessions_by_provider")
      .on(table.provider, table.providerSessionId)
      .where(sql`${table.providerSessionId} is not null`),
    index("sessions_without_parent")
      .on(table.provider, table.providerParentId)
      .where(sql`${table.providerParentId} is not null and ${table.parentSessionId} is null`),
    index("sessions_by_fork_source")
      .on(table.forkedFromSessionId)
      .where(sql`${table.forkedFromSessionId} is not null`),
    index("sessions_by_project").on(table.projectId, table.updatedAt, table.id),
    // With all that statistics ask of them, or SQLite reads every row.
    index("sessions_to_purge")
      .on(table.deletedAt, table.purgedAt, table.id, table.projectId)
      .where(sql`${table.deletedAt} is not null and ${table.purgedAt} is null`),
    uniqueIndex("sessions_by_idempotency_key")
      .on(table.appName, sql`(case when "user_id" is null then '' else "user_id" end)`, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
  ],
);

export const events = sqliteTable(
  "events",
  {
    // AUTOINCREMENT: without it a deleted newest id is given again, and an index that follows the ids misses it.
    id: integer("id").primaryKey({ autoIncrement: true }),
    sessionId: text("session_id")
      .notNull()
      .references(() => sessions.id),
    seq: integer("seq").notNull(),
    type: text("type").notNull(),
    author: text("author").notNull(),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    createdAt: integer("created_at").notNull(),
    actionCount: integer("action_count").notNull(),
    lossy: integer("lossy"),
    forgottenAt: integer("forgotten_at"),
    agent: text("agent"),
    branch: text("branch"),
    turnId: text("turn_id"),
    messageId: text("message_id"),
    runId: text("run_id"),
    finish: text("finish"),
    ...tokenColumns(),
    costUsd: real("cost_usd"),
    longRunningToolIds: text("long_running_tool_ids"),
    idempotencyKey: text("idempotency_key"),
    requestHash: text("request_hash"),
    error: text("error"),
    content: text("content"),
    reasoning: text("reasoning"),
    metadata: text("metadata"),
    raw: text("raw"),
    redactions: text("redactions"),
  },
  (table) => [
    uniqueIndex("events_by_seq").on(table.sessionId, table.seq),
    uniqueIndex("events_by_idempotency_key")
      .on(table.sessionId, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    index("events_by_prompt")
      .on(table.sessionId, table.seq, table.turnId)
      .where(sql`${table.author} = 'user' and ${table.type} = 'message'`),
    // With its type, or SQLite reads the event itself to see that it is one of them.
    index("events_by_note")
      .on(table.sessionId, table.seq, table.type)
      .where(sql`${table.type} in ('decision', 'note')`),
    index("events_by_turn")
      .on(table.sessionId, table.turnId, table.seq)
      .where(sql`${table.turnId} is not null`),
  ],
);

/** A fork's history up to its fork point, part by part: whose events those are, flattened when the fork is made. */
export const lineage = sqliteTable(
  "lineage",
  {
    sessionId: text("session_id")
      .notNull()
      .references(() => sessions.id),
    fromSeq: integer("from_seq").notNull(),
    toSeq: integer("to_seq").notNull(),
    sourceId: text("source_id")
      .notNull()
      .references(() => sessions.id),
  },
  (table) => [
    primaryKey({ name: "lineage_by_seq", columns: [table.sessionId, table.fromSeq] }),
    index("lineage_by_source").on(table.sourceId),
  ],
);

export const checkpoints = sqliteTable(
  "checkpoints",
  {
    id: text("id").primaryKey(),
    sessionId: text("session_id")
      .notNull()
      .references(() => sessions.id),
    label: text("label"),
    seq: integer("seq").notNull(),
    todos: text("todos").notNull(),
    gitHead: text("git_head"),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    idempotencyKey: text("idempotency_key"),
    requestHash: text("request_hash"),
    lossy: integer("lossy"),
    createdAt: integer("created_at").notNull(),
    state: text("state"),
  },
  (table) => [
    index("checkpoints_by_session").on(table.sessionId, table.id),
    uniqueIndex("checkpoints_by_idempotency_key")
      .on(table.sessionId, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
  ],
);

export const actions = sqliteTable(
  "actions",
  {
    id: integer("id").primaryKey(),
    sessionId: text("session_id").notNull(),
    seq: integer("seq").notNull(),
    position: integer("position").notNull(),
    callId: text("call_id").notNull(),
    toolName: text("tool_name").notNull(),
    status: text("status", { enum: ["pending", "running", "completed", "error"] }).notNull(),
    title: text("title"),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
    error: text("error"),
    input: text("input"),
    output: text("output"),
  },
  (table) => [
    foreignKey({ columns: [table.sessionId, table.seq], foreignColumns: [events.sessionId, events.seq] }),
    uniqueIndex("actions_by_seq").on(table.sessionId, table.seq, table.position),
    index("actions_by_call_id").on(table.sessionId, table.callId, table.seq),
    index("actions_unfinished")
      .on(table.sessionId, table.seq, table.position)
      .where(sql`${table.status} in ('pending', 'running')`),
  ],
);

export const todos = sqliteTable(
  "todos",
  {
    sessionId: text("session_id")
      .notNull()
      .references(() => sessions.id),
    position: integer("position").notNull(),
    id: text("id").notNull(),
    content: text("content").notNull(),
    status: text("status", { enum: ["pending", "in_progress", "completed", "cancelled"] }).notNull(),
    priority: text("priority", { enum: ["high", "medium", "low"] }).notNull(),
    lossy: integer("lossy"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ name: "todos_by_position", columns: [table.sessionId, table.position] })],
);
