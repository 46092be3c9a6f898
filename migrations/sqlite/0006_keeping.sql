CREATE TABLE `erasure` (
	`id` integer PRIMARY KEY NOT NULL,
	`wanted` integer NOT NULL,
	`compacted` integer NOT NULL,
	`done` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `forgotten_at` integer;
--> statement-breakpoint
INSERT INTO `erasure` (`id`, `wanted`, `compacted`, `done`) VALUES (1, 0, 0, 0);
