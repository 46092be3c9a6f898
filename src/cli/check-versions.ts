// What `backstory doctor` says of the versions at work.
import packageJson from "../../package.json" with { type: "json" };
import type { Check, Examined } from "./check.ts";

/** `examined` null: the store cannot be opened. */
export function checkVersions(examined: Examined | null): Check {
  const versions = [
    `Backstory ${packageJson.version}`,
    `Node ${process.versions.node}`,
    ...(examined
      ? [`SQLite ${examined.health.sqliteVersion}`, `schema ${examined.health.schemaVersion}`]
      : []),
    `${process.platform} ${process.arch}`,
  ];
  return { name: "versions", ok: true, found: `${versions.join(", ")}.` };
}
