// `backstory scrub`: applies the rules to what was stored before they were there, or with --redaction off.
import type { Scrubbed } from "../db/redaction.ts";
import type { Store } from "../db/store.ts";
import { printText } from "./print.ts";
import type { Settings } from "./settings.ts";
import { unfinishedErasure } from "./unfinished-erasure.ts";

export interface ScrubSettings extends Settings {
  dryRun?: boolean;
  compact?: boolean;
  /** Its id; else everything. */
  session?: string;
}

const logKept =
  "Others have the database open: end them and run this again, so that its log forgets them too.";

export function scrub({
  dryRun = false,
  compact = false,
  session,
  ...settings
}: ScrubSettings): Promise<void> {
  // Whoever calls this wants secrets masked, whatever the servers do.
  const work = async (store: Store) =>
    report(await store.scrubs.run({ sessionId: session, dryRun, compact }), { dryRun, compact });
  return printText({ ...settings, redaction: "mask" }, work, !dryRun);
}

function report(
  scrubbed: Scrubbed,
  { dryRun, compact }: Required<Pick<ScrubSettings, "dryRun" | "compact">>,
) {
  const { pending } = scrubbed;
  const lines = found(scrubbed, dryRun);
  if (pending !== null) lines.push(compact ? unfinishedErasure[pending] : logKept);
  return `${lines.join("\n")}\n`;
}

function found({ findings, records }: Scrubbed, dryRun: boolean): string[] {
  const rules = Object.entries(findings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (rules.length === 0) return ["No secrets found."];
  const total = rules.reduce((sum, [, count]) => sum + count, 0);
  const places = Object.entries(records).map(([table, count]) => `${table} (${count})`);
  return [
    `${dryRun ? "Found" : "Took out"} ${total} ${total === 1 ? "secret" : "secrets"}, in ${places.join(", ")}:`,
    ...rules.map(([rule, count]) => `  ${rule} ${count}`),
    dryRun
      ? "Nothing was changed. Without --dry-run they are taken out."
      : "Consider them known: replace them where they are valid.",
  ];
}
