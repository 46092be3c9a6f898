// What `backstory doctor` says of the space that the store takes.
import { statSync } from "node:fs";
import { inBytes } from "./bytes.ts";
import type { Check, Examined } from "./check.ts";

// Of the file; smaller tables are one.
const smallestShare = 0.01;

export async function checkSize({
  store: { file, forgetting },
  health: { tables },
  largeStore,
}: Examined): Promise<Check> {
  const name = "size";
  const { size } = statSync(file);
  const copies = (await forgetting.listCopies()).map((copy) => statSync(copy, { throwIfNoEntry: false }));
  const taken = copies.reduce((sum, found) => sum + (found?.size ?? 0), 0);
  const found = [`${inBytes(size)}${tables.length === 0 ? "" : ` (${sharesOf(tables, size)})`}.`];
  if (copies.length > 0) found.push(`Copies beside it (${copies.length}) take ${inBytes(taken)} more.`);
  const said = { name, ok: true, found: found.join(" ") };
  if (size <= largeStore) return said;
  const advice = "backstory prune --older-than 90d --dry-run says what could go.";
  return { ...said, warning: true, advice };
}

function sharesOf(tables: Examined["health"]["tables"], size: number): string {
  const large = tables.filter(({ bytes }) => bytes >= size * smallestShare);
  const shares = large.map((table) => `${table.name} ${inBytes(table.bytes)}`);
  const rest = tables.filter((table) => !large.includes(table)).reduce((sum, { bytes }) => sum + bytes, 0);
  return [...shares, ...(rest > 0 ? [`the others ${inBytes(rest)}`] : [])].join(", ");
}
