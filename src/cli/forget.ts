// `backstory forget`: takes what was recorded out of a session, and out of the file; and copies of the file with it.
import { rmSync } from "node:fs";
import type { Forgotten } from "../db/forgetting.ts";
import type { Store } from "../db/store.ts";
import { printText } from "./print.ts";
import type { Settings } from "./settings.ts";
import { unfinishedErasure } from "./unfinished-erasure.ts";

export interface ForgetSettings extends Settings {
  seq?: number[];
  /** Delete the copies beside the file that hold the session, or were made before this file was migrated. */
  backups?: boolean;
}

export function forget(sessionId: string, settings: ForgetSettings): Promise<void> {
  return printText(settings, (store) => forgetIn(store, sessionId, settings), true);
}

async function forgetIn({ forgetting }: Store, sessionId: string, { seq, backups = false }: ForgetSettings) {
  const by = { origin: "cli", client: "backstory" } as const;
  const forgotten = await forgetting.forget({ sessionId, seqs: seq }, by);
  // A person waits for it.
  const pending =
    forgotten.pending === "large" ? await forgetting.finish({ anySize: true }) : forgotten.pending;
  if (backups) for (const copy of forgotten.copies) rmSync(copy, { force: true });
  return report({ ...forgotten, pending }, backups);
}

const names = [
  ["event", "events"],
  ["action", "actions"],
  ["todo", "todos"],
  ["checkpoint", "checkpoints"],
  ["run", "runs"],
  ["job", "jobs"],
] as const;

function report(
  { forks, keptIn, subagents, pending, copies, unreadCopies, ...counts }: Forgotten,
  backups: boolean,
): string {
  const parts = names.map(([one, many]) => [counts[many], one, many] as const);
  const forgotten = parts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  const lines = [
    forgotten.length === 0 ? "There was nothing left to forget." : `Forgotten: ${forgotten.join(", ")}.`,
    ...(forks.length > 0 ? [`Its forks have lost it too: ${forks.join(", ")}.`] : []),
    ...(keptIn.length > 0 ? [`What it only shared stays in ${keptIn.join(", ")}.`] : []),
    ...(subagents.length > 0 ? [`Its subagents keep their texts: ${subagents.join(", ")}.`] : []),
    pending === null ? "Nothing of it is left in the file." : unfinishedErasure[pending],
  ];
  if (copies.length > 0) {
    lines.push(backups ? "Deleted copies:" : "Copies that may still hold it (--backups deletes them):");
    lines.push(...copies.map((copy) => `  ${copy}`));
  }
  if (unreadCopies.length > 0) {
    lines.push(
      "Copies that cannot be looked into, and may hold it too; whether to delete them is up to you:",
    );
    lines.push(...unreadCopies.map((copy) => `  ${copy}`));
  }
  return `${lines.join("\n")}\n`;
}
