// The tables of queued work: jobs, and the automations that enqueue them. What a column promises is said in ../jobs.ts
// and ../automations.ts.
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const jobs = sqliteTable(
  "jobs",
  {
    id: text("id").primaryKey(),
    sessionId: text("session_id"),
    projectId: text("project_id"),
    directory: text("directory"),
    automationId: text("automation_id"),
    prompt: text("prompt").notNull(),
    promptId: text("prompt_id"),
    messageId: text("message_id"),
    allowedTools: text("allowed_tools"),
    model: text("model"),
    status: text("status", {
      enum: ["pending", "processing", "completed", "failed", "cancelled"],
    }).notNull(),
    // 1 once run_after has come: a claim then looks at what it may take, never past what it may not.
    ready: integer("ready").notNull(),
    priority: integer("priority").notNull(),
    runAfter: integer("run_after").notNull(),
    attempts: integer("attempts").notNull(),
    maxAttempts: integer("max_attempts").notNull(),
    worker: text("worker"),
    runId: text("run_id"),
    leaseToken: text("lease_token"),
    leaseExpiresAt: integer("lease_expires_at"),
    result: text("result"),
    error: text("error"),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    idempotencyKey: text("idempotency_key"),
    requestHash: text("request_hash"),
    lossy: integer("lossy"),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
  },
  (table) => {
    const claimable = sql`${table.status} = 'pending' and ${table.ready} = 1`;
    return [
      index("jobs_claimable").on(sql`"priority" desc`, table.id).where(claimable),
      index("jobs_claimable_by_session").on(table.sessionId, sql`"priority" desc`, table.id).where(claimable),
      index("jobs_claimable_by_project").on(table.projectId, sql`"priority" desc`, table.id).where(claimable),
      index("jobs_claimable_by_directory")
        .on(table.directory, sql`"priority" desc`, table.id)
        .where(claimable),
      index("jobs_waiting").on(table.runAfter).where(sql`${table.status} = 'pending' and ${table.ready} = 0`),
      index("jobs_leased").on(table.leaseExpiresAt).where(sql`${table.status} = 'processing'`),
      index("jobs_by_session").on(table.sessionId, table.id),
      index("jobs_by_project").on(table.projectId, table.id),
      index("jobs_by_directory").on(table.directory, table.id),
      index("jobs_by_status").on(table.status, table.id),
      uniqueIndex("jobs_by_idempotency_key")
        .on(
          sql`(case when "session_id" is not null then "session_id" when "directory" is not null then "directory" else '' end)`,
          table.idempotencyKey,
        )
        .where(sql`${table.idempotencyKey} is not null`),
    ];
  },
);

export const automations = sqliteTable(
  "automations",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    // Empty: bound to no directory. Not null, so that a name is unique there too.
    directory: text("directory").notNull(),
    projectId: text("project_id"),
    schedule: text("schedule").notNull(),
    timeZone: text("time_zone").notNull(),
    prompt: text("prompt").notNull(),
    enabled: integer("enabled").notNull(),
    nextRunAt: integer("next_run_at"),
    lastJobId: text("last_job_id"),
    lastEnqueuedAt: integer("last_enqueued_at"),
    origin: text("origin", { enum: ["tool", "hook", "import", "cli"] }).notNull(),
    client: text("client"),
    lossy: integer("lossy"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("automations_by_name").on(table.directory, table.name),
    index("automations_due").on(table.nextRunAt).where(sql`${table.enabled} = 1`),
    // By the time from which the next run was counted.
    index("automations_by_change")
      .on(sql`(case when "last_enqueued_at" > "updated_at" then "last_enqueued_at" else "updated_at" end)`)
      .where(sql`${table.enabled} = 1`),
  ],
);
