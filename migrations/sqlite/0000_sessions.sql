CREATE TABLE `actions` (
	`id` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`seq` integer NOT NULL,
	`position` integer NOT NULL,
	`call_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`status` text NOT NULL,
	`title` text,
	`started_at` integer,
	`ended_at` integer,
	`error` text,
	`input` text,
	`output` text,
	FOREIGN KEY (`session_id`,`seq`) REFERENCES `events`(`session_id`,`seq`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `actions_by_seq` ON `actions` (`session_id`,`seq`,`position`);--> statement-breakpoint
CREATE INDEX `actions_by_call_id` ON `actions` (`session_id`,`call_id`,`seq`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`session_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`author` text NOT NULL,
	`origin` text NOT NULL,
	`client` text,
	`created_at` integer NOT NULL,
	`action_count` integer NOT NULL,
	`lossy` integer,
	`forgotten_at` integer,
	`agent` text,
	`branch` text,
	`turn_id` text,
	`message_id` text,
	`run_id` text,
	`finish` text,
	`input_tokens` integer,
	`output_tokens` integer,
	`reasoning_tokens` integer,
	`cache_read_tokens` integer,
	`cache_write_tokens` integer,
	`cost_usd` real,
	`long_running_tool_ids` text,
	`idempotency_key` text,
	`request_hash` text,
	`error` text,
	`content` text,
	`reasoning` text,
	`metadata` text,
	`raw` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_seq` ON `events` (`session_id`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_idempotency_key` ON `events` (`session_id`,`idempotency_key`) WHERE "events"."idempotency_key" is not null;--> statement-breakpoint
CREATE TABLE `migrations` (
	`version` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`checksum` text NOT NULL,
	`applied_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`directory` text NOT NULL,
	`name` text,
	`command` text,
	`prompt` text,
	`git_common_dir` text,
	`git_remote` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_run_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_by_directory` ON `projects` (`directory`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text,
	`project_id` text NOT NULL,
	`directory` text NOT NULL,
	`command` text,
	`args` text,
	`prompt` text,
	`status` text NOT NULL,
	`exit_code` integer,
	`error` text,
	`evidence` text,
	`ended_by` text,
	`pid` integer NOT NULL,
	`machine_id` text,
	`boot_id` text,
	`pid_namespace` text,
	`start_token` text,
	`origin` text NOT NULL,
	`client` text,
	`idempotency_key` text,
	`request_hash` text,
	`lossy` integer,
	`started_at` integer NOT NULL,
	`disconnected_at` integer,
	`ended_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `runs_by_session` ON `runs` (`session_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_project` ON `runs` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_directory` ON `runs` (`directory`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_pid` ON `runs` (`pid`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_status` ON `runs` (`status`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `runs_by_idempotency_key` ON `runs` ((case when "session_id" is null then "directory" else "session_id" end),`idempotency_key`) WHERE "runs"."idempotency_key" is not null;--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`app_name` text NOT NULL,
	`user_id` text,
	`project_id` text,
	`directory` text NOT NULL,
	`git_branch` text,
	`title` text,
	`agent` text,
	`provider` text,
	`provider_session_id` text,
	`parent_session_id` text,
	`forked_from_session_id` text,
	`forked_at_seq` integer,
	`state` text NOT NULL,
	`origin` text NOT NULL,
	`client` text,
	`idempotency_key` text,
	`request_hash` text,
	`lossy` integer,
	`last_seq` integer NOT NULL,
	`event_count` integer NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`reasoning_tokens` integer,
	`cache_read_tokens` integer,
	`cache_write_tokens` integer,
	`cost_usd` real,
	`todos_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_accessed_at` integer NOT NULL,
	`deleted_at` integer,
	`context` text,
	`metadata` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sessions_by_updated_at` ON `sessions` (`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_directory` ON `sessions` (`directory`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_app` ON `sessions` (`app_name`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_app_user` ON `sessions` (`app_name`,`user_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_parent` ON `sessions` (`parent_session_id`) WHERE "sessions"."parent_session_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_by_idempotency_key` ON `sessions` (`app_name`,(case when "user_id" is null then '' else "user_id" end),`idempotency_key`) WHERE "sessions"."idempotency_key" is not null;--> statement-breakpoint
CREATE TABLE `todos` (
	`session_id` text NOT NULL,
	`position` integer NOT NULL,
	`id` text NOT NULL,
	`content` text NOT NULL,
	`status` text NOT NULL,
	`priority` text NOT NULL,
	`lossy` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`session_id`, `position`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
);
