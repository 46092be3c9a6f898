// The tables of projects and the runs in them. What a column promises is said in ../records.ts.
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const projects = sqliteTable("projects", {
  id: text("id").primaryKey(),
  directory: text("directory").notNull().unique("projects_by_directory"),
  name: text("name"),
  command: text("command"),
  prompt: text("prompt"),
  gitCommonDir: text("git_common_dir"),
  gitRemote: text("git_remote"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  lastRunAt: integer("last_run_at"),
});

export const runs = sqliteTable(
  "runs",
  {
    id: text("id").primaryKey(),
    sessionId: text("session_id"),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    directory: text("directory").notNull(),
    command: text("command"),
    args: text("args"),
    prompt: text("prompt"),
    status: text("status", { enum: ["running", "completed", "failed", "crashed", "ended"] }).notNull(),
    exitCode: integer("exit_code"),
    error: text("error"),
    evidence: text("evidence"),
    endedBy: text("ended_by", { enum: ["tool", "hook", "sweep"] }),
    pid: integer("pid").notNull(),
    machineId: text("machine_id"),
    bootId: text("boot_id"),
    pidNamespace: text("pid_namespace"),
    startToken: text("start_token"),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    idempotencyKey: text("idempotency_key"),
    requestHash: text("request_hash"),
    lossy: integer("lossy"),
    startedAt: integer("started_at").notNull(),
    disconnectedAt: integer("disconnected_at"),
    endedAt: integer("ended_at"),
  },
  (table) => [
    index("runs_by_session").on(table.sessionId, table.id),
    index("runs_by_project").on(table.projectId, table.id),
    index("runs_by_directory").on(table.directory, table.id),
    index("runs_by_pid").on(table.pid, table.id),
    index("runs_by_status").on(table.status, table.id),
    index("runs_by_project_status").on(table.projectId, table.status),
    uniqueIndex("runs_by_idempotency_key")
      .on(sql`(case when "session_id" is null then "directory" else "session_id" end)`, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
  ],
);
