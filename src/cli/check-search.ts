// What `backstory doctor` says of the search index.
import { rulesVersion } from "../recall/version.ts";
import type { Check, Examined } from "./check.ts";

export async function checkSearch({ store: { search } }: Examined): Promise<Check> {
  const { version, behind } = await search.state();
  const damage = await search.check();
  const name = "search index";
  if (damage !== null) {
    const found = `It is damaged (${damage}): a search finds the newest events alone.`;
    return { name, ok: false, found, advice: "backstory reindex makes it anew." };
  }
  if (version > rulesVersion) {
    const found = `A newer Backstory made it (rules ${version}, here ${rulesVersion}): a search finds the newest events alone.`;
    return { name, ok: false, found, advice: "Update this Backstory." };
  }
  if (version < rulesVersion) {
    const found = `An older Backstory made it (rules ${version}, here ${rulesVersion}).`;
    return {
      name,
      ok: true,
      found,
      advice: "A server makes it anew by and by; backstory reindex does so now.",
    };
  }
  if (behind === 0) return { name, ok: true, found: "It holds every event." };
  const found = `${behind.toLocaleString("en")} events are not in it yet.`;
  return { name, ok: true, found, advice: "Nothing needs to be done: it follows the log." };
}
