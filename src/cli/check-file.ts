// What `backstory doctor` says of the database file itself.
import type { Check, Examined } from "./check.ts";

export function checkFile({ health: { damage, journalMode } }: Examined): Check {
  const name = "database";
  if (damage.length > 0) {
    const found = `It is damaged: ${damage.slice(0, 3).join("; ")}${damage.length > 3 ? " …" : ""}.`;
    return {
      name,
      ok: false,
      found,
      advice: "End the servers, change nothing, and go on as docs/recovery.md says.",
    };
  }
  if (journalMode !== "wal") {
    const found = `Its journal mode is ${journalMode}, as of a file that is write-protected or that another program has changed.`;
    return {
      name,
      ok: true,
      warning: true,
      found,
      advice: "The next server that may write puts it back to wal.",
    };
  }
  return { name, ok: true, found: "quick_check found nothing wrong; its journal mode is wal." };
}
