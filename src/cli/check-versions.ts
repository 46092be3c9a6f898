// What `backstory doctor` says of the versions at work.
import packageJson from "../../package.json" with { type: "json" };
import type { Check, Examined } from "./check.ts";

export function checkVersions({ health: { sqliteVersion, schemaVersion } }: Examined): Check {
  const versions = [
    `Backstory ${packageJson.version}`,
    `Node ${process.versions.node}`,
    `SQLite ${sqliteVersion}`,
    `schema ${schemaVersion}`,
    `${process.platform} ${process.arch}`,
  ];
  return { name: "versions", ok: true, found: `${versions.join(", ")}.` };
}
