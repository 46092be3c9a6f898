CREATE TABLE `exclusions` (
	`directory` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`host` text NOT NULL,
	`path` text NOT NULL,
	`kind` text NOT NULL,
	`size` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`position` text,
	`excluded` text,
	`events` integer NOT NULL,
	`skipped` integer NOT NULL,
	`last_read_at` integer NOT NULL,
	PRIMARY KEY(`path`, `host`)
);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `host_title` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `provider_parent_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `host_todos_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `host_todos_version` integer;--> statement-breakpoint
CREATE INDEX `sessions_by_provider` ON `sessions` (`provider`,`provider_session_id`) WHERE "sessions"."provider_session_id" is not null;--> statement-breakpoint
CREATE INDEX `sessions_without_parent` ON `sessions` (`provider`,`provider_parent_id`) WHERE "sessions"."provider_parent_id" is not null and "sessions"."parent_session_id" is null;