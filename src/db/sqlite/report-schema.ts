// The tables that tell what happened: the audit log, and the sums that statistics are read from.
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Triggers in its migration refuse UPDATE and DELETE. */
export const auditEntries = sqliteTable(
  "audit_entries",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: integer("at").notNull(),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    tool: text("tool").notNull(),
    sessionId: text("session_id"),
    subjectId: text("subject_id").notNull(),
    // JSON: names of fields, ids and counts; never a text.
    details: text("details"),
  },
  (table) => [
    index("audit_entries_by_session").on(table.sessionId, table.id),
    index("audit_entries_by_tool").on(table.tool, table.id),
  ],
);

/** Up to which event the sums below have been brought: one row. */
export const rollupState = sqliteTable("rollup_state", {
  id: integer("id").primaryKey(),
  eventId: integer("event_id").notNull(),
});

/**
 * A sum for each UTC day (days since 1970), session and agent that its events name themselves ('': none). Whose project
 * and agent those are is asked of the session when they are read, so that a change of it, or its deletion, changes no sum.
 */
export const eventRollups = sqliteTable(
  "event_rollups",
  {
    day: integer("day").notNull(),
    sessionId: text("session_id").notNull(),
    agent: text("agent").notNull(),
    events: integer("events").notNull(),
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    reasoningTokens: integer("reasoning_tokens").notNull(),
    cacheReadTokens: integer("cache_read_tokens").notNull(),
    cacheWriteTokens: integer("cache_write_tokens").notNull(),
    costUsd: real("cost_usd").notNull(),
    toolCalls: integer("tool_calls").notNull(),
    toolErrors: integer("tool_errors").notNull(),
  },
  (table) => [
    primaryKey({ name: "event_rollups_by_day", columns: [table.day, table.sessionId, table.agent] }),
  ],
);

/**
 * Tool calls in a histogram: a row for each bucket of duration; the bucket of those without one is -1. A row sums
 * `days` days from `day` on. Every call is in five rows: of its day and of its 32 days, of its project and of all (`*`);
 * and of its day, of its session, to be taken off at once when that is deleted. The table is WITHOUT ROWID, which drizzle cannot say.
 */
export const toolRollups = sqliteTable(
  "tool_rollups",
  {
    projectId: text("project_id").notNull(),
    days: integer("days").notNull(),
    day: integer("day").notNull(),
    toolName: text("tool_name").notNull(),
    bucket: integer("bucket").notNull(),
    calls: integer("calls").notNull(),
    errors: integer("errors").notNull(),
  },
  (table) => [
    primaryKey({
      name: "tool_rollups_by_project",
      columns: [table.projectId, table.days, table.day, table.toolName, table.bucket],
    }),
  ],
);
