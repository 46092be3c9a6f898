// What `backstory doctor` says of the space that the store takes.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inBytes } from "./bytes.ts";
import type { Check, Examined } from "./check.ts";
import { largeStore } from "./large-store.ts";

const mostTables = 5;

export function checkSize({ store: { file }, health: { tables } }: Examined): Check {
  const name = "size";
  const real = realpathSync(file);
  const { size } = statSync(real);
  const shares = tables.slice(0, mostTables).map((table) => `${table.name} ${inBytes(table.bytes)}`);
  const copies = copiesOf(real);
  const found = [
    `${inBytes(size)}${shares.length === 0 ? "" : ` (${shares.join(", ")})`}.`,
    copies.count > 0 && `${copies.count} copies from before migrations take ${inBytes(copies.bytes)} more.`,
  ];
  const said = { name, ok: true, found: found.filter(Boolean).join(" ") };
  if (size <= largeStore) return said;
  const advice = "backstory prune --older-than 90d --dry-run says what could go.";
  return { ...said, warning: true, advice };
}

function copiesOf(real: string): { count: number; bytes: number } {
  const prefix = `${basename(real)}.schema-`;
  const names = readdirSync(dirname(real)).filter((each) => each.startsWith(prefix) && each.endsWith(".bak"));
  const sizes = names.map(
    (each) => statSync(join(dirname(real), each), { throwIfNoEntry: false })?.size ?? 0,
  );
  return { count: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
