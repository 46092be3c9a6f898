CREATE TABLE `audit_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`origin` text NOT NULL,
	`client` text,
	`tool` text NOT NULL,
	`session_id` text,
	`subject_id` text NOT NULL,
	`details` text
);
--> statement-breakpoint
CREATE INDEX `audit_entries_by_session` ON `audit_entries` (`session_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entries_by_tool` ON `audit_entries` (`tool`,`id`);--> statement-breakpoint
CREATE TABLE `event_rollups` (
	`day` integer NOT NULL,
	`project_id` text NOT NULL,
	`agent` text NOT NULL,
	`events` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`reasoning_tokens` integer NOT NULL,
	`cache_read_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`cost_usd` real NOT NULL,
	`tool_calls` integer NOT NULL,
	`tool_errors` integer NOT NULL,
	PRIMARY KEY(`day`, `project_id`, `agent`)
);
--> statement-breakpoint
CREATE TABLE `rollup_state` (
	`id` integer PRIMARY KEY NOT NULL,
	`event_id` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tool_rollups` (
	`project_id` text NOT NULL,
	`days` integer NOT NULL,
	`day` integer NOT NULL,
	`tool_name` text NOT NULL,
	`bucket` integer NOT NULL,
	`calls` integer NOT NULL,
	`errors` integer NOT NULL,
	PRIMARY KEY(`project_id`, `days`, `day`, `tool_name`, `bucket`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `checkpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`label` text,
	`seq` integer NOT NULL,
	`todos` text NOT NULL,
	`git_head` text,
	`origin` text NOT NULL,
	`client` text,
	`idempotency_key` text,
	`request_hash` text,
	`lossy` integer,
	`created_at` integer NOT NULL,
	`state` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `checkpoints_by_session` ON `checkpoints` (`session_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `checkpoints_by_idempotency_key` ON `checkpoints` (`session_id`,`idempotency_key`) WHERE "checkpoints"."idempotency_key" is not null;--> statement-breakpoint
CREATE TABLE `lineage` (
	`session_id` text NOT NULL,
	`from_seq` integer NOT NULL,
	`to_seq` integer NOT NULL,
	`source_id` text NOT NULL,
	PRIMARY KEY(`session_id`, `from_seq`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`source_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `lineage_by_source` ON `lineage` (`source_id`);--> statement-breakpoint
CREATE TABLE `automations` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`directory` text NOT NULL,
	`project_id` text,
	`schedule` text NOT NULL,
	`time_zone` text NOT NULL,
	`prompt` text NOT NULL,
	`enabled` integer NOT NULL,
	`next_run_at` integer,
	`last_job_id` text,
	`last_enqueued_at` integer,
	`origin` text NOT NULL,
	`client` text,
	`lossy` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `automations_by_name` ON `automations` (`directory`,`name`);--> statement-breakpoint
CREATE INDEX `automations_due` ON `automations` (`next_run_at`) WHERE "automations"."enabled" = 1;--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text,
	`project_id` text,
	`directory` text,
	`automation_id` text,
	`prompt` text NOT NULL,
	`prompt_id` text,
	`message_id` text,
	`allowed_tools` text,
	`model` text,
	`status` text NOT NULL,
	`ready` integer NOT NULL,
	`priority` integer NOT NULL,
	`run_after` integer NOT NULL,
	`attempts` integer NOT NULL,
	`max_attempts` integer NOT NULL,
	`worker` text,
	`run_id` text,
	`lease_token` text,
	`lease_expires_at` integer,
	`result` text,
	`error` text,
	`origin` text NOT NULL,
	`client` text,
	`idempotency_key` text,
	`request_hash` text,
	`lossy` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `jobs_claimable` ON `jobs` ("priority" desc,`id`) WHERE "jobs"."status" = 'pending' and "jobs"."ready" = 1;--> statement-breakpoint
CREATE INDEX `jobs_claimable_by_session` ON `jobs` (`session_id`,"priority" desc,`id`) WHERE "jobs"."status" = 'pending' and "jobs"."ready" = 1;--> statement-breakpoint
CREATE INDEX `jobs_claimable_by_directory` ON `jobs` (`directory`,"priority" desc,`id`) WHERE "jobs"."status" = 'pending' and "jobs"."ready" = 1;--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` (`run_after`) WHERE "jobs"."status" = 'pending' and "jobs"."ready" = 0;--> statement-breakpoint
CREATE INDEX `jobs_leased` ON `jobs` (`lease_expires_at`) WHERE "jobs"."status" = 'processing';--> statement-breakpoint
CREATE INDEX `jobs_by_session` ON `jobs` (`session_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_by_directory` ON `jobs` (`directory`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_by_status` ON `jobs` (`status`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_by_idempotency_key` ON `jobs` ((case when "session_id" is not null then "session_id" when "directory" is not null then "directory" else '' end),`idempotency_key`) WHERE "jobs"."idempotency_key" is not null;--> statement-breakpoint
ALTER TABLE `sessions` ADD `purged_at` integer;--> statement-breakpoint
CREATE INDEX `sessions_by_fork_source` ON `sessions` (`forked_from_session_id`) WHERE "sessions"."forked_from_session_id" is not null;--> statement-breakpoint
CREATE INDEX `sessions_by_project` ON `sessions` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_to_purge` ON `sessions` (`deleted_at`) WHERE "sessions"."deleted_at" is not null and "sessions"."purged_at" is null;--> statement-breakpoint
CREATE INDEX `events_by_turn` ON `events` (`session_id`,`turn_id`,`seq`) WHERE "events"."turn_id" is not null;--> statement-breakpoint
CREATE INDEX `runs_by_project_status` ON `runs` (`project_id`,`status`);--> statement-breakpoint
CREATE INDEX `actions_unfinished` ON `actions` (`session_id`,`seq`,`position`) WHERE "actions"."status" in ('pending', 'running');
--> statement-breakpoint
CREATE INDEX `events_by_prompt` ON `events` (`session_id`,`seq`,`turn_id`) WHERE "events"."author" = 'user' and "events"."type" = 'message';
--> statement-breakpoint
CREATE TRIGGER `audit_entries_keep` BEFORE UPDATE ON `audit_entries`
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_stay` BEFORE DELETE ON `audit_entries`
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
