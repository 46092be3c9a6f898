CREATE TABLE `search_queue` (
	`ticket` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`next_passage` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_queue_by_event` ON `search_queue` (`event_id`);--> statement-breakpoint
CREATE TABLE `search_slots` (
	`slot` text PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`version` integer NOT NULL,
	`event_id` integer NOT NULL,
	`next_passage` integer NOT NULL,
	`broken` text
);

--> statement-breakpoint
CREATE VIRTUAL TABLE `search_a` USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars ':-'");
--> statement-breakpoint
CREATE VIRTUAL TABLE `search_b` USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars ':-'");
--> statement-breakpoint
INSERT INTO `search_a` (`search_a`, `rank`) VALUES ('automerge', 0);
--> statement-breakpoint
INSERT INTO `search_b` (`search_b`, `rank`) VALUES ('automerge', 0);
