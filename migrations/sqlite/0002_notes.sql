CREATE INDEX `events_by_note` ON `events` (`session_id`,`seq`,`type`) WHERE "events"."type" in ('decision', 'note');--> statement-breakpoint
-- REPLACE deletes without asking the triggers of DELETE.
CREATE TRIGGER `audit_entries_once` BEFORE INSERT ON `audit_entries`
WHEN EXISTS (SELECT 1 FROM `audit_entries` WHERE `id` = NEW.`id`)
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
