DROP INDEX `sessions_by_project`;--> statement-breakpoint
DROP INDEX `sessions_to_purge`;--> statement-breakpoint
CREATE INDEX `sessions_by_project` ON `sessions` (`project_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_to_purge` ON `sessions` (`deleted_at`,`purged_at`,`id`,`project_id`) WHERE "sessions"."deleted_at" is not null and "sessions"."purged_at" is null;--> statement-breakpoint
CREATE INDEX `events_by_note` ON `events` (`session_id`,`seq`,`type`) WHERE "events"."type" in ('decision', 'note');--> statement-breakpoint
CREATE INDEX `automations_by_change` ON `automations` ((case when "last_enqueued_at" > "updated_at" then "last_enqueued_at" else "updated_at" end)) WHERE "automations"."enabled" = 1;--> statement-breakpoint
CREATE INDEX `jobs_claimable_by_project` ON `jobs` (`project_id`,"priority" desc,`id`) WHERE "jobs"."status" = 'pending' and "jobs"."ready" = 1;--> statement-breakpoint
CREATE INDEX `jobs_by_project` ON `jobs` (`project_id`,`id`);
--> statement-breakpoint
ALTER TABLE `event_rollups` RENAME COLUMN `project_id` TO `session_id`;
--> statement-breakpoint
DELETE FROM `event_rollups`;
--> statement-breakpoint
DELETE FROM `tool_rollups`;
--> statement-breakpoint
DELETE FROM `rollup_state`;
--> statement-breakpoint
INSERT INTO `rollup_state` (`id`, `event_id`) VALUES (1, 0);
--> statement-breakpoint
-- REPLACE deletes without asking the triggers of DELETE.
CREATE TRIGGER `audit_entries_once` BEFORE INSERT ON `audit_entries`
WHEN EXISTS (SELECT 1 FROM `audit_entries` WHERE `id` = NEW.`id`)
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
